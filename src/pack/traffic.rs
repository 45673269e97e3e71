//! Expectations about what the partner did in a rehearsal: its calls, its user messages, the provider's final records,
//! and the hosts that it was denied.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::matcher::{Matcher, OnFailure, Predicate};
use super::types::{Names, Route, Span, StatusRule, Text};
use crate::json_path::{FORMAT, JsonPath};
use crate::template;

/// `calls: POST /cases, after: submission, exactly: 1`.
///
/// `calls`, `answered`, `client`, `before`, `after` and `nth` select calls; everything else must hold for them. Without
/// a count there must be at least one, otherwise the result is inconclusive. A call about no known client that might be
/// one of them makes whatever it could change inconclusive.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallsExpectation {
    /// The calls to select.
    pub calls: Calls,
    /// Only calls that were answered like this.
    pub answered: Option<Answered>,
    /// Only calls about these clients, each judged separately; `each` means all. By default, the clients of the named
    /// or retried calls, else the check's first client.
    pub client: Option<Names>,
    /// Only calls that started after this step, or the last of these matched calls, was answered.
    pub after: Option<String>,
    /// Only calls that started after this step, or the first of these matched calls, started: a handler may act before
    /// it answers an event.
    pub since: Option<String>,
    /// Only calls that started before this step, or the first of these matched calls, started.
    pub before: Option<String>,
    /// Only the nth of them, counted from 1.
    #[schemars(range(min = 1))]
    pub nth: Option<usize>,
    /// The exact number.
    pub exactly: Option<Count>,
    /// The minimum number.
    pub at_least: Option<Count>,
    /// The maximum number.
    pub at_most: Option<Count>,
    /// The pause before each: from the response to the call named in `after` or `repeats`, else from the response to
    /// the previous call.
    pub gap: Option<Gap>,
    /// What must be the same in all of them: `body`, or JSON paths in it. Calls on the same route that `after` names
    /// are compared too.
    #[serde(default)]
    pub same: Vec<BodyPart>,
    /// JSON paths to ignore when bodies are compared.
    #[serde(default)]
    pub except: Vec<JsonPath>,
    /// JSON paths whose values must all differ.
    #[serde(default)]
    pub distinct: Vec<JsonPath>,
    /// The credential that each must carry.
    pub credential: Option<Credential>,
    /// An identifier that each must carry in its path or body; a template.
    pub carries: Option<Text>,
    /// Headers that each must have, by name.
    #[serde(default)]
    pub header: IndexMap<String, Matcher>,
    /// Values that each body must have, by JSON path.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": FORMAT }))]
    pub body: IndexMap<JsonPath, Matcher>,
    /// The name for later expectations and templates: `NAME.request`, `.reply` and `.status` are those of the first
    /// call; `NAME.first`, `NAME.last` and `NAME.count` cover all.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// A hint to show when this does not hold.
    pub hint: Option<Text>,
}

/// A part of a body that is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyPart {
    /// The whole body, `body`.
    Whole,
    /// What a path selects.
    At(JsonPath),
}

impl BodyPart {
    /// The path of the part; `None` for the whole body.
    pub fn path(&self) -> Option<&JsonPath> {
        match self {
            BodyPart::Whole => None,
            BodyPart::At(path) => Some(path),
        }
    }
}

impl<'de> Deserialize<'de> for BodyPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Cow::<str>::deserialize(deserializer)? {
            "body" => Ok(BodyPart::Whole),
            path => path.parse().map(BodyPart::At).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for BodyPart {
    fn schema_name() -> Cow<'static, str> {
        "BodyPart".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "if": { "const": "body" }, "then": true, "else": { "format": FORMAT } })
    }
}

/// Which calls are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Calls {
    /// Calls on any of these routes; their paths may contain templates.
    Routes(Vec<Text>),
    /// Calls that an earlier expectation matched.
    Named(String),
    /// Calls for which all of this holds.
    Where(CallsWhere),
}

/// Conditions on calls besides or instead of a route.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallsWhere {
    /// Calls on this API.
    pub api: Option<String>,
    /// Later calls with the same method, path and JSON body as this matched call, with any credential.
    pub repeats: Option<String>,
    /// JSON paths of the body that may differ in a retry.
    pub except: Vec<JsonPath>,
    /// How the call was answered.
    pub answered: Option<Answered>,
}

