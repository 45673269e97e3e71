//! A value that may be written alone or as a list.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One value or several, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

/// What may be written alone or as a list.
pub trait Listed {
    /// What is expected, such as `a name or a list of names`.
    const EXPECTED: &'static str;
    /// Whether a list may not repeat a value.
    const IS_UNIQUE: bool = false;
}

impl Listed for String {
    const EXPECTED: &'static str = "a name or a list of names";
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany(Vec::new())
    }
}

impl<'de, T: Listed + DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = match Value::deserialize(deserializer)? {
            Value::Array(list) if list.is_empty() => {
                return Err(D::Error::custom(format!("expected {}", T::EXPECTED)));
            }
            Value::Array(list) => list,
            one => vec![one],
        };
        let values = list.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
        values.map(OneOrMany).map_err(D::Error::custom)
    }
}

impl<T: Listed + JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        // The name of the schema of a text is `string`.
        let one = T::schema_name();
        let (first, rest) = one.split_at(1);
        format!("OneOrMany{}{rest}", first.to_uppercase()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({
            "description": T::EXPECTED,
            "if": { "type": "array" },
            "then": { "minItems": 1, "uniqueItems": T::IS_UNIQUE, "items": one },
            "else": one
        })
    }
}
