//! The steps of a check (`when`), which are a closed set.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::alteration::Alteration;
use super::expectations::Expectation;
use super::types::{Environment, Span, Stage, Text};
use super::verbs::verbs;
use crate::json_path::JsonPath;

verbs! {
    /// One step of a check.
    Step, "step", later &["scan"],
    {
        /// Preflight calls the provider, or fetches a page.
        "request" => Request(RequestStep),
        /// Preflight delivers a webhook to the partner's handler.
        "deliver" => Deliver(DeliverStep),
        /// The partner performs an action.
        "action" => Action(ActionStep),
        /// An event happens at the provider: simulated in a rehearsal, brought about by a person elsewhere.
        "event" => Event(EventStep),
        /// Preflight reads a value from the profile, or from a file that the profile names.
        "config" => Config(ConfigStep),
        /// A person answers a question; the answer is an attestation.
        "ask" => Ask(AskStep),
        /// Preflight waits.
        "wait" => Wait(WaitStep),
    }
}

impl Step {
    /// Returns the name that the check gives to the step.
    pub fn name(&self) -> Option<&str> {
        match self {
            Step::Request(step) => step.name.as_deref(),
            Step::Deliver(step) => step.name.as_deref(),
            Step::Action(step) => step.name.as_deref(),
            Step::Event(step) => step.name.as_deref(),
            Step::Config(step) => step.name.as_deref(),
            Step::Ask(_) | Step::Wait(_) => None,
        }
    }

    /// Returns the stages in which the step is possible.
    pub fn stages(&self) -> &'static [Stage] {
        match self {
            Step::Request(_) => &[Stage::Rehearsal, Stage::Test, Stage::Production],
            Step::Action(_) | Step::Event(_) | Step::Wait(_) => &[Stage::Rehearsal, Stage::Test],
            Step::Deliver(_) => &[Stage::Rehearsal],
            Step::Config(_) | Step::Ask(_) => &Stage::ALL,
        }
    }

    /// Whether the step makes the partner do something.
    pub fn makes_the_partner_act(&self) -> bool {
        match self {
            Step::Action(_) | Step::Event(_) | Step::Deliver(_) => true,
            Step::Request(_) | Step::Config(_) | Step::Ask(_) | Step::Wait(_) => false,
        }
    }

    /// Returns the client for whom the step does something: `first` if it names none, `None` if it is about no client.
    pub fn client<'c>(&'c self, first: Option<&'c str>) -> Option<&'c str> {
        match self {
            Step::Action(step) => step.client.as_deref().or(first),
            Step::Event(step) => step.client.as_deref().or(first),
            Step::Request(_) | Step::Deliver(_) | Step::Config(_) | Step::Ask(_) | Step::Wait(_) => None,
        }
    }

    /// Returns the condition that skips or ends the step, with its key.
    pub fn condition(&self) -> Option<(&'static str, &Expectation)> {
        match self {
            Step::Action(step) => step.unless.as_deref().map(|condition| ("unless", condition)),
            Step::Event(step) => step.unless.as_deref().map(|condition| ("unless", condition)),
            Step::Wait(step) => step.until.as_deref().map(|condition| ("until", condition)),
            Step::Request(_) | Step::Deliver(_) | Step::Config(_) | Step::Ask(_) => None,
        }
    }

    /// Returns the request if the step is one.
    pub fn request(&self) -> Option<&RequestStep> {
        if let Step::Request(step) = self { Some(step) } else { None }
    }

    /// Returns the delivery if the step is one.
    pub fn deliver(&self) -> Option<&DeliverStep> {
        if let Step::Deliver(step) = self { Some(step) } else { None }
    }

    /// Returns the action if the step is one.
    pub fn action(&self) -> Option<&ActionStep> {
        if let Step::Action(step) = self { Some(step) } else { None }
    }

    /// Returns the event if the step is one.
    pub fn event(&self) -> Option<&EventStep> {
        if let Step::Event(step) = self { Some(step) } else { None }
    }

    /// Returns the reading of a value if the step is one.
    pub fn config(&self) -> Option<&ConfigStep> {
        if let Step::Config(step) = self { Some(step) } else { None }
    }

    /// Returns the question if the step is one.
    pub fn question(&self) -> Option<&str> {
        if let Step::Ask(step) = self { Some(&step.ask) } else { None }
    }
}

