//! Why a delivery cannot be made as its scheme says.

use std::fmt;

use crate::template::TemplateError;

/// Why no delivery can be composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// The secret is not what the scheme says it is: this.
    Secret(&'static str),
    /// The claimed time is beyond what a date can say.
    Time(i64),
    /// The body has no place for this.
    Place(String),
    /// A template of the scheme or of the variation does not work.
    Template(TemplateError),
    /// The variation changes nothing: the delivery would be a genuine one in disguise.
    Pointless,
    /// The body cannot be written.
    Body(String),
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::Secret(what) => write!(f, "the secret is not {what}, which this provider's secrets are"),
            ComposeError::Time(seconds) => write!(f, "{seconds} is not a time that a date can express"),
            ComposeError::Place(path) => write!(f, "the event's body has no `{path}` to be set"),
            ComposeError::Template(error) => write!(f, "a delivery cannot be written: {error}"),
            ComposeError::Pointless => f.write_str(
                "the variation changes nothing: by this provider's scheme the delivery would be a genuine one",
            ),
            ComposeError::Body(why) => write!(f, "the event's body cannot be written: {why}"),
        }
    }
}

impl std::error::Error for ComposeError {}

impl From<TemplateError> for ComposeError {
    fn from(error: TemplateError) -> Self {
        ComposeError::Template(error)
    }
}
