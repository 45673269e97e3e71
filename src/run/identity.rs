//! The clients of a check, generated for it alone, and the arguments of actions. Names and domains are reserved ones.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::action;
use super::context::World;
use super::schedule::Scope;
use crate::evidence::Outcome;
use crate::profile::{CallOut, KnownThere};
use crate::template;

/// A client of the partner.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    name: String,
    pub(super) email: String,
    /// The partner's id for the client, at the provider.
    pub(super) tenant: String,
    /// Other values that the partner chose, captured from its responses.
    learned: Map<String, Value>,
    /// Numbers of the subjects of its actions.
    subjects: BTreeMap<String, u64>,
    /// Whether this run generated the client; only such a client is deleted again.
    pub(super) made_up: bool,
    /// Whether the partner was asked to do something for it.
    pub(super) asked: bool,
    /// Whether the partner knows it.
    pub(super) known: bool,
    /// Why the partner does not know it, if it was asked to add it.
    pub(super) unknown_because: Option<String>,
}

impl Identity {
    /// A new client that nobody knows yet.
    pub(super) fn new() -> Self {
        let id = Uuid::new_v4().simple().to_string();
        Identity {
            name: format!("Preflight Client {}", &id[..8]),
            email: format!("client-{}@preflight.example", &id[..12]),
            tenant: format!("preflight-{}", &id[..12]),
            learned: Map::new(),
            subjects: BTreeMap::new(),
            made_up: true,
            asked: false,
            known: false,
            unknown_because: None,
        }
    }

    /// An existing client that the profile names, otherwise a new one.
    pub(super) fn known_there(there: Option<&KnownThere>) -> Self {
        let mut identity = Identity::new();
        if let Some(there) = there {
            identity.made_up = there.email.is_none();
            identity.email = there.email.clone().unwrap_or(identity.email);
            identity.name = there.name.clone().unwrap_or(identity.name);
        }
        identity
    }

    /// The client's name and e-mail address, for people who must find it.
    pub(super) fn words(&self) -> String {
        format!("{} ({})", self.name, self.email)
    }

    /// The client as templates read it.
    pub(super) fn value(&self) -> Value {
        let mut value = self.learned.clone();
        value.extend([("tenant", &self.tenant), ("name", &self.name), ("email", &self.email)].map(member));
        Value::Object(value)
    }

    /// Takes over the values that the partner chose.
    pub(super) fn learn(&mut self, call: &CallOut, outcome: &Outcome) {
        for (name, value) in action::learned(call, outcome) {
            if name == "tenant" {
                self.tenant = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.known = true;
            } else {
                self.learned.insert(name.to_owned(), value);
            }
        }
    }

    /// The arguments of an action besides the client, generated once per subject, so that a repetition has the same.
    pub(super) fn arguments(
        &mut self,
        world: &World,
        action: &str,
        subject: &str,
        with: &Map<String, Value>,
    ) -> Map<String, Value> {
        let Some(word) = world.plan.pack.provider.actions.get(action) else { return with.clone() };
        let n = *self.subjects.entry(subject.to_owned()).or_insert_with(|| world.number());
        let scope = json!({ "n": n, "run": world.run(), "client": self.value() });
        let render = |value: &Value| template::render_json(value, &scope).unwrap_or(Value::Null);
        let mut arguments: Map<String, Value> =
            word.arguments.iter().map(|(name, value)| (name.clone(), render(value))).collect();
        let with = Value::Object(with.clone());
        let mut merged = Value::Object(std::mem::take(&mut arguments));
        json_patch::merge(&mut merged, &with);
        let Value::Object(arguments) = merged else { return Map::new() };
        for name in &word.recognised_by {
            if let (Some(value), Some(simulator)) = (arguments.get(name), world.simulator()) {
                simulator.know(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), &self.email);
            }
        }
        arguments
    }

    /// Values that belong to this client only and say nothing about an outcome.
    pub(super) fn own(&self, arguments: &Map<String, Value>) -> Vec<String> {
        let mut own = Vec::new();
        let mut keep = |value: &Value| crate::json::texts(value, &mut |_, text| own.push(text.to_owned()));
        keep(&self.value());
        arguments.values().for_each(keep);
        own
    }
}

fn member((name, value): (&str, &String)) -> (String, Value) {
    (name.to_owned(), Value::String(value.clone()))
}

/// A template scope with a client and an action's arguments.
pub(super) fn scope_of(client: &Identity, arguments: Map<String, Value>) -> Scope {
    let mut scope = arguments;
    scope.insert("client".into(), client.value());
    Value::Object(scope)
}
