//! The clients of a check, generated for it alone. Their domain is reserved, so no real person is addressed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::capture;
use super::scope::Scope;
use crate::evidence::Outcome;
use crate::profile::{CallOut, KnownClient};

/// A client of the partner.
#[derive(Clone, Debug)]
pub(in crate::run) struct Identity {
    name: String,
    pub(in crate::run) email: String,
    /// The partner's id for the client at the provider.
    pub(in crate::run) tenant: String,
    /// Other values that the partner chose, captured from its responses.
    learned: Map<String, Value>,
    /// Numbers of the subjects of the client's actions, by subject.
    pub(in crate::run) subjects: BTreeMap<String, u64>,
    /// Whether this run generated the client. Only such a client is deleted again.
    pub(in crate::run) made_up: bool,
    /// Whether the partner was asked to perform an action for the client.
    pub(in crate::run) asked: bool,
    /// Whether the client's id is known, from the partner's response or from its calls to the provider.
    pub(in crate::run) known: bool,
    /// Why the partner does not know the client although it was asked to add it.
    pub(in crate::run) unknown_because: Option<String>,
}

impl Identity {
    /// Generates a new client that nobody knows yet.
    pub(in crate::run) fn new() -> Self {
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

    /// Returns an existing client that the profile names, or else a new one.
    pub(in crate::run) fn known_there(there: Option<&KnownClient>) -> Self {
        let mut identity = Identity::new();
        if let Some(there) = there {
            identity.made_up = there.email.is_none();
            identity.email = there.email.clone().unwrap_or(identity.email);
            identity.name = there.name.clone().unwrap_or(identity.name);
        }
        identity
    }

    /// Returns the client's name and email address, for people who must find it.
    pub(in crate::run) fn describe(&self) -> String {
        format!("{} ({})", self.name, self.email)
    }

    /// Returns the client as templates read it.
    pub(in crate::run) fn value(&self) -> Value {
        let mut value = self.learned.clone();
        value.extend([("tenant", &self.tenant), ("name", &self.name), ("email", &self.email)].map(member));
        Value::Object(value)
    }

    /// Takes over the values that the partner chose.
    pub(in crate::run) fn capture(&mut self, call: &CallOut, outcome: &Outcome) {
        for (name, value) in capture::learned(call, outcome) {
            if name == "tenant" {
                self.tenant = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.known = true;
            } else {
                self.learned.insert(name.to_owned(), value);
            }
        }
    }

    /// Returns the values that belong to this client only and say nothing about an outcome.
    pub(in crate::run) fn own(&self, arguments: &Map<String, Value>) -> Vec<String> {
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

/// Makes a template scope of a client and an action's arguments.
pub(in crate::run) fn scope_of(client: &Identity, arguments: Map<String, Value>) -> Scope {
    let mut scope = arguments;
    scope.insert("client".into(), client.value());
    Value::Object(scope)
}
