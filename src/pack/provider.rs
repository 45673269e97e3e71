//! What a pack says about its provider: `provider.yaml`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::actions::{ActionSpec, Cleanup, ManualStepSpec};
use super::authentication::Api;
use super::pages::ReturnUrl;
use super::scheme::Webhooks;
use super::simulator::{Kind, SimulatorSpec};
use super::types::{Environment, Route, Text};

/// The provider: its checklist, its hosts, its authentication, its signatures, and its simulation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The name that people know.
    pub name: String,
    /// The version of the pack.
    pub version: String,
    /// The page with the provider's checklist.
    pub docs: Option<String>,
    /// The checklist, in the provider's order.
    pub items: Vec<Item>,
    /// The hosts, by environment.
    #[serde(default)]
    pub environments: BTreeMap<Environment, Addresses>,
    /// The provider's APIs and the authentication of each.
    #[serde(default)]
    pub apis: IndexMap<String, Api>,
    /// The actions that Preflight asks a partner's build to perform, by their names in profiles.
    #[serde(default)]
    pub actions: IndexMap<String, ActionSpec>,
    /// What a person does in the real test environment to bring about an event that a rehearsal simulates, by the name
    /// of the event in the simulator.
    #[serde(default)]
    pub manual_steps: IndexMap<String, ManualStepSpec>,
    /// How to delete a client that a run created in the test environment.
    pub cleanup: Option<Cleanup>,
    /// Calls other than `GET` and `HEAD` that Preflight may send to production.
    #[serde(default)]
    pub production_allows: Vec<Route>,
    /// Operations that exist only in the test environment and never go to production, whatever their method.
    #[serde(default)]
    pub test_only: Vec<Route>,
    /// The fields of production responses that may be recorded; all others are dropped first.
    #[serde(default)]
    pub production_fields: Vec<String>,
    /// The minimal shape of a call's successful response, as a JSON Schema. A response without it says nothing about
    /// the partner. In production, only recorded fields are validated.
    #[serde(default)]
    pub answers: IndexMap<Route, Value>,
    /// How the provider spells field names in JSON.
    #[serde(default)]
    pub field_names: FieldNames,
    /// Named facts for checks and fixtures, read as `{{ provider.facts.NAME }}`.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
    /// How a client returns from the provider's pages.
    pub return_url: Option<ReturnUrl>,
    /// Settings that profiles give per environment, by name, because this provider needs them.
    #[serde(default)]
    pub settings: IndexMap<String, Setting>,
    /// Emails that a partner sends to the provider, written from its profile, by name.
    #[serde(default)]
    pub emails: IndexMap<String, EmailTemplate>,
    /// How webhooks are signed, delivered and retried.
    pub webhooks: Option<Webhooks>,
    /// How the simulator behaves in a rehearsal.
    pub simulator: Option<SimulatorSpec>,
}

/// One line of the provider's checklist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The stable id, `section.name`.
    pub id: String,
    /// The section's heading.
    pub section: String,
    /// The item in the pack's own wording; reports never present it as the provider's.
    pub text: String,
    /// The line of the provider's page behind the item, with which `coverage --page` detects changes: the text itself,
    /// or `sha256:` with the first 16 hexadecimal digits of its fingerprint, as `coverage --pin` prints it.
    #[schemars(regex(pattern = r"^(sha256:[0-9a-f]{16}$|(?!sha256:))"))]
    pub page: Option<String>,
}

/// The hosts of an environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// The base URL of each API.
    #[serde(default)]
    pub apis: BTreeMap<String, url::Url>,
    /// Further hosts of this environment, with pages for people. They never receive a key.
    #[serde(default)]
    pub pages: Vec<String>,
    /// Obsolete spellings of its hosts.
    #[serde(default)]
    pub obsolete: Vec<String>,
}

/// A setting that profiles give per environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// A description for people.
    pub description: String,
    /// The type of the value.
    pub kind: Kind,
    /// The allowed values, if they are few.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The regular expression that the value, or each element of it, must match.
    pub matches: Option<String>,
}

/// An email to the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailTemplate {
    /// The recipient, by environment.
    pub to: BTreeMap<Environment, Text>,
    /// The subject. Subject and text are templates over `profile`, `environment` and `provider`; a secret appears as
    /// the name of its variable.
    pub subject: Text,
    /// The text.
    pub text: Text,
}

/// How to read field names in JSON responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldNames {
    /// Exactly as written.
    #[default]
    Exact,
    /// The provider writes `Url` or `url`; both are read as `url`.
    CamelCase,
}
