//! Carries out the effects of one call or event on records, states and events, with the scope of its templates.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::collection::RecordFilter;
use super::expressions::Scope;
use super::script::Script;
use super::store::Store;
use super::values::{Members, text, written};
use crate::pack::simulator::{Change, Find, Outcome, State};
use crate::pack::types::Text;

/// The field that restricts a subscription to one client. No reply shows it.
pub(super) const ONLY_FOR: &str = "_only_for";

/// What a transaction needs from outside: the time, and new values.
pub(super) struct TransactionInput<'a> {
    /// The simulated time.
    pub(super) now: OffsetDateTime,
    /// Makes new ids, tokens and secrets.
    pub(super) fresh: &'a dyn Fn() -> Value,
}

/// A webhook event on its way to one subscription.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dispatch {
    pub(super) event: String,
    pub(super) id: String,
    pub(super) subscription: Members,
    pub(super) body: Value,
}

/// A timer that started when a client entered a state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timer {
    pub(super) client: String,
    pub(super) entered: u64,
    pub(super) after: std::time::Duration,
    pub(super) event: String,
}

/// One transaction, with the scope of its templates and its effects so far.
pub(super) struct Transaction<'a> {
    pub(super) script: &'a Script,
    pub(super) store: &'a mut Store,
    pub(super) moment: &'a TransactionInput<'a>,
    pub(super) scope: Scope,
    /// The key of the client, if the transaction is about one.
    pub(super) client: Option<String>,
    found: Vec<(String, String, RecordFilter)>,
    pub(super) dispatches: Vec<Dispatch>,
    pub(super) timers: Vec<Timer>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(script: &'a Script, store: &'a mut Store, moment: &'a TransactionInput<'a>) -> Self {
        let mut scope = Scope::default();
        scope.set("now", &written(moment.now));
        scope.set("held", &store.sizes());
        scope.set("today", &json!(moment.now.date().to_string()));
        // A date counts as past or present once that day has begun anywhere on earth.
        scope.set("today_anywhere", &json!((moment.now + time::Duration::hours(14)).date().to_string()));
        scope.set("fresh", &(moment.fresh)());
        scope.set("is_new", &json!(false));
        scope.set("created", &json!([]));
        scope.set("refused", &json!([]));
        let (found, dispatches, timers) = (Vec::new(), Vec::new(), Vec::new());
        Transaction { script, store, moment, scope, client: None, found, dispatches, timers }
    }

    /// Looks up a record, creates it if the pack says so, and binds it to a name. Returns whether a record was bound.
    pub(super) fn find(&mut self, name: &str, find: &Find, body: &Value) -> bool {
        let which = RecordFilter { like: self.members(&find.members), unlike: self.members(&find.except) };
        let is_client = find.within == self.script.spec.client.within && name == "client";
        let mut there = self.store.find(&find.within, &which).is_some();
        if let (false, Some(kind)) = (there, &find.creates) {
            self.create(kind, body, is_client);
            self.scope.set("is_new", &json!(true));
            there = self.store.find(&find.within, &which).is_some();
        }
        if is_client && there {
            let hidden =
                self.store.find(&find.within, &which).and_then(|record| self.state(record)).is_some_and(|s| s.hidden);
            there = !hidden || find.creates.is_some();
        }
        if there {
            if is_client {
                let key = &self.script.spec.client.key;
                self.client = self.store.find(&find.within, &which).and_then(|record| record.get(key)).map(text);
            }
            self.found.push((name.to_owned(), find.within.clone(), which));
            self.refresh();
        }
        there
    }

    /// Binds a client by its key, even if it is hidden. Returns whether it exists.
    pub(super) fn know_client(&mut self, key: &str) -> bool {
        let spec = &self.script.spec.client;
        let which = RecordFilter { like: Members::from_iter([(spec.key.clone(), json!(key))]), unlike: Members::new() };
        let there = self.store.find(&spec.within, &which).is_some();
        if there {
            self.client = Some(key.to_owned());
            self.found.push(("client".to_owned(), spec.within.clone(), which));
            self.refresh();
        }
        there
    }

    /// Returns the state of the client.
    pub(super) fn client_state(&self) -> Option<&'a State> {
        let spec = &self.script.spec.client;
        let key = json!(self.client.as_ref()?);
        let which = RecordFilter { like: Members::from_iter([(spec.key.clone(), key)]), unlike: Members::new() };
        self.state(self.store.find(&spec.within, &which)?)
    }

    fn state(&self, client: &Members) -> Option<&'a State> {
        let script: &'a Script = self.script;
        client.get("state").and_then(Value::as_str).and_then(|name| script.spec.states.get(name))
    }

    /// Returns the first outcome whose condition holds.
    pub(super) fn choose<'o>(&self, mut outcomes: impl Iterator<Item = &'o Outcome>) -> Option<&'o Outcome> {
        outcomes.find(|outcome| {
            outcome.condition.as_ref().is_none_or(|condition| self.script.words.holds(condition, &self.scope))
        })
    }

    /// Applies an outcome and returns its values. `itself` is the event that is sent if the outcome names none.
    pub(super) fn bring(&mut self, outcome: &Outcome, body: &Value, itself: Option<&str>) -> Members {
        let with = self.script.words.values(&outcome.with, &self.scope);
        self.scope.set("with", &Value::Object(with.clone()));
        let sends = match &outcome.sends {
            Some(texts) => texts.iter().map(|event| self.script.words.value(event, &self.scope)).collect(),
            None => itself.into_iter().map(|event| json!(event)).collect::<Vec<_>>(),
        };
        let created = outcome.creates.as_ref().map(|kind| self.create_each(kind, outcome, body)).unwrap_or_default();
        outcome.changes.iter().for_each(|change| self.change(change));
        for remove in &outcome.removes {
            let which = self.which(&remove.members);
            self.store.remove(&remove.within, &which);
        }
        if let Some(state) = &outcome.new_state {
            self.enter(state);
        }
        self.scope.set("created", &json!(created));
        self.refresh();
        self.send(&sends, outcome.creates.as_deref(), &created);
        with
    }

    /// Creates a record for the body or for each of its elements. Rejected elements get none.
    fn create_each(&mut self, kind: &str, outcome: &Outcome, body: &Value) -> Vec<Value> {
        let Some(path) = &outcome.for_each else { return vec![Value::Object(self.create(kind, body, false))] };
        let words = &self.script.words;
        let (mut created, mut refused) = (Vec::new(), Vec::new());
        for (index, item) in path.select(body).into_iter().enumerate() {
            let scope = self.scope.with("item", item).with("index", &json!(index)).with("created", &json!(created));
            match outcome.rejects.iter().find(|refused| words.holds(&refused.condition, &scope)) {
                Some(why) => {
                    let with = words.values(&why.with, &scope);
                    refused.push(json!({ "index": index, "item": item, "with": with }));
                }
                None => created.push(Value::Object(self.create(kind, item, false))),
            }
        }
        self.scope.set("refused", &json!(refused));
        created
    }

    fn change(&mut self, change: &Change) {
        let which = self.which(&change.members);
        let set = change.set.iter().map(|(name, new)| (name, new, self.script.words.fill(new, &self.scope)));
        // A template without a value changes nothing, but a literal null sets null.
        let set = set.filter(|(_, new, value)| !value.is_null() || new.is_null());
        let set: Members = set.map(|(name, _, value)| (name.clone(), value)).collect();
        self.store.change(&change.within, &which, &set, self.moment.now);
    }

    /// Creates a record, and binds it to the name of its kind.
    pub(super) fn create(&mut self, kind: &str, item: &Value, is_client: bool) -> Members {
        let script = self.script;
        let Some(record) = script.spec.records.get(kind) else { return Members::new() };
        let scope = self.scope.with("item", item).with("fresh", &(self.moment.fresh)());
        let Value::Object(mut members) = script.words.fixture(&record.of, &scope) else { return Members::new() };
        if is_client {
            let state = self.starting_state(item);
            members.insert("state".to_owned(), json!(state));
            self.recognise(item, &members);
        }
        self.scope.set(kind, &Value::Object(members.clone()));
        self.store.put(&record.within, members.clone());
        members
    }

    fn starting_state(&self, body: &Value) -> String {
        let prepared = self.known_by(body).find_map(|identifier| self.store.prepared.get(identifier));
        prepared.unwrap_or(&self.script.spec.client.starts).clone()
    }

    /// Returns the identifiers in a call that creates a client.
    fn known_by<'b>(&self, body: &'b Value) -> impl Iterator<Item = &'b str> + use<'a, 'b> {
        let paths = &self.script.spec.client.identified_by;
        paths.iter().flat_map(|path| path.select(body)).filter_map(Value::as_str)
    }

    /// Registers the key of a new client as an identifier of the prepared client.
    fn recognise(&mut self, body: &Value, client: &Members) {
        let owner = self.known_by(body).find_map(|identifier| self.store.owner(identifier)).cloned();
        let key = client.get(&self.script.spec.client.key).map(text);
        if let (Some(owner), Some(key)) = (owner, key) {
            self.store.know(&key, &owner);
        }
    }

    /// Moves the client into a state, and starts the timer of the state.
    fn enter(&mut self, name: &str) {
        let (script, Some(client)) = (self.script, self.client.clone()) else { return };
        let spec = &script.spec.client;
        let which =
            RecordFilter { like: Members::from_iter([(spec.key.clone(), json!(client))]), unlike: Members::new() };
        self.store.change(
            &spec.within,
            &which,
            &Members::from_iter([("state".to_owned(), json!(name))]),
            self.moment.now,
        );
        let entered = self.store.enter(&client);
        if let Some(after) = script.spec.states.get(name).and_then(|state| state.timer.as_ref()) {
            self.timers.push(Timer { client, entered, after: after.delay.0, event: after.event.clone() });
        }
    }

    /// Sends events. If several records were created, sends one event for each.
    fn send(&mut self, events: &[Value], kind: Option<&str>, created: &[Value]) {
        for event in events.iter().filter_map(Value::as_str).filter(|event| !event.is_empty()) {
            match kind {
                Some(kind) => {
                    for record in created {
                        self.scope.set(kind, record);
                        self.dispatch(event);
                    }
                }
                None => self.dispatch(event),
            }
        }
        self.scope.set("sent", &json!(self.dispatches.len()));
    }

    /// Sends an event to every subscription that includes it.
    pub(super) fn dispatch(&mut self, event: &str) {
        let script = self.script;
        let described = script.provider.webhooks.as_ref().and_then(|webhooks| webhooks.events.get(event));
        let (Some(described), Some(to)) = (described, &script.spec.subscriptions) else { return };
        let fresh = (self.moment.fresh)();
        let body = script.words.fixture(&described.body, &self.scope);
        let owner = self.client.as_ref().and_then(|client| self.store.owner(client));
        let wanted = self.store.all(&to.within).filter(|subscription| {
            // A subscription for one client receives no events about others.
            let theirs =
                subscription.get(ONLY_FOR).is_none_or(|identifier| identifier.as_str() == owner.map(String::as_str));
            let events = subscription.get(&to.events).and_then(Value::as_array);
            let active = subscription.get(&to.active) == Some(&Value::Bool(true));
            let scope = || self.scope.with("subscription", &json!(subscription));
            active
                && theirs
                && events.is_some_and(|events| events.iter().any(|name| name == event))
                && to.condition.as_ref().is_none_or(|condition| script.words.holds(condition, &scope()))
        });
        let id = text(&fresh["id"]);
        self.dispatches.extend(wanted.map(|subscription| Dispatch {
            event: event.to_owned(),
            id: id.clone(),
            subscription: subscription.clone(),
            body: body.clone(),
        }));
    }

    /// Updates all bound records and the client's state in the scope.
    fn refresh(&mut self) {
        for (name, within, which) in &self.found {
            if let Some(record) = self.store.find(within, which) {
                self.scope.set(name, &json!(record));
            }
        }
        let script = self.script;
        if let Some(state) = self.client_state() {
            let name = script.spec.states.iter().find(|(_, known)| std::ptr::eq(*known, state)).map(|(name, _)| name);
            let mut values = script.words.values(&state.with, &self.scope);
            values.insert("name".to_owned(), json!(name));
            self.scope.set("state", &Value::Object(values));
        }
    }

    fn which(&self, members: &indexmap::IndexMap<String, Text>) -> RecordFilter {
        RecordFilter { like: self.members(members), unlike: Members::new() }
    }

    pub(super) fn members(&self, members: &indexmap::IndexMap<String, Text>) -> Members {
        members.iter().map(|(name, value)| (name.clone(), self.script.words.value(value, &self.scope))).collect()
    }
}
