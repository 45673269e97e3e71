//! Reasons why a manual step was not done.

use crate::template::TemplateError;

/// A reason why a person did not bring about an event. `instructions` are what the person was asked to do.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum ManualStepError {
    #[error("the pack has no manual step for `{event}`")]
    Unknown { event: String },
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(
        "a manual step is needed, and nobody is at a terminal: {instructions}; run it in a terminal, or attest the check"
    )]
    NobodyThere { instructions: String },
    #[error("the terminal no longer accepts manual steps")]
    TerminalClosed,
    #[error("nobody did the manual step within {seconds} s: {instructions}")]
    TooLate { seconds: u64, instructions: String },
    #[error("the manual step was skipped: {instructions}")]
    Skipped { instructions: String },
    #[error("the person at the terminal has left")]
    PersonLeft,
    #[error("a person confirmed the manual step, but the provider does not show it: {instructions}")]
    NotShown { instructions: String },
}
