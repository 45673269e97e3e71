//! Who made a request.

/// The authenticated caller of a request.
pub(super) enum Caller {
    /// The caller could not be authenticated.
    Nobody,
    /// The partner, by its key, password or own token.
    Partner,
    /// A client, by its token. Contains the key of the client.
    Client(String),
}
