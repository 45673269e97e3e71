//! What a value must be. One vocabulary for bodies, headers, configuration and captures.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::types::Text;
use crate::template;

/// Predicates that must all hold. A plain value means `equals`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher(pub Vec<Predicate>);

/// One predicate on a value. Texts and values may contain templates; `null` counts as absent.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Equal as JSON: numbers by value, URLs by the URL standard.
    Equals(Value),
    /// Present and not equal as JSON; an absent value does not match.
    NotEquals(Value),
    /// Does not match this. An absent value does not match it; for a value of another type, neither this nor its
    /// negation holds.
    Not(Box<Matcher>),
    /// Present (`true`) or absent (`false`).
    Exists(bool),
    /// One of these.
    OneOf(Vec<Value>),
    /// A string that matches this regular expression; for a URL, in one of its spellings.
    Matches(Text),
    /// A string that starts with this.
    StartsWith(Text),
    /// A list that contains this element.
    Contains(Value),
    /// A list that contains all elements of this list.
    ContainsAll(Value),
    /// At least this number, or at least this many elements.
    AtLeast(f64),
    /// At most this number, or at most this many elements.
    AtMost(f64),
    /// A string of at most this many characters.
    MaxLength(usize),
    /// Equal to this string, case-insensitively.
    EqualsIgnoringCase(Text),
    /// The same URL in any spelling: host case, punycode, default port, empty path, percent-encoding case.
    SameUrlAs(Text),
    /// A URL with these parts.
    Url(UrlRule),
    /// A media type, ignoring case and parameters: `image/png`, or `image/*` for any image.
    MediaType(Text),
    /// A colour that is readable on another one.
    Contrast(Contrast),
}

impl Predicate {
    /// Whether it may hold for a number of things of which there are none.
    pub fn allows_none(&self) -> bool {
        match self {
            Predicate::AtMost(_) | Predicate::Not(_) | Predicate::NotEquals(_) | Predicate::Exists(_) => true,
            Predicate::Equals(value) => value.as_u64() == Some(0),
            Predicate::OneOf(list) => list.iter().any(|value| value.as_u64() == Some(0)),
            Predicate::AtLeast(least) => *least <= 0.0,
            Predicate::Matches(_)
            | Predicate::StartsWith(_)
            | Predicate::Contains(_)
            | Predicate::ContainsAll(_)
            | Predicate::MaxLength(_)
            | Predicate::EqualsIgnoringCase(_)
            | Predicate::SameUrlAs(_)
            | Predicate::Url(_)
            | Predicate::MediaType(_)
            | Predicate::Contrast(_) => false,
        }
    }

    /// Whether it accepts any value that is present.
    fn accepts_anything(&self) -> bool {
        match self {
            Predicate::Matches(pattern) => ["", ".*", "^.*$", "^", "$"].contains(&pattern.as_str()),
            Predicate::StartsWith(text) => text.is_empty(),
            Predicate::ContainsAll(list) => list.as_array().is_some_and(Vec::is_empty),
            Predicate::Equals(_)
            | Predicate::NotEquals(_)
            | Predicate::Not(_)
            | Predicate::Exists(_)
            | Predicate::OneOf(_)
            | Predicate::Contains(_)
            | Predicate::AtLeast(_)
            | Predicate::AtMost(_)
            | Predicate::MaxLength(_)
            | Predicate::EqualsIgnoringCase(_)
            | Predicate::SameUrlAs(_)
            | Predicate::Url(_)
            | Predicate::MediaType(_)
            | Predicate::Contrast(_) => false,
        }
    }