impl<'de> Deserialize<'de> for Calls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |text: &str| serde::de::Error::custom(format!("`{text}` is not a route such as `POST /clients`"));
        let route = |value: &Value| match value.as_str() {
            Some(text) if template::is_template(text) || Route::parse(text).is_some() => Ok(text.to_owned()),
            Some(text) => Err(wrong(text)),
            None => Err(wrong(&value.to_string())),
        };
        match Value::deserialize(deserializer)? {
            Value::String(name) if !name.contains(' ') => Ok(Calls::Named(name)),
            Value::Array(list) => list.iter().map(route).collect::<Result<_, _>>().map(Calls::Routes),
            Value::Object(map) => {
                serde_json::from_value(Value::Object(map)).map(Calls::Where).map_err(serde::de::Error::custom)
            }
            one => Ok(Calls::Routes(vec![route(&one)?])),
        }
    }
}

impl JsonSchema for Calls {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Calls".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let filter = generator.subschema_for::<CallsWhere>();
        schemars::json_schema!({
            "description": "a route, a list of routes, the name of matched calls, or `{ api, repeats, answered }`",
            "if": { "type": "object" },
            "then": filter,
            "else": {
                "if": { "type": "array" },
                "then": { "minItems": 1, "items": { "type": "string" } },
                "else": { "type": "string" }
            }
        })
    }
}

/// How a call was answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// With a matching status.
    Status(StatusRule),
    /// Not answered: the connection was dropped.
    Dropped,
}

impl<'de> Deserialize<'de> for Answered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(word) if word == "dropped" => Ok(Answered::Dropped),
            other => serde_json::from_value(other).map(Answered::Status).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for Answered {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Answered".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let status = generator.subschema_for::<StatusRule>();
        schemars::json_schema!({
            "description": "a status, a class such as `2xx`, a list of either, or `dropped`",
            "if": { "const": "dropped" }, "then": true, "else": status
        })
    }
}

/// A count: a number, or a template for one.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    /// A number.
    Number(u64),
    /// A template.
    Template(Text),
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match (value.as_u64(), value.as_str()) {
            (Some(number), _) => Ok(Count::Number(number)),
            (None, Some(text)) if template::is_template(text) => Ok(Count::Template(text.to_owned())),
            (None, _) => Err(serde::de::Error::custom(format!("{value} is neither a number nor a template"))),
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "a number, or a template that gives one",
            "if": { "type": "string" }, "then": { "pattern": r"\{\{" }, "else": { "type": "integer", "minimum": 0 }
        })
    }
}

/// The pause before a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gap {
    /// The minimum pause; 20 ms less is tolerated, because timers fire early.
    pub at_least: Option<Span>,
    /// No gap is shorter than the one before it, and the last is longer than the first, with the same tolerance.
    pub growing: bool,
}

/// The credential of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// A token of the client that the call is about.
    Own,
    /// A token of any client.
    Token,
}

/// `user_message: submission, unlike: success`: the user message for an outcome, in the action's answer or at the lookup of the
/// profile. It must have another status, or another text once URLs, numbers and names are removed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserMessageExpectation {
    /// The action whose user message to judge.
    pub user_message: String,
    /// The same action when it succeeded; the user message must differ from that one and be no crash.
    pub unlike: String,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// `provider_records: { cases: 1 }`: how many records about a client the simulated provider has in the end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderRecordsExpectation {
    /// The expected number of records, by collection.
    pub provider_records: IndexMap<String, Matcher>,
    /// The clients, each judged separately; `each` means all. By default, the check's first client.
    pub client: Option<Names>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
}

impl ProviderRecordsExpectation {
    /// Whether it holds when nothing happened at all.
    pub(super) fn bounds_from_above(&self) -> bool {
        self.provider_records.values().any(|matcher| matcher.0.iter().all(Predicate::allows_none))
    }
}

/// `denied_hosts: all, exactly: 0`: hosts that the partner's build tried to reach and was denied.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeniedHostsExpectation {
    /// `all`, or only these hosts: a template that gives a list.
    pub denied_hosts: Text,
    /// There are so many.
    pub exactly: Option<u64>,
    /// There are at least so many.
    pub at_least: Option<u64>,
    /// The verdict when this is not met.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// What else to say when it is not met.
    pub hint: Option<Text>,
}

impl DeniedHostsExpectation {
    /// Returns the template for the hosts to count; `None` counts every host.
    pub fn hosts(&self) -> Option<&Text> {
        (self.denied_hosts != "all").then_some(&self.denied_hosts)
    }
}
