//! Why a delivery cannot be composed by its scheme.

use crate::template::TemplateError;

/// Why a delivery cannot be composed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The secret does not have this form, which the scheme requires.
    #[error("the secret is not {0}, as this provider's scheme requires")]
    Secret(&'static str),
    /// A date cannot express the claimed time.
    #[error("a date cannot express the time {0}")]
    Time(i64),
    /// The body has no place at this path.
    #[error("the event's body has no `{0}` to set")]
    Place(String),
    /// A template of the scheme or of the alteration failed.
    #[error("a delivery cannot be composed: {0}")]
    Template(#[from] TemplateError),
    /// The alteration changes nothing: the delivery would be genuine.
    #[error("the alteration changes nothing: under this provider's scheme the delivery is genuine")]
    Pointless,
    /// The body cannot be serialised.
    #[error("the event's body cannot be serialised: {0}")]
    Body(String),
}
