//! The provider as we play it: generic in Rust, specific in the pack's `simulator` section.

mod caller;
mod clock;
mod courier;
mod fresh;
mod happen;
mod http;
mod journal;
mod options;
mod overlay;
mod request;
mod script;
mod step;
mod store;
mod turn;
mod words;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use crate::catalog::fixtures::Fixtures;
use crate::catalog::provider::Provider;
use crate::evidence::{Call, Delivery};
use script::{Script, Setting};
use step::Answered;
use store::{Members, Store, Which};
use turn::{Dispatch, Moment, ONLY_FOR, Timer, Turn, text};

pub use crate::catalog::simulated::Mode;
pub use clock::Clock;
pub use happen::HappenError;
pub use journal::{Entry, Journal};
pub use options::{Issued, MayDeliver, Options, Seed, StartError};
pub use overlay::{Effect, Overlay};

/// So many deliveries and waits are under way at once; what a flood adds beyond is not sent.
const MOST_TASKS: usize = 10_000;

/// A provider that is being played. It stops when this is dropped.
pub struct Simulator {
    inner: Arc<Inner>,
    bases: BTreeMap<String, Url>,
    stop: watch::Sender<bool>,
}

/// An event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The event's name.
    pub event: String,
    /// The event's id, by which its deliveries are found.
    pub id: String,
}

/// A subscription to events.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// What identifies it.
    pub key: String,
    /// The secret that its deliveries are signed with.
    pub secret: String,
}

struct Inner {
    script: Script,
    store: Mutex<Store>,
    journal: Journal<Call>,
    deliveries: Journal<Delivery>,
    clock: Clock,
    client: reqwest::Client,
    issued: options::Issued,
    may_deliver: options::MayDeliver,
    webhook_secret: Option<String>,
    number: AtomicU64,
    tasks: Mutex<JoinSet<()>>,
}

