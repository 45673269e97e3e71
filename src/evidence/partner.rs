//! What the partner did, and what it was asked: calls, actions, pages, lookups, events.

use serde::{Deserialize, Serialize};

use super::http::{Request, Response};
use super::outcome::Outcome;

/// A call of the partner to the simulator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The API of the provider that it reached.
    pub api: String,
    /// The request.
    pub request: Request,
    /// The simulator's response; status 0 is a dropped connection.
    pub answer: Response,
    /// Whether an override changed the response.
    #[serde(default)]
    pub arranged: bool,
    /// Whether the provider publishes this operation and the simulator does not play it.
    #[serde(default)]
    pub not_played: bool,
    /// The matching route as the pack writes it, or the operation that is not played.
    pub route: Option<String>,
    /// Identifiers of the client in the call, in the order of the pack's `correlate_by`.
    pub about: Vec<String>,
    /// The client that the call is about, by the simulator's key; `None` if it cannot be attributed.
    pub client: Option<String>,
    /// The client whose token it carries, by the same key; `None` without a token, or with one of an unknown client.
    pub token_of: Option<String>,
}

/// Something that the partner was asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its name in the profile.
    pub name: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// The URLs that it showed the partner's client.
    pub presented: Vec<String>,
    /// Values that belong to this client or action only and say nothing about the outcome: names, numbers, ids.
    pub own: Vec<String>,
}

/// An event at the provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OccurredEvent {
    /// Its name in the pack, or the manual step that brings it about.
    pub event: String,
    /// The webhook events sent for it.
    pub sent: Vec<SentEvent>,
    /// Why it did not happen.
    pub trouble: Option<String>,
}

/// A webhook event on its way to the partner's handler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentEvent {
    /// Its name.
    pub event: String,
    /// Its id.
    pub id: String,
    /// The status of the response to the first attempt; 0 if there was none; `None` if it is not known yet.
    pub answered: Option<u16>,
    /// The same with the beginning of the text, or why there was no response.
    #[serde(default)]
    pub said: String,
}

/// What a page of the partner shows after an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The page.
    pub page: Page,
    /// The name of the action's step, if it has one.
    pub by: Option<String>,
    /// The URLs on it that were not there before the action.
    pub presented: Vec<String>,
    /// The outcome of reading it.
    pub outcome: Outcome,
}

/// The pages of the partner that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Where a client sees the URLs to visit.
    Shown,
    /// Where a user sees the result of an action.
    UserMessage,
}

/// A host that the partner's build was denied.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeniedHost {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A lookup in the partner's software.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The event id, or the event name.
    pub about: String,
    /// The count; `None` if the lookup failed.
    pub count: Option<u64>,
    /// The outcome of the lookup.
    pub outcome: Outcome,
}
