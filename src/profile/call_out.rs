//! Calls to the partner's own software: its actions, and the lookups into it.

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::json_path::{FORMAT, JsonPath};
use crate::pack::types::{Span, Text};

/// The form of a call, as the schema and its error messages describe it.
const CALL: &str = "a method and a URL such as `GET http://127.0.0.1:3000/path`";

/// An action of the partner's own software: a request to it, or a command of the partner.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallOut {
    /// Method and URL, with templates.
    #[schemars(regex(pattern = r"^(GET|HEAD|POST|PUT|PATCH|DELETE) \S"), extend("description" = CALL))]
    pub request: Option<Text>,
    /// Program and arguments, with templates, run without a shell. Its standard output is the answer, with status 200
    /// if it exits with 0 and 500 otherwise.
    #[schemars(length(min = 1))]
    pub command: Option<Vec<Text>>,
    /// Headers of the request, with templates.
    pub headers: IndexMap<String, Text>,
    /// A JSON body, with templates.
    pub json: Option<Value>,
    /// A form as body, with templates.
    pub form: Option<IndexMap<String, Text>>,
    /// Values to capture from the answer, which templates read as `client.NAME`. `tenant` is the partner's id for the
    /// client at the provider.
    pub capture: IndexMap<String, Capture>,
}

/// Where to capture a value from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A JSON path.
    Path(JsonPath),
    /// A regular expression whose first group is the value.
    Pattern(String),
}

/// The long form of [`Capture`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CaptureByPattern {
    /// A regular expression whose first group is the value.
    #[serde(rename = "matches")]
    pattern: String,
}

impl<'de> Deserialize<'de> for Capture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(path) => path.parse().map(Capture::Path).map_err(serde::de::Error::custom),
            other => serde_json::from_value(other)
                .map(|CaptureByPattern { pattern }| Capture::Pattern(pattern))
                .map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for Capture {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Capture".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let by_pattern = generator.subschema_for::<CaptureByPattern>();
        schemars::json_schema!({
            "description": "a JSON path such as `$.id`, or `{ matches: REGULAR EXPRESSION }`",
            "if": { "type": "string" }, "then": { "format": FORMAT }, "else": by_pattern
        })
    }
}

/// The lookups into the partner.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lookups {
    /// How often the event `{{ event_id }}` took effect.
    pub processed: Option<Lookup>,
    /// How many events named `{{ event }}` took effect so far.
    pub received: Option<Lookup>,
    /// Where to find the URLs shown to a client, if not in the action's answer; for example in a mail catcher.
    pub shown: Option<PageLookup>,
    /// Where to find the final user message, if not in the action's answer.
    pub user_message: Option<PageLookup>,
}

impl Lookups {
    /// Returns the headers of all lookups.
    pub fn headers(&self) -> impl Iterator<Item = (&String, &Text)> {
        let counts = [&self.processed, &self.received].into_iter().flatten().flat_map(|look| &look.headers);
        counts.chain([&self.shown, &self.user_message].into_iter().flatten().flat_map(|view| &view.headers))
    }
}

/// A lookup whose response contains a number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Method and URL, with templates.
    #[schemars(regex(pattern = r"^(GET|HEAD|POST) \S"), extend("description" = CALL))]
    pub request: Text,
    /// Headers, with templates.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// The JSON path of the number.
    pub count: JsonPath,
    /// How long a delivery from a real environment may take to arrive.
    #[serde(default = "arrives_within")]
    pub within: Span,
    /// For `rehearsal.lookups.processed`: the events that take effect, if the partner rightly ignores some of those it
    /// subscribes to. By default, all do.
    pub events: Option<Vec<String>>,
}

fn arrives_within() -> Span {
    Span(Duration::from_secs(30))
}

/// A lookup of one of the partner's pages, with the templates of actions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageLookup {
    /// Method and URL, with templates.
    #[schemars(regex(pattern = r"^(GET|HEAD|POST) \S"), extend("description" = CALL))]
    pub request: Text,
    /// Headers, with templates.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
}
