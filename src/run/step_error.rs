//! Reasons why a step of a check, or the set-up before it, could not be carried out.

use serde_json::Value;

use super::authentication_error::AuthenticationError;
use super::build_error::BuildError;
use crate::pack::fixtures::FixtureError;
use crate::pack::types::Span;
use crate::template::TemplateError;

/// A reason why a step was not carried out; its message becomes evidence.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    #[error("no token: {method} {url}: {found}")]
    NoToken { method: String, url: String, found: String },
    #[error("the pack has no webhooks")]
    NoWebhooks,
    #[error("the provider is not simulated")]
    NotSimulated,
    #[error("the provider has no event `{event}`")]
    NoEvent { event: String },
    #[error("the body of {event}: {cause}")]
    EventBody { event: String, cause: TemplateError },
    #[error("the step `{step}` delivered nothing")]
    NothingDelivered { step: String },
    #[error("the check has no such client")]
    NoClient,
    #[error("the profile has no action `{action}`")]
    NoAction { action: String },
    #[error("the action has neither `request` nor `command`")]
    EmptyAction,
    #[error("the restart action answered {answer}")]
    RestartAnswered { answer: String },
    #[error("the build did not restart: {0}")]
    NotRestarted(Box<StepError>),
    #[error("`{line}` is not a method and a URL")]
    NotARequest { line: String },
    #[error("`{line}` is not a method and a path")]
    NotAQuery { line: String },
    #[error("`for_each` gave {found} instead of a list")]
    NotAList { found: Value },
    /// An earlier request got no response, which should have contained a value.
    #[error("{request} got no response: {detail}")]
    EarlierUnanswered { request: String, detail: String },
    #[error("{request} was answered {status}")]
    EarlierAnswered { request: String, status: u16 },
    /// The step that should have given a value was skipped for this reason.
    #[error("{reason}")]
    EarlierSkipped { reason: String },
    /// A value is missing; the text is the advice of the pack or the plan on how to give it.
    #[error("{advice}")]
    MissingInput { advice: String },
    /// A request got no response; the text is the reason, as recorded.
    #[error("{detail}")]
    Unanswered { detail: String },
    /// The partner's build called no simulated API in the whole run.
    #[error("{observed}")]
    NeverCalled { observed: String },
    /// An event of the set-up did not happen; the text is the reason, as recorded.
    #[error("the set-up did not complete: {trouble}")]
    SetUpEvent { trouble: String },
    #[error("the set-up did not complete: the action {action}: {cause}")]
    SetUpAction { action: String, cause: Box<StepError> },
    #[error("{found}, and the provider received no call about the client within {within}")]
    NoCallAboutClient { found: String, within: Span },
    #[error("its e-mail addresses include one that this run did not generate")]
    ForeignEmail,
    #[error("it may not be deleted: {reason}")]
    NotDeletable { reason: String },
    #[error("the provider answered {status}")]
    ProviderAnswered { status: u16 },
}
