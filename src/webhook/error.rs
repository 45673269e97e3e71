//! Why a delivery cannot be made as its scheme says.

use std::fmt;

use crate::template::TemplateError;

/// Why a delivery cannot be composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// The secret does not have the form that the scheme requires: this one.
    Secret(&'static str),
    /// A date cannot express the claimed time.
    Time(i64),
    /// The body has no place at this path.
    Place(String),
    /// A template of the scheme or of the alteration failed.
    Template(TemplateError),
    /// The alteration changes nothing: the delivery would be genuine.
    Pointless,
    /// The body cannot be serialised.
    Body(String),
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::Secret(what) => write!(f, "the secret is not {what}, as this provider's scheme requires"),
            ComposeError::Time(seconds) => write!(f, "a date cannot express the time {seconds}"),
            ComposeError::Place(path) => write!(f, "the event's body has no `{path}` to set"),
            ComposeError::Template(error) => write!(f, "a delivery cannot be composed: {error}"),
            ComposeError::Pointless => {
                f.write_str("the alteration changes nothing: under this provider's scheme the delivery is genuine")
            }
            ComposeError::Body(why) => write!(f, "the event's body cannot be serialised: {why}"),
        }
    }
}

impl std::error::Error for ComposeError {}

impl From<TemplateError> for ComposeError {
    fn from(error: TemplateError) -> Self {
        ComposeError::Template(error)
    }
}
