//! Whose request it is.

/// Whose request it is.
pub(super) enum Caller {
    /// Nobody's who may ask.
    Nobody,
    /// The partner's own.
    Partner,
    /// A client's, by its token.
    Client(String),
}
