//! How a pack describes its provider as we play it: the `simulator` section of `provider.yaml`.
//!
//! Conditions (`if`) are bare expressions; every other text may hold `{{ }}` templates. Both read `body`, `query`,
//! `headers` and `path` of the request, what `find` found, `client` and `state`, `with`, `fresh` (new ids, tokens,
//! secrets), `now`, `today`, `mode`, `profile`, `pages`, `facts` and the `tables`. What is not there counts as absent: a
//! condition on it does not hold, and a member that is written from it is null.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, Find, Outcome, Rule};
use super::quota::Quotas;
use crate::pack::types::{Route, Span, Text};

/// The provider as the simulator plays it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulated {
    /// What says whom a call is about, strongest first: a path in the body (`$.email`), a segment of the URL
    /// (`/clients/{tenant}`), or `bearer` for the client of the token.
    #[serde(default)]
    pub about: Vec<Text>,
    /// What is secret in replies: a label, and the path of the values that it is for.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// JSON fixtures that conditions and templates may read, by the name they have there.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
    /// What is there from the beginning, by the name that templates have for it, as fixtures.
    #[serde(default)]
    pub holds: BTreeMap<String, String>,
    /// The kinds of record that can be created.
    #[serde(default)]
    pub records: IndexMap<String, Record>,
    /// The replies, by the names that checks use in their overlays. A provider without an API has none.
    #[serde(default)]
    pub replies: IndexMap<String, Reply>,
    /// The replies that no route names.
    #[serde(default)]
    pub refusals: Refusals,
    /// Validation rules that several routes share.
    #[serde(default)]
    pub rules: IndexMap<String, Vec<Rule>>,
    /// The routes of each API. The first that matches is taken.
    #[serde(default)]
    pub routes: IndexMap<String, IndexMap<Route, Call>>,
    /// The operations that the provider publishes, as a fixture with a list of `METHOD /path` for each API. One that no
    /// route plays is answered `refusals.not_played`, and what hangs on it is open.
    pub operations: Option<String>,
    /// How often a key may call.
    pub quotas: Option<Quotas>,
    /// Who the clients are, where the provider tells them apart.
    #[serde(default)]
    pub client: Client,
    /// The states of a client.
    #[serde(default)]
    pub states: IndexMap<String, State>,
    /// How a client is brought to a state that it cannot start in, before a check begins: through the partner's own
    /// actions and the provider's events. In every other state a client is unknown to the partner.
    #[serde(default)]
    pub ways: IndexMap<String, Way>,
    /// To whom events are delivered.
    pub subscriptions: Option<Subscriptions>,
}

impl Simulated {
    /// The state that a client starts in, and what leads from there to the one that is wanted.
    pub fn way<'s>(&'s self, wanted: &'s str) -> (&'s str, Vec<&'s Bringing>) {
        let (mut state, mut steps) = (wanted, Vec::new());
        // The bound is for a pack that leads in a circle, which the lints refuse.
        while let Some(way) = self.ways.get(state).filter(|_| steps.len() < 64) {
            steps.splice(0..0, &way.by);
            state = &way.from;
        }
        (state, steps)
    }
}

/// A kind of record.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The collection it is put into.
    #[serde(rename = "in")]
    pub within: String,
    /// The fixture that holds its members.
    pub of: String,
    /// The member that says when it was changed for the last time.
    pub changed: Option<String>,
}

/// A reply.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body: the name of a fixture, or the JSON itself. None: no body.
    pub body: Option<Value>,
    /// Headers beside the media type.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// Values that the body reads as `with`, where nobody gives others.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// The replies that no route names.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusals {
    /// There is no such route.
    pub unknown_route: String,
    /// The key or token is missing, wrong or expired.
    pub unauthenticated: String,
    /// The body is not JSON, or not an object.
    pub malformed: String,
    /// A member has the wrong type; `with` has `field`, `path` and `expected`.
    pub wrong_type: String,
    /// The body is too large.
    pub too_large: String,
    /// The operation does not exist in this environment.
    pub not_here: String,
    /// A parameter of the query has a value that it cannot have; `with` has `field` and `message`.
    pub wrong_query: Option<String>,
    /// The path is known, but not with this method; `with` has `allow`. Without it: as if there were no such route.
    pub wrong_method: Option<String>,
    /// The operation is published, but not played; `with` has `operation`. Without it: 501 alone.
    pub not_played: Option<String>,
}

/// Who the clients are.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The collection of them. Their records have a member `state`.
    #[serde(rename = "in")]
    pub within: String,
    /// The member that identifies one.
    pub key: String,
    /// Where the call that creates one says who it is; a client that was prepared is recognised by it, exactly.
    pub recognised_by: Vec<String>,
    /// The state of one that nobody prepared.
    pub starts: String,
    /// What events of a client are about, too, by the name that templates have for it.
    #[serde(default)]
    pub find: IndexMap<String, Find>,
    /// What the call that creates a client says, with templates over `client` (`tenant`, `name`, `email`): events are
    /// written from it where they are about a client that nobody has created here.
    #[serde(default)]
    pub example: Value,
}

/// How a client is brought to a state.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The state before: one that a client starts in, or one with a way of its own.
    pub from: String,
    /// What leads on.
    #[schemars(length(min = 1))]
    pub by: Vec<Bringing>,
}

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bringing {
    /// The partner does something.
    Action(String),
    /// Something happens at the provider.
    Event(String),
}

/// A state of a client.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Other calls do not find the client in this state, and no token is valid.
    #[serde(default)]
    pub hidden: bool,
    /// Values that templates read as `state`, beside its `name`. They may be templates over `client`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
    /// What calls bring about.
    #[serde(default)]
    pub calls: IndexMap<Route, Vec<Outcome>>,
    /// What events bring about: the first whose condition holds.
    #[serde(default)]
    pub events: IndexMap<String, Vec<Outcome>>,
    /// The event that comes by itself.
    pub after: Option<After>,
}

/// An event that comes by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// How long the client must have been in the state.
    pub time: Span,
    /// The event.
    pub event: String,
}

/// To whom events are delivered: the members of a subscription.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscriptions {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// The member that identifies one.
    pub key: String,
    /// The member with the address.
    pub url: String,
    /// The member with the list of events.
    pub events: String,
    /// The member with the secret.
    pub secret: String,
    /// The member that says whether it is switched on.
    pub active: String,
    /// The member that says why it was switched off.
    pub disabled: String,
    /// The member with the secret before this one, and the member that says since when there is another.
    pub previous: Option<Previous>,
    /// A further condition, which reads `subscription`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// The secret that a subscription had before.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// The member with that secret.
    pub secret: String,
    /// The member with the time at which it was replaced.
    pub since: String,
}
