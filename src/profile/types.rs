//! The types of a profile: where the partner's systems are, and which environment variables hold its secrets.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::call_out::{CallOut, Lookups};
use super::simulator::SimulatorSettings;
use super::trust::TrustSetting;
use crate::pack::matcher::Matcher;
use crate::pack::types::{Environment, Span, Text};
use crate::redact::Secret;

/// A partner's description of its integration with one provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The partner's name.
    pub partner: String,
    /// The pack to check against.
    pub provider: String,
    /// Environment variables whose values are public and never redacted. All other variables count as secrets.
    #[serde(default)]
    pub public_env: Vec<String>,
    /// The partner's branding at the provider.
    pub branding: Option<Branding>,
    /// The URL to which the provider's pages must send a client back.
    pub return_url: Option<Matcher>,
    /// The events that the partner subscribes to; by default, those that the checklist requires.
    pub events: Option<Vec<String>>,
    /// The partner's use of the provider's real environments.
    #[serde(default)]
    pub environments: BTreeMap<Environment, EnvironmentProfile>,
    /// How to run the partner's own build against the simulator.
    pub rehearsal: Option<Rehearsal>,
    /// Trusted packs that are not built in, by name.
    #[serde(default)]
    pub trust: BTreeMap<String, TrustSetting>,
    /// The path of the attestations file, relative to the profile.
    pub attestations: Option<PathBuf>,
    /// The time limit of a run.
    pub run_within: Option<Span>,
    /// Simulated environments: loopback addresses that replace real hosts.
    #[serde(rename = "connect_to")]
    pub simulated_environments: Option<ConnectTo>,
}

/// The branding that the partner's clients see.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The URL of the logo.
    pub logo_url: Option<Url>,
    /// The background colour, `#RRGGBB`.
    pub background_color: Option<String>,
}

/// One real environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentProfile {
    /// The base URL of each API, as the deployment loads it.
    #[serde(default)]
    pub apis: BTreeMap<String, Configured>,
    /// The partner's API key.
    #[schemars(with = "Option<String>")]
    pub api_key: Option<Secret>,
    /// Further credentials, by their names in the pack.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    pub credentials: BTreeMap<String, Option<Secret>>,
    /// The partner's handler and the secret of its subscription.
    pub webhook: Option<Webhook>,
    /// Settings that only this provider needs, by their names in the pack.
    #[serde(default)]
    pub settings: serde_json::Map<String, Value>,
    /// Existing clients that are in a state which a rehearsal would simulate.
    #[serde(default)]
    pub known_clients: BTreeMap<String, KnownClient>,
    /// The time limit for a manual step.
    pub manual_step_within: Option<Span>,
    /// The actions of the partner's deployment, by name.
    #[serde(default)]
    pub actions: IndexMap<String, CallOut>,
    /// The lookups into the partner.
    #[serde(default)]
    pub lookups: Lookups,
}

impl EnvironmentProfile {
    /// Returns the secrets in it, by their names in the profile.
    pub fn secrets(&self) -> Vec<(String, &Secret)> {
        let key = self.api_key.iter().map(|secret| ("api_key".to_owned(), secret));
        let hook = self.webhook.iter().filter_map(|webhook| webhook.secret.as_ref());
        let hook = hook.map(|secret| ("webhook.secret".to_owned(), secret));
        let others = self.credentials.iter();
        let others = others.filter_map(|(name, secret)| Some((format!("credentials.{name}"), secret.as_ref()?)));
        key.chain(hook).chain(others).collect()
    }
}

/// An existing client of a real environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KnownClient {
    /// Its name.
    pub name: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
}

/// A configured value, or the place from which it is loaded.
#[derive(Clone, Debug)]
pub enum Configured {
    /// The value.
    Text(String),
    /// A key of a file.
    InFile(FileKey),
}

/// A key of a file: of `.env`, `.properties` and INI files, of JSON, YAML and TOML.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileKey {
    /// The file, relative to the profile.
    pub file: PathBuf,
    /// The key: a name, one with dots such as `billing.api-url` or `servers[0].url`, or a JSON path.
    pub key: String,
}

