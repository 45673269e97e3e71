//! What a query asks for: parameters, pages of records, their order.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::pack::types::Text;

/// A parameter of a query. A value that is none of its kind, or that breaks a bound, is refused.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What its value is. An empty text counts as absent; of every other kind nothing empty is one.
    #[serde(rename = "type")]
    pub kind: Scalar,
    /// It may have several values, and is a list: repeated, or with commas between them.
    #[serde(default)]
    pub many: bool,
    /// It must be there.
    #[serde(default)]
    pub required: bool,
    /// The smallest integer.
    pub at_least: Option<i32>,
    /// The largest integer.
    pub at_most: Option<i32>,
    /// What each value stands for: a template over `value`. Where it has no value, the parameter is refused.
    pub means: Option<Text>,
}

/// What a value of a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// Any text.
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// `true` or `false`, in any case.
    Boolean,
    /// A date, or a date and time.
    Date,
    /// A UUID.
    Uuid,
}

/// A page of records.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The collection.
    #[serde(rename = "in")]
    pub within: String,
    /// Members and their values; of a list of values one will do, and a value that is absent restricts nothing.
    #[serde(rename = "where", default)]
    pub members: IndexMap<String, Text>,
    /// Members with the earliest time that they may have.
    #[serde(default)]
    pub from: IndexMap<String, Text>,
    /// Members with the latest time that they may have.
    #[serde(default)]
    pub to: IndexMap<String, Text>,
    /// A text that one of some members must hold, whatever the case.
    pub search: Option<Search>,
    /// The order. Without it: as they were created.
    pub sort: Option<Sort>,
    /// How many records are on a page, where the query does not say.
    pub size: u32,
    /// The largest page.
    pub at_most: u32,
    /// How many of all the pages' records have members with these values, by the name that `list` has for the number.
    #[serde(default)]
    pub counts: IndexMap<String, IndexMap<String, Value>>,
}

/// A search for a text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The text; one that is absent restricts nothing.
    #[serde(rename = "for")]
    pub text: Text,
    /// The members that are looked at; a dot reaches inside.
    #[serde(rename = "in")]
    pub members: Vec<String>,
}

/// The order of records: `FIELD`, `FIELD:asc` or `FIELD:desc`, and more of them after commas.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// The parameter that says it.
    pub parameter: String,
    /// The fields, whatever their case, and the members that they stand for.
    pub by: IndexMap<String, String>,
    /// The order where the query does not say.
    pub default: String,
    /// Fields that are not among these are passed over. Without it they are refused.
    #[serde(default)]
    pub ignores_unknown: bool,
}
