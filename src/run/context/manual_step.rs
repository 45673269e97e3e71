//! What a person is asked to do.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::pack::types::{Environment, Span};
use crate::plan::Plan;

/// How long a person gets, where the profile does not say.
pub(in crate::run) const PATIENCE: Span = Span(Duration::from_mins(10));

/// Where errands are sent to; `None`: nobody is there.
pub type People = Option<mpsc::UnboundedSender<Errand>>;

/// Something that a person is asked to do.
#[derive(Debug)]
pub struct Errand {
    /// What happens when it is done, as the pack names it.
    pub event: String,
    /// The partner's id for the client.
    pub tenant: String,
    /// What to do, in words.
    pub says: String,
    /// The pages that the partner presented for it, as they are; for the person's eyes alone.
    pub pages: Vec<String>,
    /// How long there is.
    pub within: Duration,
    /// What the person answers. Closed by us as soon as it is seen to have happened, or the time is over.
    pub answer: oneshot::Sender<Answer>,
}

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// It will not be done in this run.
    Skip,
}

/// How long a person gets.
pub(in crate::run) fn patience(plan: &Plan) -> Duration {
    let environment = plan.read.profile.environments.get(&Environment::Test);
    environment.and_then(|inside| inside.person_within).unwrap_or(PATIENCE).0
}
