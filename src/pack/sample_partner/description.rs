//! The sample partner of a pack: what `checks/<provider>/partner.yaml` says. One partner that does everything right,
//! described as data, and for each check the faults that it must catch. `preflight test` plays both, so that whoever
//! writes a pack sees each check pass, fail and stay inconclusive without a line of code.
//!
//! Conditions (`if`) are bare expressions, every other text may hold `{{ }}` templates; a condition that reads what is
//! not there does not hold, and a member of a body that is written from it is null. There is no loop but a bounded
//! `retry`, nothing that names a command, and no host but the provider's and the partner's own two.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::act::Act;
use super::surroundings::{Held, ProfilePart};
use crate::pack::types::{Environment, Span, Text};
use crate::yaml::Document;

/// The file that holds it.
pub const FILE: &str = "partner.yaml";

/// The sample partner of a pack, with its text.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The partner.
    pub partner: SamplePartner,
    /// The same as JSON, which faults are put into.
    pub json: Value,
    /// The text.
    pub document: Document,
}

/// A partner that does everything right, and the faults that checks must catch.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SamplePartner {
    /// How its handler treats a delivery: rules that are tried in order, until one answers.
    #[serde(default)]
    pub webhook: Vec<Rule>,
    /// What all its calls to an API carry, by the API.
    #[serde(default)]
    pub apis: IndexMap<String, Carried>,
    /// What it does when it is asked to act, by the action.
    #[serde(default)]
    pub actions: IndexMap<String, Vec<Act>>,
    /// What its answers to an action teach, as in a profile: `tenant` is its own id for the client at the provider.
    #[serde(default)]
    #[serde(rename = "capture")]
    pub learn: IndexMap<String, IndexMap<String, String>>,
    /// Pages that anybody may fetch from its hosts, by their paths.
    #[serde(default)]
    pub pages: BTreeMap<String, Page>,
    /// Whether it loses what it keeps when it is started again.
    #[serde(default)]
    #[serde(rename = "volatile")]
    pub forgets: bool,
    /// What its profile says, beside what every sample partner's does.
    #[serde(default)]
    pub profile: ProfilePart,
    /// What the provider holds in each of its real environments, for checks that take place there.
    #[serde(default)]
    pub environments: BTreeMap<Environment, Held>,
    /// The faults that each check must catch, by the check's id and a name.
    #[serde(default)]
    #[serde(rename = "defects")]
    pub faults: IndexMap<String, IndexMap<String, Fault>>,
}

/// How a handler treats a delivery. Conditions and templates read `verified` (a signature or token is right), `stale`
/// (it says that it was sent too long ago), `duplicate` (its id was remembered before it came), `event`, `known_event`,
/// `id`, `body`, `headers` (in small letters) and `stored`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// When the rule is for a delivery; without it: always.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The answer. A rule without one does what it says, and the next is tried.
    pub status: Option<u16>,
    /// The event takes effect, and its id is remembered.
    pub effect: bool,
    /// The id is remembered.
    pub remembers: bool,
    /// How long the answer takes.
    pub delay: Option<Span>,
    /// What is done once the answer is out, with the words of actions.
    #[serde(rename = "follow_up")]
    pub then: Vec<Act>,
}

/// A page of a partner's.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The media type.
    pub content_type: String,
    /// The text.
    pub text: String,
}

/// What all calls to an API carry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Carried {
    /// Headers, as templates; one that cannot be written is left out.
    pub headers: IndexMap<String, Text>,
}

/// Something that a partner may do wrong.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What, in a sentence.
    #[serde(rename = "description")]
    pub says: String,
    /// Other checks that rightly fail with it.
    #[serde(default)]
    pub also: Vec<String>,
    /// Which of its deployments has it, where not all do.
    #[serde(rename = "in")]
    pub within: Option<Deployment>,
    /// Rules that are tried before those of `webhook`.
    #[serde(default)]
    pub first: Vec<Value>,
    /// A merge patch (RFC 7396) over the rest of this file: maps are merged, lists are replaced, null takes away.
    #[serde(default)]
    pub change: Map<String, Value>,
}

/// Where a partner runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    /// The build that is rehearsed.
    Rehearsal,
    /// What is connected to the provider's test environment.
    Staging,
    /// What is connected to production.
    Live,
}

impl Deployment {
    /// All of them.
    pub const ALL: [Deployment; 3] = [Deployment::Rehearsal, Deployment::Staging, Deployment::Live];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Deployment::Rehearsal => "rehearsal",
            Deployment::Staging => "staging",
            Deployment::Live => "live",
        }
    }
}

impl Fault {
    /// The description of a partner with this fault.
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
        let fault: Fault = serde_json::from_value(fault).unwrap();
        let changed = fault.put_into(&described);
        assert_eq!(changed, json!({ "webhook": [{ "status": 500 }, { "status": 200 }], "capture": {} }));
    }
}
