//! What a check does (`when`): the closed set of stimuli.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::expect::Expectation;
use super::scheme::Variation;
use super::verb::verbs;
use super::words::{Environment, Span, Text};

verbs! {
    /// One stimulus.
    Step, "step", later &["scan"],
    {
        /// The tool calls a provider, or fetches a page.
        "request" => Request(RequestStep),
        /// A webhook is delivered to the partner's handler.
        "deliver" => Deliver(DeliverStep),
        /// The partner does something.
        "action" => Action(ActionStep),
        /// Something happens at the provider: in a rehearsal it is played, elsewhere a person brings it about.
        "event" => Event(EventStep),
        /// A value of the profile, or of a file that it names, is read.
        "config" => Config(ConfigStep),
        /// A person is asked; the answer is an attestation.
        "ask" => Ask(AskStep),
        /// Time passes.
        "wait" => Wait(WaitStep),
    }
}

impl Step {
    /// The name that the check gives to the step.
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
}

/// `request: GET /me`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestStep {
    /// Method and path of an API, or method and whole URL; a template.
    pub request: Text,
    /// The API; without it the URL is fetched with no credential at all.
    pub api: Option<String>,
    /// The environment, where it is not the stage's own.
    pub environment: Option<Environment>,
    /// A JSON body, with templates.
    pub json: Option<Value>,
    /// Once for each member of this list, known as `item`.
    #[serde(rename = "for_each")]
    pub each: Option<Text>,
    /// Values to take from the answer: a list of what a JSON path finds, by name.
    #[serde(default)]
    pub capture: IndexMap<String, String>,
    /// What to tell the reader, and what to do first, where the request is about something that an earlier answer does
    /// not have.
    pub without: Option<String>,
    /// Follow redirects; never with a credential.
    #[serde(default)]
    pub follow: bool,
    /// Where the handler of the partner's own is asked how many deliveries of an event took effect, before and after.
    pub counts: Option<Text>,
    /// Where the answer says how many deliveries it sends out, as a JSON path; of 0 nothing is awaited.
    pub sends: Option<String>,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `deliver: EVENT`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverStep {
    /// Which event.
    pub deliver: Which,
    /// How the delivery differs from a genuine one.
    #[serde(default)]
    pub with: Variation,
    /// A series of variants, one after another, between two genuine twins.
    #[serde(default)]
    #[serde(rename = "alter")]
    pub vary: IndexMap<String, Variation>,
    /// So many deliveries at the same time, each an event of its own unless the step says `again`.
    pub burst: Option<u32>,
    /// So many deliveries of the same event at the same time.
    pub copies: Option<u32>,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// Which event a delivery is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Each event that the partner subscribes to, one delivery each.
    Each,
    /// One event of the provider's.
    Event(Text),
    /// The same event as an earlier step, with the same id and body, in a later second.
    Again(String),
}

impl<'de> Deserialize<'de> for Which {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refused = || serde::de::Error::custom("expected an event, `each`, or `{ again: STEP }`");
        match Value::deserialize(deserializer)? {
            Value::String(text) if text == "each" => Ok(Which::Each),
            Value::String(text) => Ok(Which::Event(text)),
            Value::Object(map) if map.len() == 1 => {
                map.get("again").and_then(Value::as_str).map(|step| Which::Again(step.into())).ok_or_else(refused)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(refused()),
        }
    }
}

impl JsonSchema for Which {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Which".into()
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
    /// The client it is about, where a check has several; without it, the first.
    pub client: Option<String>,
    /// Arguments that differ from those that the pack gives; objects are merged.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// What it is about, where a client has several such things: arguments are made up once for each.
    #[serde(default)]
    pub subject: String,
    /// It is left out where this holds already.
    pub unless: Option<Box<Expectation>>,
    /// It is left out where the profile has no such action, because the partner does it within another. What is
    /// expected of it, or of a client for whom nothing else is done, then does not apply.
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
    /// The client it happens to, where a check has several; without it, the first.
    pub client: Option<String>,
    /// It is left out where this holds already.
    pub unless: Option<Box<Expectation>>,
    /// The step's name.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `config: apis.referral`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigStep {
    /// A dotted path below an environment of the profile, or `letters.NAME` for the text of a letter.
    pub config: String,
    /// The environment.
    pub environment: Environment,
    /// For `inspect.processed`: the id of the event that the partner's deployment is asked about; a template.
    pub of: Option<Text>,
    /// Whether the profile may leave it out.
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
    /// How long, in the profile's own terms.
    pub wait: Pause,
    /// At least so long, where the check itself arranged for a delay.
    pub at_least: Option<Span>,
    /// No longer than until this holds.
    pub until: Option<Box<Expectation>>,
}

/// The waits that a pack may ask for; their lengths are the profile's `timing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// Until an automatic reaction would have happened.
    Reaction,
    /// Until an automatic repeat would have happened.
    Retry,
}

impl ConfigStep {
    /// The same value as a dotted name below `profile`.
    pub fn dotted(&self) -> String {
        format!("environments.{}.{}", self.environment, self.config)
    }
}

impl Pause {
    /// The profile's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Pause::Reaction => "reacts_within",
            Pause::Retry => "retries_within",
        }
    }
}