impl<'de> Deserialize<'de> for Configured {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Configured::Text(text)),
            other => serde_json::from_value(other).map(Configured::InFile).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for Configured {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Configured".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let in_file = generator.subschema_for::<FileKey>();
        schemars::json_schema!({
            "description": "a value, or `{ file, key }` from which it is loaded",
            "if": { "type": "string" }, "then": true, "else": in_file
        })
    }
}

/// A webhook handler.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its URL.
    pub url: Option<Url>,
    /// The secret of the subscription.
    #[schemars(with = "Option<String>")]
    pub secret: Option<Secret>,
}

/// How to rehearse with the partner's build.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// How to start the build; without it, the build already runs.
    pub start: Option<Start>,
    /// Environment variables of Preflight to pass to the build, besides a short allow-list.
    #[serde(default)]
    pub pass_env: Vec<String>,
    /// Environment variables of the build, as templates over `simulator`.
    #[serde(default)]
    pub env: IndexMap<String, Text>,
    /// Other builds of the same software, by name: their additions to `env`, and how to start them if that differs.
    #[serde(default)]
    pub variants: IndexMap<String, Variant>,
    /// Hosts besides loopback that the build may reach, by name or address. Access to the provider's hosts is always
    /// denied.
    #[serde(default)]
    pub allow_hosts: Vec<String>,
    /// How many processes of the build cache tokens separately.
    #[serde(default = "workers")]
    #[schemars(range(min = 1))]
    pub workers: u64,
    /// The handler.
    pub webhook: Option<Webhook>,
    /// How many checks may use the build at the same time.
    #[serde(default = "concurrency")]
    #[schemars(range(min = 1, max = 64))]
    pub concurrency: usize,
    /// How quickly the partner reacts.
    #[serde(default)]
    pub timing: Timing,
    /// The actions of the build, by name. `restart` is for a build that `start` does not start; it answers, or ends,
    /// once the build is back.
    #[serde(default)]
    pub actions: IndexMap<String, CallOut>,
    /// The lookups into the build.
    #[serde(default)]
    pub lookups: Lookups,
    /// Captured bodies of events that the provider does not document, as JSON files relative to the profile.
    #[serde(default)]
    pub bodies: BTreeMap<String, PathBuf>,
    /// Hosts other than loopback where the build may run.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// When the handler verifies a delivery.
    #[serde(default)]
    pub verification: VerificationMode,
    /// The address and key of the simulator, for a build that `start` does not start.
    #[serde(default)]
    pub simulator: SimulatorSettings,
}

fn concurrency() -> usize {
    8
}

fn workers() -> u64 {
    1
}

/// Another build of the same software.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Variant {
    /// Environment variables that add to or replace those of `env`.
    pub env: IndexMap<String, Text>,
    /// Program and arguments, if they differ.
    pub command: Option<Vec<Text>>,
}

/// How to start the build.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Program and arguments, run without a shell.
    #[schemars(length(min = 1))]
    pub command: Vec<Text>,
    /// A URL that answers with a status below 400 once the build is ready.
    pub ready: Url,
    /// The time limit until the build is ready.
    #[serde(default = "start_within")]
    pub within: Span,
}

fn start_within() -> Span {
    Span(Duration::from_mins(1))
}

/// How quickly the partner reacts by itself.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// The maximum time of a reaction, such as to a webhook.
    pub reacts_within: Span,
    /// The maximum time until the partner retries a failed call.
    pub retries_within: Span,
    /// The maximum time of an action, until its answer or the end of its command.
    pub answers_within: Span,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            reacts_within: Span(Duration::from_secs(2)),
            retries_within: Span(Duration::from_secs(10)),
            answers_within: Span(Duration::from_secs(30)),
        }
    }
}

/// When a handler verifies a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerificationMode {
    /// Before it answers.
    #[default]
    #[serde(rename = "immediate")]
    Immediate,
    /// After it has answered.
    #[serde(rename = "deferred")]
    Deferred,
}

/// Simulated environments: loopback addresses that replace real hosts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectTo {
    /// The PEM file with the certificate of the temporary authority, relative to the profile.
    pub ca: Option<PathBuf>,
    /// The simulated address of each host.
    pub hosts: BTreeMap<String, ConnectToHost>,
}

/// The simulated address of a host.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectToHost {
    /// The loopback address and port to connect to.
    #[schemars(with = "String")]
    pub at: SocketAddr,
    /// The IP address that checks see for the host.
    #[schemars(with = "String")]
    pub address: IpAddr,
}
