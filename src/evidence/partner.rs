//! What the partner did, and what was done to it: calls, actions, pages, look-ups, events.

use serde::{Deserialize, Serialize};

use super::http::{Answer, Request};
use super::outcome::Outcome;

/// A call of the partner to the simulator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Which of the provider's APIs it came to.
    pub api: String,
    /// What came in.
    pub request: Request,
    /// What the simulator answered; status 0: the connection was dropped.
    pub answer: Answer,
    /// Whether the answer was arranged to be otherwise than it would have been.
    #[serde(default)]
    pub arranged: bool,
    /// Whether it is an operation that the provider publishes and the simulator does not play.
    #[serde(default)]
    pub not_played: bool,
    /// The route of the pack that it matched, as written there, or the operation that is not played.
    pub route: Option<String>,
    /// Identifiers that say whom the call is about, in the order of the pack's `about`.
    pub about: Vec<String>,
    /// The client whom it is about, by what the simulator knows it by; `None`: nobody whom a check knows.
    pub client: Option<String>,
    /// The client whose token it carries, by the same; `None`: no token, or one of nobody whom a check knows.
    pub token_of: Option<String>,
}

/// Something that the partner was asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its name in the profile.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The URLs that it presented to the partner's client.
    pub presented: Vec<String>,
    /// What is only this client's or this action's and says nothing about the outcome: names, numbers, ids.
    pub own: Vec<String>,
}

/// Something that happened at the provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    /// What, as the pack names it, or what a person was asked to do.
    pub event: String,
    /// The events that were sent for it.
    pub sent: Vec<SentEvent>,
    /// Why it did not happen.
    pub trouble: Option<String>,
}

/// An event on its way to the partner's handler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentEvent {
    /// Its name.
    pub event: String,
    /// Its id.
    pub id: String,
    /// The status that the first attempt was answered with; 0: there was no answer. `None`: nobody knows yet.
    pub answered: Option<u16>,
    /// The same with the beginning of what was said, or why there was no answer.
    #[serde(default)]
    pub said: String,
}

/// What a page of the partner's shows after an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Which page.
    pub page: Page,
    /// The name of the action's step, if it has one.
    pub by: Option<String>,
    /// The URLs on it that were not there before the action.
    pub presented: Vec<String>,
    /// What came back.
    pub outcome: Outcome,
}

/// The pages of the partner's that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Where a client sees the URLs that it must visit.
    Presented,
    /// Where a user sees what became of an action.
    Told,
}

/// A host that the partner's build was not let through to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A look-up inside the partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// What was looked for.
    pub about: String,
    /// The number that was found; `None`: the look-up itself failed.
    pub count: Option<u64>,
    /// What came back.
    pub outcome: Outcome,
}
