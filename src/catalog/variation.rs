//! Ways in which a delivery differs from a genuine one.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::words::{Age, Text};
use crate::evidence::Expected;

/// One way in which a delivery differs from a genuine one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variation {
    /// Another key, or the right one in another form.
    pub key: Option<KeyVariation>,
    /// Headers to leave out.
    #[serde(default)]
    pub without_header: Option<String>,
    /// Headers to write otherwise, as templates.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// The body, written otherwise (and signed so) or changed after signing.
    pub body: Option<BodyVariation>,
    /// Other bytes to sign, as a template.
    #[serde(rename = "signed_content")]
    pub message: Option<Text>,
    /// The code, damaged.
    pub signature: Option<SignatureVariation>,
    /// How far in the past the delivery claims to be; negative: ahead.
    pub age: Option<Age>,
    /// Which of its clocks say so, where not all do; the others are fresh.
    #[serde(default)]
    pub clocks: Vec<Clock>,
    /// How the names of its headers are written, where not as the provider documents them.
    pub header_names: Option<HeaderNames>,
    /// Another event name.
    pub event: Option<String>,
    /// What this variant expects, where the series does not say it for all.
    pub expect: Option<Expected>,
    /// Where the right signature stands among several: each is tried in turn.
    #[serde(skip)]
    pub arrangement: Arrangement,
}

impl Variation {
    /// How old a clock says that the delivery is, in seconds.
    pub fn age_by(&self, clock: Clock) -> i64 {
        let age = self.age.map_or(0, |Age(seconds)| seconds);
        if self.clocks.is_empty() || self.clocks.contains(&clock) { age } else { 0 }
    }

    /// Whether this is a genuine delivery, of whatever age.
    pub fn only_ages(&self) -> bool {
        let ageless = Variation { age: None, clocks: Vec::new(), expect: None, ..self.clone() };
        ageless == Variation::default()
    }

    /// The deliveries that this stands for, each with what to say of it beside the variation's own name: signatures of
    /// several keys come in every order, since a reader that keeps one of them may keep the right one by luck.
    pub fn arranged(&self) -> Vec<(&'static str, Variation)> {
        let all = [
            ("", Arrangement::Last),
            (", the right signature first", Arrangement::First),
            (", the right signature between others", Arrangement::Between),
        ];
        let number = if self.key == Some(KeyVariation::Rotated) { all.len() } else { 1 };
        all.into_iter()
            .take(number)
            .map(|(words, arrangement)| (words, Variation { arrangement, ..self.clone() }))
            .collect()
    }
}

/// Where the right signature stands among several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// Behind the other.
    #[default]
    Last,
    /// Before the other.
    First,
    /// Between two others.
    Between,
}

/// What says how old a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The time that is signed: beside the code, or in a header of its own if it stands nowhere else.
    Signed,
    /// Headers that say it once more, and are not signed.
    Unsigned,
    /// The times in the body.
    Body,
}

/// How the names of headers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeaderNames {
    /// In small letters, as HTTP/2 and many proxies hand them on.
    LowerCase,
}

/// Other keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyVariation {
    /// A key nobody knows.
    Other,
    /// The secret's text itself, where it should have been decoded.
    Undecoded,
    /// The right key beside others that nobody knows, as after a rotation: each gives a signature. Both orders are
    /// tried, and three signatures with the right one between the others.
    Rotated,
}

/// Other bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyVariation {
    /// One member's value changed after signing.
    Changed,
    /// Unusual white space between the tokens.
    Spaced,
    /// The members in another order.
    Reordered,
    /// Letters written as `\u` escapes.
    Escaped,
    /// Letters beyond ASCII in a member nobody reads.
    NonAscii,
    /// A member nobody knows, with a number beyond 2^53.
    UnknownMember,
    /// Signed as if parsed and written again with two spaces of indent.
    SignedIndented,
    /// Signed as if parsed and written again with sorted keys.
    SignedSorted,
    /// Signed as if parsed and written again without white space.
    SignedCompact,
}

/// Damaged codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureVariation {
    /// Only its first half.
    Truncated,
    /// Nothing.
    Empty,
    /// In upper case.
    UpperCase,
    /// In the other usual encoding.
    OtherEncoding,
}
