//! What calls and events do: types, rules, look-ups, outcomes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::list::{List, Parameter};
use super::mode::Mode;
use crate::pack::types::Text;

/// What a route does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Where it exists, if not everywhere.
    pub only: Option<Vec<Mode>>,
    /// The parameters of its query, in their documented spelling, which is not looked at: their values are read as what
    /// they are, and templates know them under their names in small letters. Others are not heeded.
    #[serde(default)]
    pub query: IndexMap<String, Parameter>,
    /// The types of members of the body, by path. A route without it takes no body.
    pub body: Option<IndexMap<String, Kind>>,
    /// What is refused by looking at the request alone, in order.
    #[serde(default)]
    pub refuse: Vec<Rule>,
    /// What is looked up, by the name that templates have for it, in order.
    #[serde(default)]
    pub find: IndexMap<String, Find>,
    /// Values that templates then know by these names.
    #[serde(default)]
    pub computes: IndexMap<String, Value>,
    /// A page of records, which templates know as `list`.
    pub list: Option<List>,
    /// How a repeat of the same request is recognised.
    pub repeats: Option<Repeats>,
    /// What then happens: the first whose condition holds, here or, after these, in the client's state.
    #[serde(default)]
    pub then: Vec<Outcome>,
}

/// The types of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A string.
    Text,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// An array.
    List,
    /// A UUID as a string.
    Uuid,
    /// A date, or a date and time, as a string.
    Date,
}

impl Kind {
    /// The word for it, as in a pack.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Object => "object",
            Kind::List => "list",
            Kind::Uuid => "uuid",
            Kind::Date => "date",
        }
    }
}

/// A validation rule: a condition and the reply that it gives, or shared rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The condition under which the request is refused.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Shared rules by their name, instead of a condition.
    pub rules: Option<String>,
    /// The rule is tried on every element that this path selects; they are `item` then, and `index` counts them.
    /// Elsewhere `item` is the body.
    pub each: Option<String>,
    /// The reply. With shared rules: instead of theirs.
    pub reply: Option<String>,
    /// Values that the reply reads as `with`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// A look-up: the latest record of a collection whose members are as said.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Members and their values.
    #[serde(rename = "where")]
    pub members: IndexMap<String, Text>,
    /// Members that must not have these values.
    #[serde(default)]
    pub except: IndexMap<String, Text>,
    /// The reply if there is none. None: it goes on without.
    #[serde(rename = "else")]
    pub otherwise: Option<String>,
    /// The kind of record that is created if there is none.
    pub creates: Option<String>,
}

/// How a repeat is recognised.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// The header that holds the key of a request.
    pub header: String,
    /// The most characters that a key may have.
    pub at_most: Option<u32>,
    /// The reply to a longer one; `with` has `at_most`.
    pub too_long: Option<String>,
    /// The reply to another body with the same key.
    pub conflict: String,
}

/// What a call or an event brings about.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The condition.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Values that records, events and the reply read as `with`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
    /// The kind of record that is created; templates then know it by that name.
    pub creates: Option<String>,
    /// One record is created for every element that this path selects in the body, which is `item` then.
    pub each: Option<String>,
    /// The elements for which no record is created; templates know them as `refused`, as `index`, `item` and what `with`
    /// says. `created` has the records before them.
    #[serde(default)]
    pub refuses: Vec<Refused>,
    /// Records that change.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Records that go.
    #[serde(default)]
    pub removes: Vec<Remove>,
    /// The state that the client is in then.
    pub becomes: Option<String>,
    /// Events that are sent. For an event that happens: instead of itself.
    pub sends: Option<Vec<Text>>,
    /// The reply to a call.
    pub reply: Option<String>,
}

/// Elements for which no record is created.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The condition, which reads `item`.
    #[serde(rename = "if")]
    pub condition: String,
    /// Values that are told of it.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// Records that change.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Members and their values; one that is absent selects nothing.
    #[serde(rename = "where")]
    pub members: IndexMap<String, Text>,
    /// The new values. A template without a value changes nothing.
    pub set: IndexMap<String, Value>,
}

/// Records that go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Members and their values; one that is absent selects nothing.
    #[serde(rename = "where")]
    pub members: IndexMap<String, Text>,
}
