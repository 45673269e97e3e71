//! Whose request it is.

/// The caller of a request.
pub(super) enum Caller {
    /// An unauthenticated caller.
    Nobody,
    /// The partner.
    Partner,
    /// A client, by its token.
    Client(String),
}
