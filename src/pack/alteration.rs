//! Ways in which a delivery differs from a genuine one.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::types::{Age, Text};
use crate::evidence::DeclaredExpectation;

/// An alteration: how a delivery differs from a genuine one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alteration {
    /// Another key, or another form of the right one.
    pub key: Option<KeyAlteration>,
    /// Headers to omit.
    #[serde(default)]
    pub without_header: Option<String>,
    /// Headers to replace, as templates.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// The body, written differently (and signed like that) or changed after signing.
    pub body: Option<BodyAlteration>,
    /// Another content to sign, as a template.
    pub signed_content: Option<Text>,
    /// A damaged signature.
    pub signature: Option<SignatureAlteration>,
    /// The age that the delivery claims; negative: in the future.
    pub age: Option<Age>,
    /// The clocks that claim this age, if not all; the others are fresh.
    #[serde(default)]
    pub clocks: Vec<Clock>,
    /// The spelling of header names, if not as the provider documents them.
    pub header_names: Option<HeaderNames>,
    /// Another event name.
    pub event: Option<String>,
    /// The expected result of this alteration, if it differs within the series.
    pub expect: Option<DeclaredExpectation>,
    /// The position of the right signature among several: each is tried in turn.
    #[serde(skip)]
    pub arrangement: Arrangement,
}

impl Alteration {
    /// Returns the age of the delivery by one of its clocks, in seconds; a negative age lies in the future.
    pub fn age_by(&self, clock: Clock) -> i64 {
        let age = self.age.map_or(0, |Age(seconds)| seconds);
        if self.clocks.is_empty() || self.clocks.contains(&clock) { age } else { 0 }
    }

    /// Whether this is a genuine delivery, of whatever age.
    pub fn only_ages(&self) -> bool {
        let ageless = Alteration { age: None, clocks: Vec::new(), expect: None, ..self.clone() };
        ageless == Alteration::default()
    }

    /// Returns the deliveries that this alteration stands for, each with a suffix for the alteration's name. With a
    /// rotated key, the right signature comes last, first and in the middle: a handler that reads only one signature
    /// may read the right one by luck.
    pub fn arranged(&self) -> Vec<(&'static str, Alteration)> {
        let all = [
            ("", Arrangement::Last),
            (", the right signature first", Arrangement::First),
            (", the right signature between others", Arrangement::Between),
        ];
        let number = if self.key == Some(KeyAlteration::Rotated) { all.len() } else { 1 };
        all.into_iter()
            .take(number)
            .map(|(words, arrangement)| (words, Alteration { arrangement, ..self.clone() }))
            .collect()
    }
}

/// The position of the right signature among several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// After the other.
    #[default]
    Last,
    /// Before the other.
    First,
    /// Between two others.
    Between,
}

/// A clock that shows the age of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The signed time: beside the signature, or in its own header if it is nowhere else.
    Signed,
    /// Unsigned headers that repeat the time.
    Unsigned,
    /// The times in the body.
    Body,
}

/// The spelling of header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeaderNames {
    /// In lower case, as HTTP/2 and many proxies send them.
    LowerCase,
}

/// Other keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyAlteration {
    /// An unknown key.
    Other,
    /// The undecoded text of the secret.
    Undecoded,
    /// The right key and unknown ones, as after a rotation, with one signature each. Both orders are tried, and three
    /// signatures with the right one in the middle.
    Rotated,
}

/// Other bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyAlteration {
    /// One field changed after signing.
    Changed,
    /// Unusual white space between the tokens.
    Spaced,
    /// The fields in another order.
    Reordered,
    /// Characters written as `\u` escapes.
    Escaped,
    /// Non-ASCII characters in an unknown field.
    NonAscii,
    /// An unknown field with a number beyond 2^53.
    UnknownMember,
    /// Signed as if parsed and serialised again with two spaces of indentation.
    SignedIndented,
    /// Signed as if parsed and serialised again with sorted keys.
    SignedSorted,
    /// Signed as if parsed and serialised again without white space.
    SignedCompact,
}

/// Damaged signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureAlteration {
    /// Only the first half.
    Truncated,
    /// An empty signature.
    Empty,
    /// In upper case.
    UpperCase,
    /// In the other common encoding.
    OtherEncoding,
}
