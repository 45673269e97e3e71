//! What a profile lets a pack do that is not built in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::catalog::words::{Environment, Route};

/// What a pack that is not built in may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// The digest of the pack that was read and found good, `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Hosts that may be handed the partner's keys, by environment.
    pub hosts: BTreeMap<Environment, Vec<String>>,
    /// Calls other than `GET` and `HEAD` that it may send to production.
    pub production_allows: Vec<Route>,
}

/// The long form of [`Trust`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InFull {
    /// The digest of the pack that was read and found good, `sha256:` and 64 hexadecimal digits.
    digest: String,
    /// Hosts that may be handed the partner's keys, by environment.
    #[serde(default)]
    hosts: BTreeMap<Environment, Vec<String>>,
    /// Calls other than `GET` and `HEAD` that it may send to production.
    #[serde(default)]
    production_allows: Vec<Route>,
}

impl<'de> Deserialize<'de> for Trust {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(digest) => Ok(Trust { digest, hosts: BTreeMap::new(), production_allows: Vec::new() }),
            other => serde_json::from_value(other)
                .map(|InFull { digest, hosts, production_allows }| Trust { digest, hosts, production_allows })
                .map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for Trust {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Trust".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let in_full = generator.subschema_for::<InFull>();
        schemars::json_schema!({
            "description": "a digest `sha256:…`, or `{ digest, hosts, production_allows }`",
            "if": { "type": "string" }, "then": true, "else": in_full
        })
    }
}
