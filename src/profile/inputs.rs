//! What is fixed for a run before anything runs, with labels instead of secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::loaded::LoadedProfile;
use super::types::{Rehearsal, VerificationMode};
use crate::pack::Pack;
use crate::pack::step::ActionStep;
use crate::pack::types::Stage;
use crate::template;

/// The profile and the pack as templates and judges read them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inputs {
    /// The profile.
    pub profile: Value,
    /// The pack's `provider.yaml`.
    pub provider: Value,
    /// How to provide the values that the profile lacks, by dotted name: `set ACME_TEST_KEY, profile.yaml:9`.
    pub lacking: BTreeMap<String, String>,
    /// The profile's file name.
    pub profile_name: String,
    /// Whether the partner acknowledges webhooks before it verifies them.
    pub verifies_later: bool,
    /// The profile with the values that requests send. It is not saved.
    #[serde(skip)]
    pub acting: LabelledProfile,
}

/// A profile with labels only for keys and secrets: any other value from the environment, such as an id that a pack
/// asks about, is sent as it is. Its `Debug` form shows nothing of it.
#[derive(Clone, Default)]
pub struct LabelledProfile(Value);

impl std::fmt::Debug for LabelledProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<profile>")
    }
}

impl Inputs {
    /// Binds a profile to a pack.
    pub fn new(read: &LoadedProfile, pack: &Pack) -> Self {
        let required =
            pack.provider.webhooks.iter().flat_map(|hooks| &hooks.events).filter(|(_, event)| event.required);
        let required: Vec<&String> = required.map(|(name, _)| name).collect();
        let complete = |mut profile: Value| {
            let Some(map) = profile.as_object_mut() else { return profile };
            if !required.is_empty() {
                map.entry("events").or_insert(json!(required));
            }
            if let (Some(rehearsal), Some(inside)) =
                (&read.profile.rehearsal, map.get_mut("rehearsal").and_then(Value::as_object_mut))
            {
                inside.insert("test_endpoints".into(), json!(test_endpoints(rehearsal)));
                inside.entry("workers").or_insert(json!(rehearsal.workers));
            }
            profile
        };
        let name = read.document.name.rsplit('/').next().unwrap_or(&read.document.name).to_owned();
        Inputs {
            profile: complete(read.keeper.json(&read.json)),
            acting: LabelledProfile(complete(read.keys.json(&read.json))),
            provider: pack.facts.clone(),
            lacking: read.lacking.clone(),
            profile_name: name,
            verifies_later: read
                .profile
                .rehearsal
                .as_ref()
                .is_some_and(|r| r.verification == VerificationMode::Deferred),
        }
    }

    /// Returns how to provide a value that the profile lacks.
    pub fn how_to_give(&self, name: &str) -> String {
        let dotted = name.strip_prefix("profile.").unwrap_or(name);
        // The profile does not list the test endpoints: they are the addresses that the rehearsal uses.
        let dotted = if dotted == "rehearsal.test_endpoints" { "rehearsal" } else { dotted };
        let known =
            self.lacking.iter().find(|(lacking, _)| dotted == *lacking || dotted.starts_with(&format!("{lacking}.")));
        known.map_or_else(|| format!("add `{dotted}` to {}", self.profile_name), |(_, how)| how.clone())
    }

    /// Returns the dotted name of the part of the profile that describes a stage.
    pub fn surroundings(stage: Stage) -> String {
        stage.environment().map_or_else(|| "rehearsal".to_owned(), |environment| format!("environments.{environment}"))
    }

    /// Returns a value of the profile by its dotted name; null counts as absent.
    pub fn get(&self, dotted: &str) -> Option<&Value> {
        template::lookup(&self.profile, dotted).filter(|value| !value.is_null())
    }

    /// Returns the dotted name of the action that a step asks for, if the profile lacks it. A build that Preflight
    /// starts can be restarted without one.
    pub fn lacks_action(&self, step: &ActionStep, stage: Stage) -> Option<String> {
        let restarts = step.action == "restart";
        let place = if restarts { "rehearsal".to_owned() } else { Self::surroundings(stage) };
        let name = format!("{place}.actions.{}", step.action);
        let can = self.get(&name).is_some() || restarts && self.get("rehearsal.start").is_some();
        (!can).then_some(name)
    }

