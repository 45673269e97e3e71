//! How a pack describes the simulation of its provider: the `simulator` section of `provider.yaml`.
//!
//! Conditions (`if`) are bare expressions; every other text may contain `{{ }}` templates. Both read `body`, `query`,
//! `headers` and `path` of the request, what `find` found, `client` and `state`, `with`, `fresh` (new ids, tokens,
//! secrets), `now`, `today`, `mode`, `profile`, `pages`, `facts` and the `tables`. A missing value counts as absent: a
//! condition on it does not hold, and a field that reads it is null.

use std::borrow::Cow;
use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::call::{Find, Outcome, RouteSpec, Rule};
use super::quota::Quotas;
use crate::json_path::JsonPath;
use crate::pack::types::{Route, Span, Text};

/// Where a call names the client that it is about.
#[derive(Clone, Debug)]
pub enum CorrelateBy {
    /// In its token.
    Bearer,
    /// In segments of its URL: a path with names in braces.
    Segment(String),
    /// In its body.
    Body(JsonPath),
}

impl<'de> Deserialize<'de> for CorrelateBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        match &*text {
            "bearer" => Ok(CorrelateBy::Bearer),
            path if path.starts_with('/') => Ok(CorrelateBy::Segment(path.to_owned())),
            path => path.parse().map(CorrelateBy::Body).map_err(de::Error::custom),
        }
    }
}

impl JsonSchema for CorrelateBy {
    fn schema_name() -> Cow<'static, str> {
        "CorrelateBy".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// How the simulator behaves.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulatorSpec {
    /// How to find the client that a call is about, strongest first: a path in the body (`$.email`), a segment of the
    /// URL (`/clients/{tenant}`), or `bearer` for the client of the token.
    #[serde(default)]
    pub correlate_by: Vec<CorrelateBy>,
    /// Secrets in replies: a label, and the JSON path of the values.
    #[serde(default)]
    pub secrets: BTreeMap<String, JsonPath>,
    /// JSON fixtures for conditions and templates, by name.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
    /// Fixtures that exist from the start, by their name in templates.
    #[serde(default)]
    pub initial_records: BTreeMap<String, String>,
    /// The kinds of record that can be created.
    #[serde(default)]
    pub records: IndexMap<String, Record>,
    /// The replies, by the names that checks use in overrides. A provider without an API has none.
    #[serde(default)]
    pub replies: IndexMap<String, Reply>,
    /// The default replies, which no route names.
    #[serde(default)]
    pub default_replies: DefaultReplies,
    /// Validation rules that several routes share.
    #[serde(default)]
    pub rules: IndexMap<String, Vec<Rule>>,
    /// The routes of each API; the first match wins.
    #[serde(default)]
    pub routes: IndexMap<String, IndexMap<Route, RouteSpec>>,
    /// The operations that the provider publishes, as a fixture with a list of `METHOD /path` per API. An operation
    /// without a route gets `default_replies.not_played`, and checks that depend on it are inconclusive.
    pub operations: Option<String>,
    /// The rate limits of a key.
    pub quotas: Option<Quotas>,
    /// The clients, if the provider tells them apart.
    #[serde(default)]
    pub client: Client,
    /// The states of a client.
    #[serde(default)]
    pub states: IndexMap<String, State>,
    /// How to set up a client in a state that it cannot start in: through the partner's own actions and the provider's
    /// events. In every other state, the client is unknown to the partner.
    #[serde(default)]
    pub setup: IndexMap<String, StateSetup>,
    /// The subscriptions that receive events.
    pub subscriptions: Option<Subscriptions>,
}

impl SimulatorSpec {
    /// Returns the state that a client starts in, and the steps that lead from there to the wanted state.
    pub fn way<'s>(&'s self, wanted: &'s str) -> (&'s str, Vec<&'s SetupStep>) {
        let (mut state, mut steps) = (wanted, Vec::new());
        // The bound is for a pack with a circular set-up, which the lints report.
        while let Some(way) = self.setup.get(state).filter(|_| steps.len() < 64) {
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
    /// The collection that holds it.
    #[serde(rename = "in")]
    pub within: String,
    /// The fixture with its fields.
    pub of: String,
    /// The field with the time of its last change.
    pub changed: Option<String>,
}

/// A reply.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body: the name of a fixture, or the JSON itself; without it, no body.
    pub body: Option<Value>,
    /// Headers besides the media type.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// Default values that the body reads as `with`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// The default replies, which no route names.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultReplies {
    /// There is no such route.
    pub unknown_route: String,
    /// The key or token is missing, wrong or expired.
    pub unauthenticated: String,
    /// The body is not JSON, or not an object.
    pub malformed: String,
    /// A field has the wrong type; `with` has `field`, `path` and `expected`.
    pub wrong_type: String,
    /// The body is too large.
    pub too_large: String,
    /// The operation does not exist in this environment.
    pub not_here: String,
    /// A query parameter has an invalid value; `with` has `field` and `message`.
    pub wrong_query: Option<String>,
    /// The path exists, but not with this method; `with` has `allow`. Without this reply: as for an unknown route.
    pub wrong_method: Option<String>,
    /// The operation is published, but not simulated; `with` has `operation`. Without this reply: a bare 501.
    pub not_played: Option<String>,
}

/// The clients of the provider.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The collection of clients. Their records have a field `state`.
    #[serde(rename = "in")]
    pub within: String,
    /// The field that identifies one.
    pub key: String,
    /// The values in the creating call that identify a client; a prepared client is recognised by an exact match.
    pub identified_by: Vec<JsonPath>,
    /// The initial state of a client that was not prepared.
    pub starts: String,
    /// Related records for events of a client, by their name in templates.
    #[serde(default)]
    pub find: IndexMap<String, Find>,
    /// An example body of the call that creates a client, with templates over `client` (`tenant`, `name`, `email`).
    /// Events about a client that was not created here are built from it.
    #[serde(default)]
    pub example: Value,
}

/// How to set up a client in a state.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateSetup {
    /// The state before: an initial state, or one with its own entry here.
    pub from: String,
    /// The steps that lead from there to the state.
    #[schemars(length(min = 1))]
    pub by: Vec<SetupStep>,
}

/// One step of a set-up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetupStep {
    /// The partner performs an action.
    Action(String),
    /// An event happens at the provider.
    Event(String),
}

/// A state of a client.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// In this state other calls do not find the client, and no token is valid.
    #[serde(default)]
    pub hidden: bool,
    /// Values that templates read as `state`, besides its `name`. They may be templates over `client`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
    /// The outcomes of calls.
    #[serde(default)]
    pub calls: IndexMap<Route, Vec<Outcome>>,
    /// The outcomes of events; the first whose condition holds applies.
    #[serde(default)]
    pub events: IndexMap<String, Vec<Outcome>>,
    /// The event that happens by itself after a time.
    pub timer: Option<After>,
}

/// An event that happens by itself after a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// How long the client must stay in the state first.
    pub delay: Span,
    /// The event.
    pub event: String,
}

/// The subscriptions that receive events: their fields.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscriptions {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// The field that identifies one.
    pub key: String,
    /// The field with the URL.
    pub url: String,
    /// The field with the list of events.
    pub events: String,
    /// The field with the secret.
    pub secret: String,
    /// The field that says whether it is active.
    pub active: String,
    /// The field that says why it was disabled.
    pub disabled: String,
    /// The fields with the previous secret and the time of its replacement.
    pub previous: Option<Previous>,
    /// A further condition, which reads `subscription`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// The secret that a subscription had before.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// The field with that secret.
    pub secret: String,
    /// The field with the time of its replacement.
    pub since: String,
}
