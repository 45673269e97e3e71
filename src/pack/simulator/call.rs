//! What calls and events do: types, rules, lookups, outcomes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::list::{List, Parameter};
use super::mode::Mode;
use crate::json_path::{FORMAT, JsonPath};
use crate::pack::types::Text;

/// The behaviour of a route.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteSpec {
    /// The environments in which it exists, if not in all.
    pub only: Option<Vec<Mode>>,
    /// The query parameters in their documented spelling, matched case-insensitively. Templates read the typed values
    /// under lower-case names. Other parameters are ignored.
    #[serde(default)]
    pub query: IndexMap<String, Parameter>,
    /// The types of body fields, by path. A route without this takes no body.
    #[schemars(extend("propertyNames" = { "format": FORMAT }))]
    pub body: Option<IndexMap<JsonPath, Kind>>,
    /// Validation rules on the request alone, in order.
    #[serde(default)]
    pub validate: Vec<Rule>,
    /// Records to look up, in order, by their name in templates.
    #[serde(default)]
    pub find: IndexMap<String, Find>,
    /// Computed values, by their name in templates.
    #[serde(default)]
    pub computes: IndexMap<String, Value>,
    /// A page of records, which templates read as `list`.
    pub list: Option<List>,
    /// How to recognise a retry of the same request.
    pub idempotency: Option<Repeats>,
    /// The outcomes; the first whose condition holds applies, from here and then from the client's state.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
}

/// The types of fields.
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
    /// Returns the word for it in packs.
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

/// A validation rule: a condition with its reply, or shared rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The condition under which the request is rejected.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Shared rules by their name, instead of a condition.
    pub rules: Option<String>,
    /// The rule applies to every element that this path selects, read as `item` with its `index`. Otherwise `item` is
    /// the body.
    pub for_each: Option<JsonPath>,
    /// The reply. With shared rules, it replaces theirs.
    pub reply: Option<String>,
    /// Values that the reply reads as `with`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// A lookup: the latest record of a collection whose fields match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Fields and their values.
    #[serde(rename = "where")]
    pub members: IndexMap<String, Text>,
    /// Fields that must not have these values.
    #[serde(default)]
    pub except: IndexMap<String, Text>,
    /// The reply if there is no match; without it, the call continues.
    #[serde(rename = "else")]
    pub otherwise: Option<String>,
    /// The kind of record to create if there is no match.
    pub creates: Option<String>,
}

/// How to recognise a retry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// The header with the key of a request.
    pub header: String,
    /// The maximum number of characters of a key.
    pub at_most: Option<u32>,
    /// The reply to a longer one; `with` has `at_most`.
    pub too_long: Option<String>,
    /// The reply to another body with the same key.
    pub conflict: String,
}

/// The outcome of a call or an event.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The condition.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Values that records, events and the reply read as `with`.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
    /// The kind of record to create; templates then read it by that name.
    pub creates: Option<String>,
    /// Creates one record for every element that this path selects in the body, read as `item`.
    pub for_each: Option<JsonPath>,
    /// The elements for which no record is created; templates read them as `refused`, with `index`, `item` and the
    /// values of `with`. `created` has the records before them.
    #[serde(default)]
    pub rejects: Vec<RejectedElement>,
    /// Records to change.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Records to delete.
    #[serde(default)]
    pub removes: Vec<Remove>,
    /// The new state of the client.
    pub new_state: Option<String>,
    /// Events to send. For an event that happens, they replace the event itself.
    pub sends: Option<Vec<Text>>,
    /// The reply to a call.
    pub reply: Option<String>,
}

/// Elements for which no record is created.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectedElement {
    /// The condition, which reads `item`.
    #[serde(rename = "if")]
    pub condition: String,
    /// Values that templates read for it.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// Records to change.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Fields and their values; an absent value selects nothing.
    #[serde(rename = "where")]
    pub members: IndexMap<String, Text>,
    /// The new values. A template without a value changes nothing.
    pub set: IndexMap<String, Value>,
}

/// Records to delete.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Fields and their values; an absent value selects nothing.
    #[serde(rename = "where")]
    pub members: IndexMap<String, Text>,
}
