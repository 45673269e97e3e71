//! The partner's own file: where its things are, and which environment variables hold its secrets.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::catalog::matcher::Matcher;
use crate::catalog::words::{Environment, Span, Text};
use crate::secret::Secret;

mod call_out;
mod played;
mod trust;

pub use played::Played;
pub use trust::{Trust, TrustWord};

pub use call_out::{CallOut, Inspect, Learn, LookUp, View};

/// What a partner says about its integration with one provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The partner's name.
    pub partner: String,
    /// The pack to be held against.
    pub provider: String,
    /// Environment variables whose values may be read by everybody: nothing of them is hidden in what is printed or
    /// written. All others are taken for secrets.
    #[serde(default)]
    pub public_env: Vec<String>,
    /// How the partner looks to its clients at the provider.
    pub branding: Option<Branding>,
    /// What the URL must be to which the provider's pages send a client back.
    pub return_url: Option<Matcher>,
    /// The events that the partner subscribes to, where they are not just those that the checklist requires.
    pub events: Option<Vec<String>>,
    /// The provider's real environments, as the partner uses them.
    #[serde(default)]
    pub environments: BTreeMap<Environment, InEnvironment>,
    /// How the partner's own build is brought to run against the simulator.
    pub rehearsal: Option<Rehearsal>,
    /// Packs that are not built in but may be used with this partner's things, by their names.
    #[serde(default)]
    pub trust: BTreeMap<String, TrustWord>,
    /// The file of attestations and waivers, relative to the profile.
    pub attestations: Option<PathBuf>,
    /// The longest time that a run may take.
    pub run_within: Option<Span>,
    /// Loopback stand-ins for real hosts.
    #[serde(rename = "connect_to")]
    pub stand_ins: Option<StandInsWord>,
}

/// What the partner's clients see.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The address of the logo.
    pub logo_url: Option<Url>,
    /// The colour behind it, `#RRGGBB`.
    pub background_color: Option<String>,
}

/// One real environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InEnvironment {
    /// The base URL of each API, as this environment's deployment loads it.
    #[serde(default)]
    pub apis: BTreeMap<String, Configured>,
    /// The partner's key.
    #[schemars(with = "Option<String>")]
    pub api_key: Option<Secret>,
    /// Further credentials, by the names that the pack has for them.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    pub credentials: BTreeMap<String, Option<Secret>>,
    /// The partner's handler and the secret of its subscription.
    pub webhook: Option<Webhook>,
    /// What this provider alone asks for, by the names that its pack has for it.
    #[serde(default)]
    #[serde(rename = "settings")]
    pub details: serde_json::Map<String, Value>,
    /// What is known there that brings a client to a state which a rehearsal would play.
    #[serde(default)]
    #[serde(rename = "known_clients")]
    pub given: BTreeMap<String, KnownThere>,
    /// How long a person gets for what only a person can do there.
    #[serde(rename = "manual_step_within")]
    pub person_within: Option<Span>,
    /// What the partner's deployment there can be asked to do, by name.
    #[serde(default)]
    pub actions: IndexMap<String, CallOut>,
    /// How to look inside the partner.
    #[serde(default)]
    #[serde(rename = "lookups")]
    pub inspect: Inspect,
}

impl InEnvironment {
    /// What is secret in it, by its name in the profile.
    pub fn secrets(&self) -> Vec<(String, &Secret)> {
        let key = self.api_key.iter().map(|secret| ("api_key".to_owned(), secret));
        let hook = self.webhook.iter().filter_map(|webhook| webhook.secret.as_ref());
        let hook = hook.map(|secret| ("webhook.secret".to_owned(), secret));
        let others = self.credentials.iter();
        let others = others.filter_map(|(name, secret)| Some((format!("credentials.{name}"), secret.as_ref()?)));
        key.chain(hook).chain(others).collect()
    }
}

/// A client of a real environment that is in a state by itself.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KnownThere {
    /// Its name.
    pub name: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
}

/// A configured value: itself, or the place from which it is loaded.
#[derive(Clone, Debug)]
pub enum Configured {
    /// The value.
    Text(String),
    /// A key of a file.
    InFile(InFile),
}

