//! The small types that check files, `provider.yaml` and profiles share: spans of time, routes, stages, statuses.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};

use super::one_or_many::OneOrMany;
use crate::json_path::{JsonPath, NotAPath};

/// A text that may contain templates.
pub type Text = String;

/// The stage in which a check runs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing runs; Preflight reads the profile and the partner's files.
    Static,
    /// The partner's own build runs against the simulated provider.
    Rehearsal,
    /// The provider's test environment.
    Test,
    /// The provider's production environment, read-only.
    Production,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Stage; 4] = [Stage::Static, Stage::Rehearsal, Stage::Test, Stage::Production];

    /// Returns the word for it in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Static => "static",
            Stage::Rehearsal => "rehearsal",
            Stage::Test => "test",
            Stage::Production => "production",
        }
    }

    /// Returns the provider's environment that the stage talks to, if any.
    pub fn environment(self) -> Option<Environment> {
        match self {
            Stage::Static | Stage::Rehearsal => None,
            Stage::Test => Some(Environment::Test),
            Stage::Production => Some(Environment::Production),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A real environment of the provider.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The provider's test environment.
    Test,
    /// The provider's production environment, with real money and real people.
    Production,
}

impl Environment {
    /// Returns the word for it in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Environment::Test => "test",
            Environment::Production => "production",
        }
    }
}

impl Environment {
    /// Returns the stage that takes place there.
    pub fn stage(self) -> Stage {
        match self {
            Environment::Test => Stage::Test,
            Environment::Production => Stage::Production,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A duration: `20ms`, `1.5s`, `30m`, `2h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// Formats the duration as profiles write it.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            ms @ 0..1000 => write!(f, "{ms}ms"),
            _ => write!(f, "{}s", self.0.as_secs_f64()),
        }
    }
}

/// An age in seconds; negative: in the future. Written `290s`, `1d`, `-330s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age(pub i64);

/// The format of a span, as a regular expression for the schema.
const SPAN: &str = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$";

/// The maximum age, in seconds: 1,000 years, so that every sending time can be written as a date.
const MAX_AGE_SECONDS: f64 = 1000.0 * 365.0 * 86_400.0;

/// The maximum span, in seconds: ten years, so that the end of every span can be written as a date.
const MAX_SPAN_SECONDS: f64 = 10.0 * 365.0 * 86_400.0;

fn seconds(text: &str) -> Option<f64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|n| n * factor).filter(|s| s.is_finite())
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let none = || de::Error::custom(format!("`{text}` is not a duration such as `1.5s`, `30m` or `7d`"));
        let span = seconds(&text).ok_or_else(none)?;
        if span > MAX_SPAN_SECONDS {
            return Err(de::Error::custom(format!("`{text}` is longer than the maximum of ten years, `3650d`")));
        }
        Duration::try_from_secs_f64(span).map(Span).map_err(|_| none())
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": SPAN, "description": "a duration such as `1.5s`, `30m` or `7d`" })
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let (sign, rest) = text.strip_prefix('-').map_or((1.0, &*text), |rest| (-1.0, rest));
        #[expect(clippy::cast_possible_truncation, reason = "ages are whole seconds, far below the bounds of i64")]
        seconds(rest)
            .filter(|s| *s <= MAX_AGE_SECONDS)
            .map(|s| Age((s * sign) as i64))
            .ok_or_else(|| de::Error::custom(format!("`{text}` is not an age such as `290s`, `1d` or `-330s`")))
    }
}

impl JsonSchema for Age {
    fn schema_name() -> Cow<'static, str> {
        "Age".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$",
            "description": "an age such as `290s` or `1d`, or `-330s` for the future,"
        })
    }
}

/// HTTP statuses: one (`200`), a class (`2xx`) or a list of either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRule(Vec<StatusPart>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StatusPart {
    One(u16),
    Class(u16),
}

impl StatusRule {
    /// Whether a status is among them.
    pub fn holds(&self, status: u16) -> bool {
        self.0.iter().any(|part| match part {
            StatusPart::One(one) => *one == status,
            StatusPart::Class(class) => status / 100 == *class,
        })
    }
}

impl fmt::Display for StatusRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self
            .0
            .iter()
            .map(|part| match part {
                StatusPart::One(one) => one.to_string(),
                StatusPart::Class(class) => format!("{class}xx"),
            })
            .collect();
        f.write_str(&words.join(" or "))
    }
}

impl StatusPart {
    fn parse(value: &serde_json::Value) -> Option<Self> {
        if let Some(number) = value.as_u64() {
            return u16::try_from(number).ok().filter(|n| (100..600).contains(n)).map(StatusPart::One);
        }
        let class = value.as_str()?.strip_suffix("xx")?;
        class.parse().ok().filter(|n| (1..6).contains(n)).map(StatusPart::Class)
    }
}

impl<'de> Deserialize<'de> for StatusRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let list = match &value {
            serde_json::Value::Array(list) => list.clone(),
            other => vec![other.clone()],
        };
        let parts: Option<Vec<_>> = list.iter().map(StatusPart::parse).collect();
        parts
            .filter(|parts| !parts.is_empty())
            .map(StatusRule)
            .ok_or_else(|| de::Error::custom(format!("{value} is not a status such as `200`, `2xx` or `[401, 403]`")))
    }
}

impl JsonSchema for StatusRule {
    fn schema_name() -> Cow<'static, str> {
        "StatusRule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        const STATUS_FORMS: &str = "a status such as `200`, a class such as `2xx`, or a list of either";
        let one = serde_json::json!({
            "if": { "type": "string" },
            "then": { "pattern": "^[1-5]xx$", "description": STATUS_FORMS },
            "else": { "type": "integer", "minimum": 100, "maximum": 599, "description": STATUS_FORMS }
        });
        json_schema!({
            "description": STATUS_FORMS, "if": { "type": "array" }, "then": { "minItems": 1, "items": one }, "else": one
        })
    }
}

/// A location in a delivery or a call: a JSON path in the body (`$.id`), or a header (`header.X-Id`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// A JSON path, RFC 9535.
    Body(JsonPath),
    /// A header's name.
    Header(String),
}

impl<'de> Deserialize<'de> for Where {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        if let Some(name) = text.strip_prefix("header.") {
            return Ok(Where::Header(name.to_owned()));
        }
        let wrong = |error: NotAPath| format!("`{text}` is neither a JSON path nor `header.NAME`: {}", error.cause());
        text.parse().map(Where::Body).map_err(|error| de::Error::custom(wrong(error)))
    }
}

impl JsonSchema for Where {
    fn schema_name() -> Cow<'static, str> {
        "Where".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^(\$|header\.)", "description": "`$.path` in the body or `header.NAME`" })
    }
}

/// One name or several.
pub type Names = OneOrMany<String>;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
