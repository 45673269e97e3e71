//! What a query asks for: parameters, pages of records, their order.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::pack::types::Text;

/// A query parameter. A value of another type or outside its bounds is rejected.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The type of its value. An empty text counts as absent; for other types an empty value is invalid.
    #[serde(rename = "type")]
    pub kind: Scalar,
    /// It may have several values, repeated or comma-separated, and is read as a list.
    #[serde(default)]
    pub many: bool,
    /// Whether it is required.
    #[serde(default)]
    pub required: bool,
    /// The smallest integer.
    pub at_least: Option<i32>,
    /// The largest integer.
    pub at_most: Option<i32>,
    /// The meaning of each value: a template over `value`. If the template has no value, the parameter is rejected.
    pub means: Option<Text>,
}

/// The type of a query parameter.
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
    /// Fields and their values; one value of a list is enough, and an absent value restricts nothing.
    #[serde(rename = "where", default)]
    pub members: IndexMap<String, Text>,
    /// Fields with their earliest allowed time.
    #[serde(default)]
    pub from: IndexMap<String, Text>,
    /// Fields with their latest allowed time.
    #[serde(default)]
    pub to: IndexMap<String, Text>,
    /// A text that one of several fields must contain, case-insensitively.
    pub search: Option<Search>,
    /// The order; by default, the order of creation.
    pub sort: Option<Sort>,
    /// The default page size.
    pub size: u32,
    /// The maximum page size.
    pub at_most: u32,
    /// Counts over all pages of the records whose fields have these values, by their name in `list`.
    #[serde(default)]
    pub counts: IndexMap<String, IndexMap<String, Value>>,
}

/// A search for a text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The text; an absent text restricts nothing.
    #[serde(rename = "for")]
    pub text: Text,
    /// The fields to search; a dotted name reaches nested fields.
    #[serde(rename = "in")]
    pub members: Vec<String>,
}

/// The order of records: `FIELD`, `FIELD:asc` or `FIELD:desc`, comma-separated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// The query parameter.
    pub parameter: String,
    /// The sort fields, case-insensitive, and the record fields that they stand for.
    pub by: IndexMap<String, String>,
    /// The default order.
    pub default: String,
    /// Whether unknown fields are ignored; by default they are rejected.
    #[serde(default)]
    pub ignores_unknown: bool,
}