    /// Whether a step is left out, as its `optional` allows: the partner performs it within another.
    pub fn leaves_out(&self, step: &ActionStep, stage: Stage) -> bool {
        step.optional && self.lacks_action(step, stage).is_some()
    }

    /// Returns a value of the profile that packs may read; null counts as absent.
    pub fn shown(&self, dotted: &str) -> Option<Value> {
        template::lookup(&view(&self.profile), dotted).filter(|value| !value.is_null()).cloned()
    }

    /// Returns the values that the templates of a check can read before its first step, with labels for everything
    /// secret.
    pub fn values(&self, stage: Stage) -> Map<String, Value> {
        self.values_of(&self.profile, stage)
    }

    /// Returns the same values as they are sent: with labels only for keys and secrets.
    pub fn acting(&self, stage: Stage) -> Map<String, Value> {
        self.values_of(&self.acting.0, stage)
    }

    fn values_of(&self, profile: &Value, stage: Stage) -> Map<String, Value> {
        let mut values = Map::new();
        let profile = view(profile);
        let environment = template::lookup(&profile, &Self::surroundings(stage)).cloned();
        values.insert("environment".into(), environment.unwrap_or(Value::Null));
        values.insert("profile".into(), profile);
        values.insert("provider".into(), self.provider.clone());
        values
    }
}

/// The keys of a profile that packs may read.
const SHOWN: [&str; 7] = ["partner", "provider", "branding", "return_url", "events", "environments", "rehearsal"];

/// The keys of an environment and of the rehearsal that packs may read. How the partner's machines are called and which
/// variables its build gets are not among them, since these may contain anything.
const SHOWN_INSIDE: [&str; 12] = [
    "apis",
    "api_key",
    "credentials",
    "webhook",
    "settings",
    "known_clients",
    "timing",
    "workers",
    "test_endpoints",
    "verification",
    "hosts",
    "allow_hosts",
];

/// Returns a profile as packs may read it.
fn view(profile: &Value) -> Value {
    let only = |value: &Value, words: &[&str]| -> Map<String, Value> {
        let members = value.as_object().into_iter().flatten().filter(|(name, _)| words.contains(&name.as_str()));
        members.map(|(name, inner)| (name.clone(), inner.clone())).collect()
    };
    let mut shown = only(profile, &SHOWN);
    let environments = shown.get_mut("environments").and_then(Value::as_object_mut);
    let inside = environments.into_iter().flat_map(|all| all.values_mut());
    inside.for_each(|inside| *inside = Value::Object(only(inside, &SHOWN_INSIDE)));
    if let Some(rehearsal) = shown.get_mut("rehearsal") {
        *rehearsal = Value::Object(only(rehearsal, &SHOWN_INSIDE));
    }
    Value::Object(shown)
}

/// Returns the partner's paths that only a rehearsal may use: those of its actions and lookups.
fn test_endpoints(rehearsal: &Rehearsal) -> Vec<String> {
    let inspect = &rehearsal.lookups;
    let counts = [&inspect.processed, &inspect.received].into_iter().flatten().map(|look| &look.request);
    let views = [&inspect.shown, &inspect.user_message].into_iter().flatten().map(|view| &view.request);
    let looks = counts.chain(views);
    let lines = rehearsal.actions.values().filter_map(|action| action.request.as_ref()).chain(looks);
    let mut paths: Vec<String> = lines
        .filter_map(|line| {
            let (_, url) = line.split_once("://")?;
            // A query may contain a credential of the rehearsal, which production must not receive.
            let path = url[url.find('/')?..].split(['?', '#']).next()?;
            // Whatever a template stands for, any value shows whether the test endpoint exists.
            regex::Regex::new(r"\{\{.*?\}\}").ok().map(|template| template.replace_all(path, "preflight").into_owned())
        })
        .collect();
    paths.sort();
    paths.dedup();
    paths
}