/// Starts to play a provider: one listener for each of its APIs.
///
/// # Errors
///
/// A description that cannot be played, with everything that is wrong with it, or a port that cannot be had.
pub async fn start(provider: &Provider, fixtures: &Fixtures, options: Options) -> Result<Simulator, StartError> {
    let setting = Setting {
        mode: options.mode,
        api_key: &options.api_key,
        pages: options.pages.as_str().trim_end_matches('/'),
        overrides: &options.seed.held,
    };
    let script = Script::new(provider, fixtures, &setting).map_err(StartError::Description)?;
    let mut store = Store::default();
    for (collection, records) in &options.seed.records {
        for record in records {
            store.put(collection, record.clone());
        }
    }
    let inner = Arc::new(Inner {
        script,
        store: Mutex::new(store),
        journal: Journal::default(),
        deliveries: Journal::default(),
        clock: options.clock,
        client: options.client,
        issued: options.issued,
        may_deliver: options.may_deliver,
        webhook_secret: options.webhook_secret,
        number: AtomicU64::new(1000),
        tasks: Mutex::new(JoinSet::new()),
    });
    let (mut bases, stop) = (BTreeMap::new(), watch::Sender::new(false));
    for api in inner.script.spec.routes.keys().cloned() {
        let port = options.ports.get(&api).copied().unwrap_or_default();
        let failed = |error| StartError::Port { api: api.clone(), port, error };
        let listener = TcpListener::bind((options.bind, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let base = Url::parse(&format!("http://{address}/")).map_err(|_| failed(std::io::ErrorKind::Other.into()))?;
        bases.insert(api.clone(), base);
        inner.spawn(http::serve(Arc::clone(&inner), api, listener, stop.subscribe()));
    }
    Ok(Simulator { inner, bases, stop })
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        // Tasks hold what they work on; without this they would outlive the play.
        self.inner.tasks().abort_all();
    }
}

impl Simulator {
    /// Where an API is, if the provider has it.
    pub fn base(&self, api: &str) -> Option<&Url> {
        self.bases.get(api)
    }

    /// All APIs and where they are.
    pub fn bases(&self) -> impl Iterator<Item = (&str, &Url)> {
        self.bases.iter().map(|(api, base)| (api.as_str(), base))
    }

    /// The calls that came in; not redacted. An answer with status 0 was dropped.
    pub fn journal(&self) -> Journal<Call> {
        self.inner.journal.clone()
    }

    /// The deliveries of webhooks, one entry for each attempt; not redacted.
    pub fn deliveries(&self) -> Journal<Delivery> {
        self.inner.deliveries.clone()
    }

    /// The clock that schedules and expiries run on.
    pub fn clock(&self) -> Clock {
        self.inner.clock.clone()
    }

    /// What the provider holds: a list of records for each collection.
    pub fn snapshot(&self) -> Value {
        self.inner.store().snapshot()
    }

    /// Says in which state a client starts that will be created with this e-mail address. False: there is no such state.
    pub fn prepare(&self, email: &str, state: &str) -> bool {
        let known = self.inner.script.spec.states.contains_key(state);
        if known {
            let mut store = self.inner.store();
            store.prepared.insert(email.to_owned(), state.to_owned());
            store.know(email, email);
        }
        known
    }

    /// Says that calls with an identifier are about a client that was prepared with this e-mail address.
    pub fn know(&self, identifier: &str, email: &str) {
        self.inner.store().know(identifier, email);
    }

    /// The keys of the clients that were created for one that was prepared, oldest first.
    pub fn keys_of(&self, email: &str) -> Vec<String> {
        let spec = &self.inner.script.spec.client;
        let store = self.inner.store();
        let keys = store.all(&spec.within).filter_map(|client| client.get(&spec.key).map(text));
        keys.filter(|key| store.owner(key).is_some_and(|owner| owner == email)).collect()
    }

    /// The records about a client that was prepared, by collection.
    pub fn records_of(&self, email: &str) -> serde_json::Map<String, Value> {
        let keys: Vec<Value> = self.keys_of(email).into_iter().map(Value::from).collect();
        let member = &self.inner.script.spec.client.key;
        self.inner.store().with(member, &keys)
    }

    /// Lets an event happen to a client: its state changes, and webhooks are sent.
    ///
    /// # Errors
    ///
    /// A client that nobody created, or an event that its state does not have.
    pub fn happen(&self, client: &str, event: &str) -> Result<Vec<Sent>, HappenError> {
        self.inner.happen(client, event)
    }

    /// Sends an event to every subscription that wants it, whatever anybody's state. `None`: there is no such event.
    pub fn announce(&self, event: &str) -> Option<Vec<Sent>> {
        let inner = &self.inner;
        let fresh = || inner.fresh();
        let moment = Moment { now: inner.clock.now(), fresh: &fresh };
        let dispatches = happen::announce(&inner.script, &mut inner.store(), event, &moment)?;
        let sent = dispatches.iter().map(|d| Sent { event: d.event.clone(), id: d.id.clone() }).collect();
        inner.follow(dispatches, Vec::new());
        Some(sent)
    }

    /// The body of an event about a client, as the provider would write it now. `about` is what the call that created
    /// the client would have said. Nothing is changed and nothing is sent. `None`: there is no such event.
    pub fn letter(&self, client: &str, about: &Value, event: &str) -> Option<Value> {
        let inner = &self.inner;
        let fresh = || inner.fresh();
        let moment = Moment { now: inner.clock.now(), fresh: &fresh };
        let store = inner.store().copy();
        happen::letter(&inner.script, store, client, about, event, &moment)
    }

    /// Subscribes a handler to events, as the provider's own call would, without judging the address; to those about
    /// one client alone, if one that was prepared is named. `None`: the provider has no subscriptions.
    pub fn subscribe(&self, url: &Url, events: &[String], only_for: Option<&str>) -> Option<Subscription> {
        let inner = &self.inner;
        let to = inner.script.spec.subscriptions.as_ref()?;
        let kind = inner.script.spec.records.iter().find(|(_, record)| record.within == to.within)?.0;
        let body = json!({ to.url.clone(): url, to.events.clone(): events });
        let record = inner.turn(|turn| {
            turn.scope.set("body", &body);
            let record = turn.create(kind, &body, false);
            if let Some(who) = only_for {
                // By its key alone: a criterion without a value selects nothing, and a new record has such members.
                let key = record.get_key_value(&to.key).map(|(name, value)| (name.clone(), value.clone()));
                let which = Which { like: key.into_iter().collect(), unlike: Members::new() };
                turn.store.change(&to.within, &which, &Members::from_iter([(ONLY_FOR.to_owned(), json!(who))]));
            }
            record
        });
        let member = |name: &str| record.get(name).map(text).unwrap_or_default();
        let subscription = Subscription { key: member(&to.key), secret: member(&to.secret) };
        (inner.issued)("webhook_secret", &subscription.secret);
        Some(subscription)
    }

    /// Arranges for something to go otherwise, and gives the number by which it can be taken back. `None`: it names a
    /// reply that the pack does not have.
    pub fn overlay(&self, overlay: Overlay) -> Option<u64> {
        if let Effect::Reply { name, .. } = &overlay.effect
            && !self.inner.script.spec.replies.contains_key(name)
        {
            return None;
        }
        let id = self.inner.number.fetch_add(1, Ordering::Relaxed);
        self.inner.store().overlays.push(overlay::Installed::new(id, overlay));
        Some(id)
    }

    /// Takes an overlay back.
    pub fn restore(&self, overlay: u64) {
        self.inner.store().overlays.retain(|installed| installed.id != overlay);
    }
}

impl Inner {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> Value {
        fresh::fresh(self.number.fetch_add(1, Ordering::Relaxed), self.webhook_secret.as_deref())
    }

    fn turn<R>(&self, take: impl FnOnce(&mut Turn) -> R) -> R {
        let fresh = || self.fresh();
        let moment = Moment { now: self.clock.now(), fresh: &fresh };
        take(&mut Turn::new(&self.script, &mut self.store(), &moment))
    }

    fn answer(self: &Arc<Self>, received: &request::Received) -> Answered {
        let fresh = || self.fresh();
        let moment = Moment { now: self.clock.now(), fresh: &fresh };
        let mut answered = step::answer(&self.script, &mut self.store(), received, &moment);
        for (label, value) in &answered.secrets {
            (self.issued)(label, value);
        }
        self.follow(std::mem::take(&mut answered.dispatches), std::mem::take(&mut answered.timers));
        answered
    }

    fn happen(self: &Arc<Self>, client: &str, event: &str) -> Result<Vec<Sent>, HappenError> {
        let fresh = || self.fresh();
        let moment = Moment { now: self.clock.now(), fresh: &fresh };
        let happened = happen::happen(&self.script, &mut self.store(), client, event, &moment);
        let (dispatches, timers) = happened?;
        let sent = dispatches.iter().map(|d| Sent { event: d.event.clone(), id: d.id.clone() }).collect();
        self.follow(dispatches, timers);
        Ok(sent)
    }

    /// Sends what is to be sent, and waits for what comes by itself.
    fn follow(self: &Arc<Self>, dispatches: Vec<Dispatch>, timers: Vec<Timer>) {
        let room = MOST_TASKS.saturating_sub(self.tasks().len());
        for dispatch in dispatches.into_iter().take(room) {
            self.spawn(courier::deliver(Arc::clone(self), dispatch));
        }
        for timer in timers.into_iter().take(room) {
            let (inner, due) = (Arc::clone(self), self.clock.elapsed() + timer.after);
            self.spawn(async move {
                inner.clock.sleep_until(due).await;
                if inner.store().entered(&timer.client) == timer.entered {
                    // The client may be gone meanwhile, and then nothing happens to it.
                    drop(inner.happen(&timer.client, &timer.event));
                }
            });
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

#[cfg(test)]
mod tests;
