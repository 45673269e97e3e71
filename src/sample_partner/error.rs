//! Why a described sample partner cannot do what its file says.

use crate::template::TemplateError;

/// Why an act or a rule cannot be carried out. Each names the text of `partner.yaml` that is wrong.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum ActError {
    /// A condition is not an expression.
    #[error("`if: {condition}`: {error}")]
    Condition { condition: String, error: TemplateError },
    /// A template has no value, or is not one.
    #[error("`{text}`: {error}")]
    Template { text: String, error: TemplateError },
    /// A call is not a method and a path.
    #[error("`{0}` is not a call such as `POST /orders`")]
    NotACall(String),
    /// The environment has no URL for an API.
    #[error("no base URL is configured for the API `{0}`")]
    UnknownApi(String),
    /// A call cannot be made a request.
    #[error("`{line}`: {why}")]
    Request { line: String, why: String },
    /// A path leads to another place than its API.
    #[error("`{path}` {why}")]
    Path { path: String, why: String },
    /// A retry names no call.
    #[error("no call is named `{0}`")]
    UnknownCall(String),
    /// A delay is not one.
    #[error("`delay: {0}` is neither a duration such as `50ms` nor a number of seconds")]
    Delay(String),
    /// A number is not an HTTP status.
    #[error("{0} is not a status code")]
    Status(u16),
    /// A header cannot be sent.
    #[error("`{0}` is not a valid header")]
    Header(String),
    /// No rule says how to answer.
    #[error("no rule of `webhook` answers this delivery")]
    NoRule,
}