    /// Returns why no value can meet it, if that is so.
    fn never_holds(&self) -> Option<&'static str> {
        match self {
            Predicate::OneOf(list) => list.is_empty().then_some("`one_of` is empty"),
            Predicate::Url(rule) => rule.port.as_ref().is_some_and(Vec::is_empty).then_some("`port` is empty"),
            Predicate::Contrast(contrast) => (contrast.at_least > 21.0).then_some("the highest contrast is 21"),
            Predicate::Equals(_)
            | Predicate::NotEquals(_)
            | Predicate::Not(_)
            | Predicate::Exists(_)
            | Predicate::Matches(_)
            | Predicate::StartsWith(_)
            | Predicate::Contains(_)
            | Predicate::ContainsAll(_)
            | Predicate::AtLeast(_)
            | Predicate::AtMost(_)
            | Predicate::MaxLength(_)
            | Predicate::EqualsIgnoringCase(_)
            | Predicate::SameUrlAs(_)
            | Predicate::MediaType(_) => None,
        }
    }
}

impl Matcher {
    /// Whether it accepts any value that is present.
    pub fn accepts_anything(&self) -> bool {
        self.0.iter().all(Predicate::accepts_anything)
    }

    /// Returns why no value can match, if that is so.
    pub fn contradiction(&self) -> Option<String> {
        let (mut low, mut high) = (f64::MIN, f64::MAX);
        for predicate in &self.0 {
            if let Some(why) = predicate.never_holds() {
                return Some(why.to_owned());
            }
            if let Predicate::Exists(false) = predicate
                && self.0.len() > 1
            {
                return Some("an absent value cannot meet other conditions".to_owned());
            }
            if let Predicate::AtLeast(least) = predicate {
                low = *least;
            }
            if let Predicate::AtMost(most) = predicate {
                high = *most;
            }
        }
        (low > high).then(|| format!("at least {low} and at most {high}"))
    }
}

/// The parts of a URL, judged after parsing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrlRule {
    /// The scheme.
    pub scheme: Option<String>,
    /// The exact host, ignoring case, a trailing dot and the encoding of its letters.
    pub host: Option<Text>,
    /// The allowed ports; the scheme's default port if the URL has none.
    pub port: Option<Vec<u16>>,
    /// The kind of host, as far as the URL alone shows it.
    pub address: Option<AddressRule>,
}

/// What an address must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressRule {
    /// A public address.
    Public,
}

/// A contrast between two colours, as the Web Content Accessibility Guidelines measure it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// The other colour.
    pub with: Text,
    /// The ratio, from 1 to 21.
    pub at_least: f64,
}

/// The verdict when an expectation does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The check fails.
    #[default]
    Fail,
    /// The check is inconclusive, and a person must look.
    Inconclusive,
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(map) if map.is_empty() => Err(D::Error::custom("an empty matcher matches anything")),
            Value::Object(map) => map
                .into_iter()
                .map(|(name, value)| {
                    let single = Value::Object([(name, value)].into_iter().collect());
                    let predicate = serde_json::from_value(single).map_err(D::Error::custom)?;
                    match unreadable(&predicate) {
                        Some(why) => Err(D::Error::custom(why)),
                        None => Ok(predicate),
                    }
                })
                .collect::<Result<_, _>>()
                .map(Matcher),
            plain => Ok(Matcher(vec![Predicate::Equals(plain)])),
        }
    }
}

/// Returns why a regular expression is invalid, if it is. One with a template in it is judged later.
fn unreadable(predicate: &Predicate) -> Option<String> {
    let Predicate::Matches(pattern) = predicate else { return None };
    let error = regex::Regex::new(pattern).err().filter(|_| !template::is_template(pattern))?;
    let words = error.to_string();
    let last = words.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Some(format!("`{pattern}` is not a regular expression: {last}"))
}

impl JsonSchema for Matcher {
    fn schema_name() -> Cow<'static, str> {
        "Matcher".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // The derived schema says `oneOf` maps with a single field; a matcher is one map with any of those fields.
        let derived = Predicate::json_schema(generator);
        let mut properties = serde_json::Map::new();
        for shape in derived.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            for (name, rule) in shape["properties"].as_object().into_iter().flatten() {
                properties.insert(name.clone(), rule.clone());
            }
        }
        schemars::json_schema!({
            "description": "a plain value, or a map of predicates",
            "if": { "type": "object" },
            "then": { "additionalProperties": false, "minProperties": 1, "properties": properties }
        })
    }
}
