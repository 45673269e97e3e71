//! Expectations over what the partner did in a rehearsal: its calls, what it said, what the provider then holds, whom
//! else it tried to reach.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::matcher::{Matcher, Predicate, Unmet};
use super::types::{Names, Route, Span, StatusRule, Text};
use crate::template;

/// `calls: POST /cases, after: refused, exactly: 1`.
///
/// `calls`, `answered`, `client`, `before`, `after` and `nth` say which calls are meant; everything else must hold for
/// them. Without a count there must be at least one, or nothing can be said. A call that is about nobody whom a check
/// knows, and might be one of them, leaves open what it could change.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallsExpectation {
    /// Which calls.
    pub calls: Calls,
    /// Only those that were answered so.
    pub answered: Option<Answered>,
    /// Only those about these clients, each client for itself; `each` means all. Without it, the clients of the calls
    /// that are named or repeated, else the check's first client.
    pub client: Option<Names>,
    /// Only those that started after this step, or the last of these matched calls, was answered.
    pub after: Option<String>,
    /// Only those that started before this step, or the first of these matched calls, started.
    pub before: Option<String>,
    /// Only the nth of them, from 1.
    #[schemars(range(min = 1))]
    pub nth: Option<usize>,
    /// There are so many.
    pub exactly: Option<Count>,
    /// There are at least so many.
    pub at_least: Option<Count>,
    /// There are at most so many.
    pub at_most: Option<Count>,
    /// How long the partner waited before each: from the answer of the call named in `after` or `repeats`, else from
    /// that of the one before it.
    pub gap: Option<Gap>,
    /// What is the same in all of them: `body`, or JSON paths in it. Calls on the same route that are named in `after`
    /// are compared with them.
    #[serde(default)]
    pub same: Vec<String>,
    /// JSON paths that are left out when bodies are compared.
    #[serde(default)]
    pub except: Vec<String>,
    /// JSON paths whose values differ, each from all others.
    #[serde(default)]
    pub distinct: Vec<String>,
    /// Whose credential each carries.
    pub credential: Option<Credential>,
    /// An identifier that each carries, in its path or its body; a template.
    pub carries: Option<Text>,
    /// Headers of each, by name.
    #[serde(default)]
    pub header: IndexMap<String, Matcher>,
    /// Values of each body, by JSON path.
    #[serde(default)]
    pub body: IndexMap<String, Matcher>,
    /// The name by which later expectations and templates know them: `NAME.request`, `.reply`, `.status` are those of
    /// the first, `NAME.first`, `NAME.last` and `NAME.count` of all.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
    /// What else to say when it is not met.
    pub hint: Option<Text>,
}

/// Which calls are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Calls {
    /// On any of these routes; their paths may hold templates.
    Routes(Vec<Text>),
    /// Those that an earlier expectation found.
    Named(String),
    /// Those of which all this holds.
    Where(CallsWhere),
}

/// What is asked of calls beside or instead of a route.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallsWhere {
    /// On this API.
    pub api: Option<String>,
    /// Same method, path and JSON body as this matched call, whatever the credential, and later than it.
    pub repeats: Option<String>,
    /// JSON paths of the body that may differ in a repeat.
    pub except: Vec<String>,
    /// Answered so.
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
    /// With such a status.
    Status(StatusRule),
    /// Not at all: the connection was dropped.
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

/// How many: a number, or a template that gives one.
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

/// How long the partner waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gap {
    /// At least so long; 20 ms less is tolerated, since timers fire early.
    pub at_least: Option<Span>,
    /// No gap is shorter than the one before it, and the last is longer than the first, with the same tolerance.
    pub growing: bool,
}

/// Whose credential a call carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// A token of the client that the call is about.
    Own,
    /// A token, whosever it is.
    Token,
}

/// `told: submission, unlike: success`: what the partner said of an outcome, by its answer or on the page that the
/// profile names: with another status, or in other words once addresses, numbers and names are taken away.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToldExpectation {
    /// The action whose answer is meant.
    pub told: String,
    /// The same action where it succeeded; what was said must differ from that, and not be a crash.
    pub unlike: String,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
}

/// `provider: { cases: 1 }`: how many records about a client the simulated provider holds in the end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderExpectation {
    /// What the number of records must be, by collection.
    pub provider: IndexMap<String, Matcher>,
    /// The clients, each for itself; `each` means all. Without it, the check's first client.
    pub client: Option<Names>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
}

impl ProviderExpectation {
    /// Whether it holds when nothing happened at all.
    pub(super) fn bounds_from_above(&self) -> bool {
        let lenient = |predicate: &Predicate| match predicate {
            Predicate::AtMost(_) | Predicate::Not(_) | Predicate::DiffersFrom(_) | Predicate::Exists(_) => true,
            Predicate::Equals(value) => value.as_u64() == Some(0),
            Predicate::OneOf(list) => list.iter().any(|value| value.as_u64() == Some(0)),
            Predicate::AtLeast(least) => *least <= 0.0,
            Predicate::Pattern(_)
            | Predicate::StartsWith(_)
            | Predicate::Contains(_)
            | Predicate::ContainAll(_)
            | Predicate::MaxLength(_)
            | Predicate::EqualsIgnoringCase(_)
            | Predicate::SameUrlAs(_)
            | Predicate::Url(_)
            | Predicate::MediaType(_)
            | Predicate::Contrast(_) => false,
        };
        self.provider.values().any(|matcher| matcher.0.iter().all(lenient))
    }
}

/// `findings: refused, exactly: 0`: what was found where nothing should be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingsExpectation {
    /// What kind of finding.
    pub findings: FindingKind,
    /// Only about these hosts: a template that gives a list.
    pub hosts: Option<Text>,
    /// There are so many.
    pub exactly: Option<u64>,
    /// There are at least so many.
    pub at_least: Option<u64>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
    /// What else to say when it is not met.
    pub hint: Option<Text>,
}

/// The kinds of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A host that the partner's build tried to reach and was not let through to, in the whole run so far.
    Refused,
}
