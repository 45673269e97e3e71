//! A manual step, as a person is asked to do it.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::pack::types::{Environment, Span};
use crate::plan::Plan;

/// Default time limit of a manual step.
pub(in crate::run) const PATIENCE: Span = Span(Duration::from_mins(10));

/// The channel for manual steps; `None` if nobody is at a terminal.
pub type ManualStepSender = Option<mpsc::UnboundedSender<ManualStep>>;

/// A step that a person is asked to do by hand.
#[derive(Debug)]
pub struct ManualStep {
    /// The name of the event that the step brings about, as the pack names it.
    pub event: String,
    /// The partner's id for the client.
    pub tenant: String,
    /// The instructions, rendered for the client.
    pub says: String,
    /// The pages that the partner showed for the step, unredacted. Only the person at the terminal may see them.
    pub pages: Vec<String>,
    /// The time that the person has.
    pub within: Duration,
    /// The person's answer. Preflight closes the channel as soon as the event has happened or the time is over.
    pub answer: oneshot::Sender<ManualStepResponse>,
}

/// A person's answer to a manual step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManualStepResponse {
    /// The person did it.
    Done,
    /// The person does not do it in this run.
    Skip,
}

/// Returns the time limit of a manual step.
pub(in crate::run) fn patience(plan: &Plan) -> Duration {
    let environment = plan.read.profile.environments.get(&Environment::Test);
    environment.and_then(|inside| inside.manual_step_within).unwrap_or(PATIENCE).0
}
