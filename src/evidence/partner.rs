//! What the partner did, and what it was asked to do: calls, actions, pages, lookups, events.

use serde::{Deserialize, Serialize};

use super::http::{Request, Response};
use super::outcome::Outcome;

/// A call of the partner to the simulated provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The API that the partner called.
    pub api: String,
    /// The request, as the simulator received it.
    pub request: Request,
    /// The simulator's response. Status 0 stands for a dropped connection.
    pub answer: Response,
    /// Whether an override changed the response.
    #[serde(default)]
    pub arranged: bool,
    /// Whether the provider publishes this operation but the simulator does not play it.
    #[serde(default)]
    pub not_played: bool,
    /// The matching route as the pack writes it, or the operation that is not played.
    pub route: Option<String>,
    /// The identifiers of the client in the call, in the order of the pack's `correlate_by`.
    pub about: Vec<String>,
    /// The client that the call is about, by its email address. `None` if the call cannot be attributed.
    pub client: Option<String>,
    /// The client whose token the call carries, by the same key. `None` without a token, or if its client is unknown.
    pub token_of: Option<String>,
}

/// An action that the partner was asked to perform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// The name of the action in the profile.
    pub name: String,
    /// The outcome of the action.
    pub outcome: Outcome,
    /// The URLs that its response showed the client.
    pub presented: Vec<String>,
    /// Values that belong only to this client or this action and say nothing about the outcome, such as names, numbers
    /// and ids.
    pub own: Vec<String>,
}

/// An event that happened at the provider, or was to happen there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OccurredEvent {
    /// The name of the event in the pack.
    pub event: String,
    /// The webhook events that were sent for it.
    pub sent: Vec<SentEvent>,
    /// Why it did not happen.
    pub trouble: Option<String>,
}

/// A webhook event on its way to the partner's handler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentEvent {
    /// The name of the webhook event.
    pub event: String,
    /// The id of the webhook event.
    pub id: String,
    /// The status of the response to the first attempt; 0 if there was none; `None` if it is not known yet.
    pub answered: Option<u16>,
    /// The status with the beginning of the response's text, or why there was no response.
    #[serde(default)]
    pub said: String,
}

/// What a page of the partner shows after an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Which page it is.
    pub page: Page,
    /// The name of the action's step, if it has one.
    pub by: Option<String>,
    /// The URLs on the page that the client had not been shown there before.
    pub presented: Vec<String>,
    /// The outcome of requesting the page.
    pub outcome: Outcome,
}

/// The pages of the partner that Preflight reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// The page where a client sees the URLs to visit.
    Shown,
    /// The page where a user sees the result of an action.
    UserMessage,
}

/// A host that the proxy denied the partner's build.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeniedHost {
    /// The name or address of the host.
    pub host: String,
    /// The port that the build asked for.
    pub port: u16,
}

/// A lookup in the partner's software, which counts how often an event took effect or arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The id or the name of the event.
    pub about: String,
    /// The count; `None` if the lookup gave none.
    pub count: Option<u64>,
    /// The response to the lookup, or why there was none.
    pub outcome: Outcome,
}
