//! What a sample partner does for an action, or after an event was delivered.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::pack::types::Text;
use crate::pack::verbs::verbs;

verbs! {
    /// One thing that a partner does. Templates read its input (`client`, the arguments of the action, or the names for
    /// a delivery), the responses to its calls by name (`status`, `headers`, `body`), `stored`, `key`, `secret`,
    /// `credentials`, `facts`, `fresh` (a new id), `now` and `today`.
    Act, "partner step", later &[],
    {
        /// It calls the provider.
        "call" => Call(CallStep),
        /// It retries a call while a condition holds.
        "retry" => Retry(RetryStep),
        /// It stores values for later.
        "store" => Store(StoreStep),
        /// It answers its caller and stops.
        "answer" => Respond(ResponseStep),
    }
}

/// `call: POST /orders`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallStep {
    /// Method and path; a template.
    pub call: Text,
    /// The API.
    pub api: String,
    /// Only if this condition holds.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Headers that add to or replace those of all calls to the API; null removes one.
    #[serde(default)]
    pub headers: IndexMap<String, Option<Text>>,
    /// A JSON body.
    pub json: Option<Value>,
    /// A form as body.
    pub form: Option<IndexMap<String, Text>>,
    /// The name of the response. A call without a response has the status 0.
    #[serde(rename = "as")]
    pub name: Option<String>,
}

/// `retry: created`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryStep {
    /// The name of the call. It is built again, and its response replaces the one before.
    pub retry: String,
    /// Retry while this holds.
    #[serde(rename = "if")]
    pub condition: String,
    /// The delay before each retry, as a duration (`50ms`) or a number of seconds; a template.
    pub delay: Option<Text>,
    /// The maximum number of retries.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 20))]
    pub at_most: u8,
}

fn once() -> u8 {
    1
}

/// `store: { token: "{{ minted.body.access_token }}" }`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreStep {
    /// Values by name, both templates; read as `stored.NAME` or `stored['NAME']`. A name without a value is deleted.
    pub store: IndexMap<Text, Value>,
    /// Only if this condition holds.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// `answer: { status: 200, json: { id: "{{ created.body.id }}" } }`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseStep {
    /// The answer.
    pub answer: ResponseSpec,
    /// Only if this condition holds.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseSpec {
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// Headers, as templates.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// A JSON body.
    pub json: Option<Value>,
    /// A text as body.
    pub text: Option<Text>,
}

fn ok() -> u16 {
    200
}

impl Act {
    /// Returns the condition under which the step is performed.
    pub fn condition(&self) -> Option<&str> {
        match self {
            Act::Call(call) => call.condition.as_deref(),
            Act::Retry(again) => Some(&again.condition),
            Act::Store(keep) => keep.condition.as_deref(),
            Act::Respond(answer) => answer.condition.as_deref(),
        }
    }
}
