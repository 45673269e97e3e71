//! What a value must be. One vocabulary for bodies, headers, configuration and captures.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use crate::template;

/// A conjunction of predicates. A plain value stands for `equals`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher(pub Vec<Predicate>);

/// One thing that a value must be. Texts and values may hold templates; `null` counts as absent.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Equal, as JSON: numbers by value, web addresses by the URL standard.
    Equals(Value),
    /// Present and not equal, as JSON: absent values cannot differ.
    DiffersFrom(Value),
    /// Not what this says. An absent value is not; one of another type than this speaks of neither is nor is not.
    Not(Box<Matcher>),
    /// Present, or absent.
    Exists(bool),
    /// One of these.
    OneOf(Vec<Value>),
    /// A text that holds this regular expression; of a web address, one of its spellings.
    Pattern(Text),
    /// A text with this beginning.
    StartsWith(Text),
    /// A list with this member.
    Contains(Value),
    /// A list with all members of this list.
    ContainAll(Value),
    /// At least this number, or so many members.
    AtLeast(f64),
    /// At most this number, or so many members.
    AtMost(f64),
    /// A text of at most so many characters.
    MaxLength(usize),
    /// Equal to this text but for the case of letters.
    EqualsIgnoringCase(Text),
    /// The same web address, however it is written: host case, punycode, the default port, an empty path, percent case.
    SameUrlAs(Text),
    /// A URL with these parts.
    Url(UrlRule),
    /// A media type, whatever its case and its parameters: `image/png`, or `image/*` for any image.
    MediaType(Text),
    /// A colour that can be read on another.
    Contrast(Contrast),
}

/// The parts of a URL, judged after parsing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrlRule {
    /// The scheme.
    pub scheme: Option<String>,
    /// The host, exactly: without regard to case, a trailing dot or how its letters are encoded.
    pub host: Option<Text>,
    /// The ports, the scheme's own if none is written.
    pub port: Option<Vec<u16>>,
    /// The host, as far as it shows without asking anybody.
    pub address: Option<AddressRule>,
}

/// What an address must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressRule {
    /// One that can be reached from anywhere.
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

/// How bad it is when an expectation is not met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unmet {
    /// The partner is at fault.
    #[default]
    Fail,
    /// A person must look.
    Inconclusive,
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(map) if map.is_empty() => Err(D::Error::custom("an empty matcher would match anything")),
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

/// Why a regular expression cannot be used, if it is one that cannot. One with a template in it is judged later.
fn unreadable(predicate: &Predicate) -> Option<String> {
    let Predicate::Pattern(pattern) = predicate else { return None };
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
        // The derived schema says `oneOf` maps with a single member; a matcher is one map with any of those members.
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
