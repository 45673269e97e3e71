//! Controls a simulator from outside: prepares clients and subscriptions, triggers events, and installs overrides.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use url::Url;

use super::collection::RecordFilter;
use super::dispatch::Sent;
use super::engine::{Simulator, Subscription};
use super::events::{self, EventError};
use super::overrides::{self, Effect, Override};
use super::transaction::{ONLY_FOR, TransactionInput};
use super::values::{Members, text};

impl Simulator {
    /// Sets the state in which a client with this email address will start. Returns false if there is no such state.
    pub fn prepare(&self, email: &str, state: &str) -> bool {
        let known = self.inner.script.spec.states.contains_key(state);
        if known {
            let mut store = self.inner.store();
            store.prepared.insert(email.to_owned(), state.to_owned());
            store.know(email, email);
        }
        known
    }

    /// Registers an identifier. Calls that contain it are about the client that was prepared with this email address.
    pub fn know(&self, identifier: &str, email: &str) {
        self.inner.store().know(identifier, email);
    }

    /// Returns the keys of the clients that were created for a prepared one, oldest first.
    pub fn keys_of(&self, email: &str) -> Vec<String> {
        let spec = &self.inner.script.spec.client;
        let store = self.inner.store();
        let own = store.identifiers(email).filter(|known| store.owner(known).is_some_and(|owner| owner == email));
        let number = |known: &String| serde_json::from_str(known).ok().filter(Value::is_number);
        let keys: Vec<Value> = own.flat_map(|known| [Some(json!(known)), number(known)]).flatten().collect();
        let Some(Value::Array(clients)) = store.with(&spec.key, &keys).remove(&spec.within) else { return Vec::new() };
        clients.iter().filter_map(|client| client.get(&spec.key).map(text)).collect()
    }

    /// Returns the records about a prepared client, by collection.
    pub fn records_of(&self, email: &str) -> serde_json::Map<String, Value> {
        let keys: Vec<Value> = self.keys_of(email).into_iter().map(Value::from).collect();
        let member = &self.inner.script.spec.client.key;
        self.inner.store().with(member, &keys)
    }

    /// Triggers an event for a client: changes its state, and sends webhook events.
    ///
    /// # Errors
    ///
    /// No call has created the client, or its state does not allow the event.
    pub fn happen(&self, client: &str, event: &str) -> Result<Vec<Sent>, EventError> {
        self.inner.happen(client, event)
    }

    /// Sends an event to every subscription that includes it, whatever the state of any client. Returns `None` if there
    /// is no such event.
    pub fn announce(&self, event: &str) -> Option<Vec<Sent>> {
        let inner = &self.inner;
        let fresh = || inner.fresh();
        let moment = TransactionInput { now: inner.clock.now(), fresh: &fresh };
        let dispatches = events::announce(&inner.script, &mut inner.store(), event, &moment)?;
        let sent = dispatches.iter().map(|d| Sent { event: d.event.clone(), id: d.id.clone() }).collect();
        inner.follow(dispatches, Vec::new());
        Some(sent)
    }

    /// Writes the body of an event about a client as the provider would write it now. `about` is the body of the call
    /// that would have created the client. Changes nothing and sends nothing. Returns `None` if there is no such event.
    pub fn letter(&self, client: &str, about: &Value, event: &str) -> Option<Value> {
        let inner = &self.inner;
        let fresh = || inner.fresh();
        let moment = TransactionInput { now: inner.clock.now(), fresh: &fresh };
        let store = inner.store().copy();
        events::letter(&inner.script, store, client, about, event, &moment)
    }

    /// Subscribes a handler to events as the provider's own API would, but without validating the address. With
    /// `only_for`, the subscription receives only events about that prepared client. Returns `None` if the provider has
    /// no subscriptions.
    pub fn subscribe(&self, url: &Url, events: &[String], only_for: Option<&str>) -> Option<Subscription> {
        let inner = &self.inner;
        let to = inner.script.spec.subscriptions.as_ref()?;
        let kind = inner.script.spec.records.iter().find(|(_, record)| record.within == to.within)?.0;
        let body = json!({ to.url.clone(): url, to.events.clone(): events });
        let record = inner.turn(|turn| {
            turn.scope.set("body", &body);
            let record = turn.create(kind, &body, false);
            if let Some(identifier) = only_for {
                // Selected only by the key: a new record also contains fields without a value, which would match
                // nothing.
                let key = record.get_key_value(&to.key).map(|(name, value)| (name.clone(), value.clone()));
                let which = RecordFilter { like: key.into_iter().collect(), unlike: Members::new() };
                let only_for = Members::from_iter([(ONLY_FOR.to_owned(), json!(identifier))]);
                turn.store.change(&to.within, &which, &only_for, turn.moment.now);
            }
            record
        });
        let member = |name: &str| record.get(name).map(text).unwrap_or_default();
        let subscription = Subscription { key: member(&to.key), secret: member(&to.secret) };
        (inner.issued)("webhook_secret", &subscription.secret);
        Some(subscription)
    }

    /// Installs an override. Returns the number that removes it, or `None` if the pack does not have the reply that the
    /// override names.
    pub fn change(&self, change: Override) -> Option<u64> {
        if let Effect::Reply { name, .. } = &change.effect
            && !self.inner.script.spec.replies.contains_key(name)
        {
            return None;
        }
        let id = self.inner.number.fetch_add(1, Ordering::Relaxed);
        self.inner.store().overrides.push(overrides::Installed::new(id, change));
        Some(id)
    }

    /// Removes the override with this number.
    pub fn restore(&self, change: u64) {
        self.inner.store().overrides.retain(|installed| installed.id != change);
    }
}
