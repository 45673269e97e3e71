//! What a profile allows to a pack that is not built in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::pack::types::{Environment, Route};

/// What a pack that is not built in may do beyond the built-in pack of the same name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The digest of the reviewed pack, `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Hosts that may receive the partner's keys, by environment.
    #[serde(default)]
    pub hosts: BTreeMap<Environment, Vec<String>>,
    /// Calls other than `GET` and `HEAD` that it may send to production.
    #[serde(default)]
    pub production_allows: Vec<Route>,
    /// Fields of production responses that it may record.
    #[serde(default)]
    pub production_fields: Vec<String>,
    /// Hosts from which it may fetch pages without a key, besides those named elsewhere in the profile.
    #[serde(default)]
    pub allow_hosts: Vec<String>,
}

/// A [`Trust`] as it is written: the digest alone, or in full.
#[derive(Clone, Debug)]
pub struct TrustSetting(pub Trust);

impl<'de> Deserialize<'de> for TrustSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(digest) => Ok(TrustSetting(Trust { digest, ..Trust::default() })),
            other => serde_json::from_value(other).map(TrustSetting).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for TrustSetting {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TrustSetting".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let in_full = generator.subschema_for::<Trust>();
        schemars::json_schema!({
            "description": "a digest `sha256:…`, or `{ digest, hosts, production_allows, production_fields, allow_hosts }`",
            "if": { "type": "string" }, "then": true, "else": in_full
        })
    }
}
