//! What a pack says about its provider: `provider.yaml`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::actions::{ActionWord, CleanUp, Deed};
use super::authentication::Api;
use super::pages::ReturnUrl;
use super::scheme::Webhooks;
use super::simulator::{Kind, Simulated};
use super::types::{Environment, Route, Text};

/// The provider: its checklist, its addresses, how one authenticates, how it signs, and how to play it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The name as people know it.
    pub name: String,
    /// The version of the pack.
    pub version: String,
    /// The page that the checklist was taken from.
    pub docs: Option<String>,
    /// The checklist, in the provider's order.
    pub items: Vec<Item>,
    /// The addresses, by environment.
    #[serde(default)]
    pub environments: BTreeMap<Environment, Addresses>,
    /// The provider's APIs and how one authenticates to each.
    #[serde(default)]
    pub apis: IndexMap<String, Api>,
    /// What a partner's build can be asked to do, by the name that profiles give to it.
    #[serde(default)]
    pub actions: IndexMap<String, ActionWord>,
    /// What a person does in the real test environment for something to happen there that a rehearsal plays, by the
    /// simulator's name for it.
    #[serde(default)]
    #[serde(rename = "manual_steps")]
    pub people: IndexMap<String, Deed>,
    /// How a client that a run created in the test environment is taken away again.
    #[serde(rename = "cleanup")]
    pub clean_up: Option<CleanUp>,
    /// Calls other than `GET` and `HEAD` that may go to production.
    #[serde(default)]
    pub production_allows: Vec<Route>,
    /// Operations that exist in the test environment alone and never go to production, whatever their method.
    #[serde(default)]
    pub test_only: Vec<Route>,
    /// The members of production answers that may be kept; everything else is dropped before it is recorded.
    #[serde(default)]
    #[serde(rename = "production_fields")]
    pub production_keeps: Vec<String>,
    /// What the successful answer of a call has at the least, as a JSON Schema: what lacks it is no answer of that call,
    /// and says nothing about the partner. Of production, only what is kept is looked at.
    #[serde(default)]
    pub answers: IndexMap<Route, Value>,
    /// How the provider writes the names in its JSON.
    #[serde(default)]
    #[serde(rename = "field_names")]
    pub member_names: MemberNames,
    /// Named facts that checks and fixtures refer to, as `{{ provider.facts.NAME }}`.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
    /// How a client comes back from the provider's pages.
    pub return_url: Option<ReturnUrl>,
    /// What profiles say of an environment under `settings`, by name, because this provider alone asks for it.
    #[serde(default)]
    #[serde(rename = "settings")]
    pub details: IndexMap<String, Detail>,
    /// Letters that a partner sends to the provider, written from its profile, by name.
    #[serde(default)]
    #[serde(rename = "emails")]
    pub letters: IndexMap<String, Letter>,
    /// How webhooks are signed, delivered and repeated.
    pub webhooks: Option<Webhooks>,
    /// How the provider is played in rehearsal.
    pub simulator: Option<Simulated>,
}

/// One line of the provider's checklist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The stable id, `section.words`.
    pub id: String,
    /// The section's heading.
    pub section: String,
    /// What it says, in the pack's own words; reports never pass them off as the provider's.
    #[serde(rename = "text")]
    pub words: String,
    /// The line of the provider's page that it was taken from, by which `coverage --page` sees that it has changed: the
    /// text itself, or `sha256:` with the first 16 hexadecimal digits of its fingerprint, as `coverage --pin` prints it.
    #[schemars(regex(pattern = r"^(sha256:[0-9a-f]{16}$|(?!sha256:))"))]
    pub page: Option<String>,
}

/// Where an environment is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// The base URL of each API.
    #[serde(default)]
    pub apis: BTreeMap<String, url::Url>,
    /// Further hosts of this environment, of pages that people see. They never receive a key.
    #[serde(default)]
    pub pages: Vec<String>,
    /// Spellings of its hosts that are out of date.
    #[serde(default)]
    pub obsolete: Vec<String>,
}

/// Something that profiles say of an environment, under `settings`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// In words.
    #[serde(rename = "description")]
    pub says: String,
    /// What it is.
    pub kind: Kind,
    /// The words that it may be, where it is one of a few.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The regular expression that it is, whole or each of its members.
    #[serde(rename = "matches")]
    pub pattern: Option<String>,
}

/// A letter to the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// To whom it goes, by environment, in words.
    pub to: BTreeMap<Environment, Text>,
    /// The subject. It and the text are templates over `profile`, `environment` and `provider`; a secret stands there
    /// as the name of the variable that holds it.
    pub subject: Text,
    /// The text.
    pub text: Text,
}

/// How the names in JSON answers are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberNames {
    /// As they are.
    #[default]
    Exact,
    /// The provider writes `Url` or `url`; both are read as `url`.
    CamelCase,
}