/// A key of a file: of `.env`, `.properties` and INI files, of JSON, YAML and TOML.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InFile {
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
        let in_file = generator.subschema_for::<InFile>();
        schemars::json_schema!({
            "description": "a value, or `{ file, key }` where it is loaded from",
            "if": { "type": "string" }, "then": true, "else": in_file
        })
    }
}

/// A webhook handler.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its address.
    pub url: Option<Url>,
    /// The secret of the subscription.
    #[schemars(with = "Option<String>")]
    pub secret: Option<Secret>,
}

/// The rehearsal.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// How the build is started; without it, it already runs.
    pub start: Option<Start>,
    /// Variables of our environment that the build may see, beside a short allow-list.
    #[serde(default)]
    #[serde(rename = "pass_env")]
    pub pass: Vec<String>,
    /// Variables that the build gets, as templates over `simulator`.
    #[serde(default)]
    pub env: IndexMap<String, Text>,
    /// Other builds of the same software, by name: what they are told beside or instead of `env`, and how they are
    /// started where that differs.
    #[serde(default)]
    pub variants: IndexMap<String, Variant>,
    /// Hosts beside loopback that the build may reach, each by its name or address. A host of the provider's is never
    /// let through.
    #[serde(default)]
    #[serde(rename = "allow_hosts")]
    pub reaches: Vec<String>,
    /// How many processes of the build keep tokens, each for itself.
    #[serde(default = "workers")]
    #[schemars(range(min = 1))]
    pub workers: u64,
    /// The handler.
    pub webhook: Option<Webhook>,
    /// How many checks may talk to the build at the same time.
    #[serde(default = "concurrency")]
    #[schemars(range(min = 1, max = 64))]
    pub concurrency: usize,
    /// How quickly the partner reacts.
    #[serde(default)]
    pub timing: Timing,
    /// What the partner can be asked to do, by name. `restart` is for a build that is not started by `start`; it
    /// answers, or ends, once the build is back.
    #[serde(default)]
    pub actions: IndexMap<String, CallOut>,
    /// How to look inside the build.
    #[serde(default)]
    #[serde(rename = "lookups")]
    pub inspect: Inspect,
    /// Captured bodies of events that the provider does not document, as files of JSON relative to the profile.
    #[serde(default)]
    pub bodies: BTreeMap<String, PathBuf>,
    /// Hosts other than loopback where the build may be.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// When the handler verifies a delivery.
    #[serde(default)]
    #[serde(rename = "verification")]
    pub verifies: Verifies,
    /// Where the simulator is and which key it knows, for a build that is not started by `start`.
    #[serde(default)]
    pub simulator: Played,
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
    /// Variables that it gets beside or instead of those of `env`.
    pub env: IndexMap<String, Text>,
    /// Program and arguments, where they differ.
    pub command: Option<Vec<Text>>,
}

/// How the build is started.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Program and arguments; no shell.
    #[schemars(length(min = 1))]
    pub command: Vec<Text>,
    /// The page that answers below 400 once the build is ready.
    pub ready: Url,
    /// How long that may take.
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
    /// To a webhook, say.
    pub reacts_within: Span,
    /// With a repeat of a failed call.
    pub retries_within: Span,
    /// To an action: with an answer, or with the end of its command.
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
pub enum Verifies {
    /// Before it answers.
    #[default]
    #[serde(rename = "immediate")]
    AtOnce,
    /// After it has answered.
    #[serde(rename = "deferred")]
    Later,
}

/// Loopback stand-ins for real hosts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandInsWord {
    /// The file of the throw-away authority's certificate in PEM, relative to the profile.
    pub ca: Option<PathBuf>,
    /// Where each host is.
    pub hosts: BTreeMap<String, StandInWord>,
}

/// Where a host is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandInWord {
    /// A loopback address and port.
    #[schemars(with = "String")]
    pub at: SocketAddr,
    /// The address that the host is taken to have.
    #[schemars(with = "String")]
    pub address: IpAddr,
}