/// `request: GET /me`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestStep {
    /// The method and a path of the API, or the method and a complete URL; a template.
    pub request: Text,
    /// The API; without it, the URL is fetched without credentials.
    pub api: Option<String>,
    /// The environment, if it is not that of the stage.
    pub environment: Option<Environment>,
    /// A JSON body, with templates.
    pub json: Option<Value>,
    /// Repeats the request for each element of this list, read as `item`.
    pub for_each: Option<Text>,
    /// Values to capture from the response: by name, the list of values that a JSON path finds.
    #[serde(default)]
    pub capture: IndexMap<String, JsonPath>,
    /// The message, with what to do first, if the request needs something that an earlier response lacks.
    pub without: Option<String>,
    /// Follow redirects, but never with a credential.
    #[serde(default)]
    pub follow: bool,
    /// The event whose effects Preflight asks the partner to count, before and after the request.
    pub counts: Option<Text>,
    /// The JSON path of the number of deliveries in the response; for 0, Preflight does not wait.
    pub sends: Option<JsonPath>,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `deliver: EVENT`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverStep {
    /// The event to deliver.
    pub deliver: EventChoice,
    /// How the delivery differs from a genuine one.
    #[serde(default)]
    pub with: Alteration,
    /// A series of altered deliveries, one after another, between two genuine ones.
    #[serde(default)]
    pub alter: IndexMap<String, Alteration>,
    /// The number of simultaneous deliveries, each with its own event unless the step says `again`.
    pub burst: Option<u32>,
    /// The number of simultaneous deliveries of the same event.
    pub copies: Option<u32>,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// Which event a delivery is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventChoice {
    /// Each event that the partner subscribes to, one delivery each.
    Each,
    /// One event of the provider.
    Event(Text),
    /// The same event as an earlier step, with the same id and body, in a later second.
    Again(String),
}

impl<'de> Deserialize<'de> for EventChoice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refused = || serde::de::Error::custom("expected an event, `each`, or `{ again: STEP }`");
        match Value::deserialize(deserializer)? {
            Value::String(text) if text == "each" => Ok(EventChoice::Each),
            Value::String(text) => Ok(EventChoice::Event(text)),
            Value::Object(map) if map.len() == 1 => {
                map.get("again").and_then(Value::as_str).map(|step| EventChoice::Again(step.into())).ok_or_else(refused)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(refused()),
        }
    }
}

impl JsonSchema for EventChoice {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EventChoice".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "an event, `each`, or `{ again: STEP }`",
            "if": { "type": "object" },
            "then": { "required": ["again"], "additionalProperties": false, "properties": { "again": { "type": "string" } } },
            "else": { "type": "string" }
        })
    }
}

/// `action: create_order`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionStep {
    /// The name of an action in the profile, or `restart`.
    pub action: String,
    /// The client it is about, if the check has several; by default, the first.
    pub client: Option<String>,
    /// Arguments that differ from the pack's defaults; objects are merged.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// The subject, if a client has several such things: arguments are generated once per subject.
    #[serde(default)]
    pub subject: String,
    /// The step is skipped if this already holds.
    pub unless: Option<Box<Expectation>>,
    /// The step is skipped if the profile has no such action because the partner does it within another. Expectations
    /// about it, or about a client without other steps, then do not apply.
    #[serde(default)]
    pub optional: bool,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `event: account.confirmed`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventStep {
    /// An event of the client's state in the pack's simulator.
    pub event: String,
    /// The client it happens to, if the check has several; by default, the first.
    pub client: Option<String>,
    /// The step is skipped if this already holds.
    pub unless: Option<Box<Expectation>>,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `config: apis.referral`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigStep {
    /// A dotted path in an environment of the profile, or `emails.NAME` for the text of an email.
    pub config: String,
    /// The environment.
    pub environment: Environment,
    /// For `lookups.processed`: the id of the event to ask the partner's deployment about; a template.
    pub of: Option<Text>,
    /// Whether the profile may omit it.
    #[serde(default)]
    pub optional: bool,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `ask: Has the account been enabled?`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskStep {
    /// The question that a named person answers.
    pub ask: String,
}

/// `wait: reaction`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitStep {
    /// How long, in terms of the profile's `timing`.
    pub wait: Pause,
    /// The minimum wait, if the check itself causes a delay.
    pub at_least: Option<Span>,
    /// Stop waiting once this holds.
    pub until: Option<Box<Expectation>>,
}

/// The waits that a pack may ask for; their lengths are the profile's `timing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// Long enough for an automatic reaction.
    Reaction,
    /// Long enough for an automatic retry.
    Retry,
}

impl ConfigStep {
    /// Returns the dotted name of the same value below `profile`.
    pub fn dotted(&self) -> String {
        format!("environments.{}.{}", self.environment, self.config)
    }
}

impl Pause {
    /// Returns the name of its length in the profile's `timing`.
    pub fn word(self) -> &'static str {
        match self {
            Pause::Reaction => "reacts_within",
            Pause::Retry => "retries_within",
        }
    }
}
