//! JSON paths (RFC 9535), parsed when their file is read.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use serde_json_path::NormalizedPath;

/// The `format` by which schemas name a JSON path.
pub const FORMAT: &str = "json-path";

/// A JSON path, with the text that it was written as.
#[derive(Clone, Debug)]
pub struct JsonPath {
    text: String,
    parsed: serde_json_path::JsonPath,
}

/// Why a text is not a JSON path.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a JSON path: {cause}")]
pub struct NotAPath {
    text: String,
    cause: serde_json_path::ParseError,
}

impl NotAPath {
    /// Where the text stops being a path, and why.
    pub fn cause(&self) -> String {
        self.cause.to_string()
    }

    /// What to write instead, where the beginning is wrong.
    pub fn hint(&self) -> Option<&'static str> {
        (!self.text.starts_with('$')).then_some("a JSON path begins with `$`, such as `$.count`")
    }
}

impl JsonPath {
    /// The path of the whole value, `$`.
    pub fn root() -> Self {
        JsonPath { text: "$".to_owned(), parsed: serde_json_path::JsonPath::default() }
    }

    /// Whether it is the path of the whole value.
    pub fn is_root(&self) -> bool {
        self.text == "$"
    }

    /// The text that the path was written as.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path without its leading `$.`, as a reader knows a field.
    pub fn field(&self) -> &str {
        self.text.trim_start_matches("$.")
    }

    /// Returns all values that the path selects, in their order.
    pub fn select<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        self.parsed.query(value).all()
    }

    /// Returns copies of all values that the path selects, in their order.
    pub fn values(&self, value: &Value) -> Vec<Value> {
        self.select(value).into_iter().cloned().collect()
    }

    /// Returns the first value that the path selects.
    pub fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.parsed.query(value).first()
    }

    /// Returns where the selected values stand, as JSON pointers (RFC 6901).
    pub fn pointers(&self, value: &Value) -> Vec<String> {
        self.parsed.query_located(value).locations().map(NormalizedPath::to_json_pointer).collect()
    }
}

impl FromStr for JsonPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        match serde_json_path::JsonPath::parse(text) {
            Ok(parsed) => Ok(JsonPath { text: text.to_owned(), parsed }),
            Err(cause) => Err(NotAPath { text: text.to_owned(), cause }),
        }
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

impl PartialEq for JsonPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for JsonPath {}

impl Hash for JsonPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Serialize for JsonPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for JsonPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for JsonPath {
    fn schema_name() -> Cow<'static, str> {
        "JsonPath".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": FORMAT })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_selects_what_it_names_and_tells_where_it_stands() {
        let value = json!({ "a": [{ "b": 1 }, { "b": 2 }] });
        let path: JsonPath = "$.a[*].b".parse().unwrap();
        assert_eq!(path.values(&value), [json!(1), json!(2)]);
        assert_eq!(path.first(&value), Some(&json!(1)));
        assert_eq!(path.pointers(&value), ["/a/0/b", "/a/1/b"]);
        assert_eq!(JsonPath::root().first(&value), Some(&value));
    }

    #[test]
    fn what_is_not_a_path_is_quoted_with_a_hint_where_its_beginning_is_wrong() {
        let wrong = |text: &str| JsonPath::from_str(text).unwrap_err();
        assert!(wrong("count").to_string().starts_with("`count` is not a JSON path: "));
        assert!(wrong("count").hint().is_some());
        assert!(wrong("$.[").hint().is_none());
    }
}
