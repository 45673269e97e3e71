//! The sample partner of a pack: the content of `checks/<provider>/partner.yaml`. It describes, as data, one partner
//! that does everything right and, for each check, the defects that it must catch. `preflight test` runs both, so that
//! the author of a pack sees each check pass, fail and stay inconclusive without a line of code.
//!
//! Conditions (`if`) are bare expressions; every other text may contain `{{ }}` templates. A condition that reads a
//! missing value does not hold, and a field of a body that reads one is null. There is no loop except a bounded
//! `retry`, nothing that names a command, and no host except the provider's and the partner's own two.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::act::Act;
use super::surroundings::{ProfilePart, ProviderState};
use crate::pack::types::{Environment, Span, Text};
use crate::yaml::Document;

/// The name of the file that describes a sample partner.
pub const FILE: &str = "partner.yaml";

/// The sample partner of a pack, with its text.
#[derive(Clone, Debug)]
pub struct PackedSamplePartner {
    /// The partner.
    pub partner: SamplePartner,
    /// The partner as JSON, to which defects are applied.
    pub json: Value,
    /// The text it was read from.
    pub document: Document,
}

/// A correct partner, and the defects that checks must catch.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SamplePartner {
    /// How its handler treats a delivery: rules in order, until one answers.
    #[serde(default)]
    pub webhook: Vec<Rule>,
    /// The headers of all its calls to an API, by API.
    #[serde(default)]
    pub apis: IndexMap<String, ApiHeaders>,
    /// What it does for an action, by action.
    #[serde(default)]
    pub actions: IndexMap<String, Vec<Act>>,
    /// The values to capture from its answer to an action, as in a profile: `tenant` is its own id for the client.
    #[serde(default)]
    pub capture: IndexMap<String, IndexMap<String, String>>,
    /// Public pages on its hosts, by path.
    #[serde(default)]
    pub pages: BTreeMap<String, Page>,
    /// Whether a restart loses what it stored.
    #[serde(default)]
    pub volatile: bool,
    /// Additions to the profile that every sample partner has.
    #[serde(default)]
    pub profile: ProfilePart,
    /// The provider's records in each of its real environments, for checks that run there.
    #[serde(default)]
    pub environments: BTreeMap<Environment, ProviderState>,
    /// The defects that each check must catch, by check id and name.
    #[serde(default)]
    pub defects: IndexMap<String, IndexMap<String, PartnerDefect>>,
}

/// How a handler treats a delivery. Conditions and templates read `verified` (the signature or token is valid), `stale`
/// (it was sent too long ago), `duplicate` (its id was stored before), `event`, `known_event`, `id`, `body`, `headers` (in
/// lower case) and `stored`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// The condition for the rule; without it, the rule always applies.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The status of the answer. A rule without one takes effect, and the next rule follows.
    pub status: Option<u16>,
    /// The event takes effect, and its id is stored.
    pub effect: bool,
    /// The id is stored.
    pub remembers: bool,
    /// The delay before the answer.
    pub delay: Option<Span>,
    /// What the partner does after the answer, in the same words as actions.
    pub follow_up: Vec<Act>,
}

/// A page on a partner's host.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The media type.
    pub content_type: String,
    /// The text.
    pub text: String,
}

/// The headers of all calls to an API.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApiHeaders {
    /// Headers, as templates; a header without a value is omitted.
    pub headers: IndexMap<String, Text>,
}

/// A defect that a partner may have.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerDefect {
    /// A description in one sentence.
    pub description: String,
    /// Other checks that rightly fail with it.
    #[serde(default)]
    pub also: Vec<String>,
    /// The deployments that have it, if not all.
    #[serde(rename = "in")]
    pub within: Option<Deployment>,
    /// Rules that come before those of `webhook`.
    #[serde(default)]
    pub first: Vec<Value>,
    /// A merge patch (RFC 7396) over the rest of this file: maps are merged, lists replaced, and null removes.
    #[serde(default)]
    pub change: Map<String, Value>,
}

/// The deployments of a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    /// The rehearsed build.
    Rehearsal,
    /// The deployment that uses the provider's test environment.
    Staging,
    /// The deployment that uses production.
    Live,
}

impl Deployment {
    /// All deployments.
    pub const ALL: [Deployment; 3] = [Deployment::Rehearsal, Deployment::Staging, Deployment::Live];

    /// Returns the word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Deployment::Rehearsal => "rehearsal",
            Deployment::Staging => "staging",
            Deployment::Live => "live",
        }
    }
}

impl PartnerDefect {
    /// Applies this defect to the description of a partner.
    pub fn put_into(&self, described: &Value) -> Value {
        let mut changed = described.clone();
        json_patch::merge(&mut changed, &Value::Object(self.change.clone()));
        if let (false, Some(changed)) = (self.first.is_empty(), changed.as_object_mut()) {
            let rules = changed.get("webhook").and_then(Value::as_array).cloned().unwrap_or_default();
            changed.insert("webhook".into(), self.first.iter().cloned().chain(rules).collect());
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_changes_what_it_says_and_its_first_rules_come_first() {
        let described = json!({ "webhook": [{ "status": 200 }], "capture": { "a": { "tenant": "$.id" } } });
        let fault = json!({ "description": "x", "first": [{ "status": 500 }], "change": { "capture": { "a": null } } });
        let fault: PartnerDefect = serde_json::from_value(fault).unwrap();
        let changed = fault.put_into(&described);
        assert_eq!(changed, json!({ "webhook": [{ "status": 500 }, { "status": 200 }], "capture": {} }));
    }
}
