//! What surrounds a sample partner: its additions to the profile, and the provider's records.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::pack::types::{Environment, Text};

/// Additions to the profile that every sample partner has. It cannot name commands, files or variables of the machine:
/// `${TEST_KEY}`, `${TEST_SECRET}`, `${PRODUCTION_KEY}` and `${PRODUCTION_SECRET}` are the only variables.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfilePart {
    /// As `branding` of profiles.
    pub branding: Option<Map<String, Value>>,
    /// As `return_url` of profiles.
    pub return_url: Option<Value>,
    /// As `events` of profiles.
    pub events: Option<Vec<String>>,
    /// As `rehearsal.verification` of profiles.
    pub verification: Option<String>,
    /// As `rehearsal.workers` of profiles.
    pub workers: Option<u64>,
    /// As `environments` of profiles.
    pub environments: BTreeMap<Environment, EnvironmentPart>,
}

/// An environment in a profile.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentPart {
    /// The base URLs that the deployment loads; by default, the provider's own.
    pub apis: BTreeMap<String, String>,
    /// The key.
    pub api_key: Option<String>,
    /// Further credentials.
    pub credentials: BTreeMap<String, String>,
    /// The handler.
    pub webhook: Option<WebhookPart>,
    /// Settings that only this provider needs.
    pub settings: Map<String, Value>,
    /// Existing clients that are in a state there.
    pub known_clients: Map<String, Value>,
}

/// A handler and its secret.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookPart {
    /// The URL, on one of the partner's two hosts.
    pub url: Option<String>,
    /// The secret.
    pub secret: Option<String>,
}

/// The provider's records in a real environment. Texts are templates over `test` and `production`, each with a `key`, a
/// `secret` and the URLs of its APIs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderState {
    /// The key that the provider accepts, if not the partner's.
    pub key: Option<Text>,
    /// An event that the provider sent before the run; texts read its id as `test.sent`.
    pub sends: Option<String>,
    /// The initial states of clients, by e-mail address.
    pub prepared: BTreeMap<String, String>,
    /// Fields that differ from the pack's `initial_records`.
    #[serde(rename = "held")]
    pub members: Map<String, Value>,
    /// Records, by collection.
    pub records: BTreeMap<String, Vec<Map<String, Value>>>,
}
