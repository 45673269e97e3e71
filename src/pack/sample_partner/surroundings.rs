//! The world of a sample partner: what its profile says, and what the provider holds.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::pack::types::{Environment, Text};

/// What the profile of a sample partner says beside what every sample partner's does. Nothing in it can name a
/// command, a file, or a variable of the machine: `${TEST_KEY}`, `${TEST_SECRET}`, `${PRODUCTION_KEY}` and
/// `${PRODUCTION_SECRET}` are the only variables that there are.
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
    #[serde(rename = "verification")]
    pub verifies: Option<String>,
    /// As `rehearsal.workers` of profiles.
    pub workers: Option<u64>,
    /// As `environments` of profiles.
    pub environments: BTreeMap<Environment, InPart>,
}

/// What a profile says of an environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InPart {
    /// The base URLs that the deployment there loads; the provider's own, where nothing is said.
    pub apis: BTreeMap<String, String>,
    /// The key.
    pub api_key: Option<String>,
    /// Further credentials.
    pub credentials: BTreeMap<String, String>,
    /// The handler.
    pub webhook: Option<HookPart>,
    /// What this provider alone asks for.
    #[serde(rename = "settings")]
    pub details: Map<String, Value>,
    /// What is known there that brings a client to a state.
    #[serde(rename = "known_clients")]
    pub given: Map<String, Value>,
}

/// A handler and its secret.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HookPart {
    /// The address, on one of the partner's own two hosts.
    pub url: Option<String>,
    /// The secret.
    pub secret: Option<String>,
}

/// What the provider holds in a real environment. Texts are templates over `test` and `production`, each with a `key`,
/// a `secret` and the addresses of its APIs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Held {
    /// The key that it knows, where that is not the partner's.
    pub key: Option<Text>,
    /// An event that it has sent before the run, whose id texts read as `test.sent`.
    pub sends: Option<String>,
    /// The states that clients start in, by their e-mail address.
    pub prepared: BTreeMap<String, String>,
    /// Members that are otherwise in what the pack's `initial_records` names.
    #[serde(rename = "held")]
    pub members: Map<String, Value>,
    /// Records, by collection.
    pub records: BTreeMap<String, Vec<Map<String, Value>>>,
}
