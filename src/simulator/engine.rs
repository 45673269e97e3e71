//! The simulated provider: the engine is generic, the pack's `simulator` section describes the provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use super::clock::Clock;
use super::delivery;
use super::events;
use super::events::HappenError;
use super::http;
use super::ids;
use super::journal::Journal;
use super::limits::Full;
use super::limits::Reached;
use super::options;
use super::options::{Options, StartError};
use super::quota::Usage;
use super::reply;
use super::reply::Answered;
use super::request;
use super::script::{Script, Setting};
use super::store::Store;
use super::transaction::{Dispatch, Moment, Timer, Turn};
use crate::evidence::{Call, Delivery};
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::Provider;
use crate::webhook;

/// Maximum number of pending deliveries and timers; further ones are not started.
const MOST_TASKS: usize = 10_000;

/// A running simulated provider. It stops when dropped.
pub struct Simulator {
    pub(super) inner: Arc<Inner>,
    bases: BTreeMap<String, Url>,
    stop: watch::Sender<bool>,
}

/// A webhook event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The event's name.
    pub event: String,
    /// The event's id, by which its deliveries are found.
    pub id: String,
}

/// A webhook subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// Its key.
    pub key: String,
    /// The secret that signs its deliveries.
    pub secret: String,
}

pub(super) struct Inner {
    pub(super) script: Script,
    pub(super) store: Mutex<Store>,
    pub(super) journal: Journal<Call>,
    pub(super) deliveries: Journal<Delivery>,
    /// The limits that were reached.
    pub(super) full: Reached,
    pub(super) clock: Clock,
    pub(super) client: reqwest::Client,
    pub(super) issued: options::Issued,
    pub(super) may_deliver: options::MayDeliver,
    pub(super) webhook_secret: Option<String>,
    pub(super) number: AtomicU64,
    /// Number of delivery attempts that wait for a response.
    pub(super) under_way: watch::Sender<usize>,
    pub(super) tasks: Mutex<JoinSet<()>>,
}

/// Starts to simulate a provider, with one listener per API.
///
/// # Errors
///
/// The description is invalid (all problems at once), or a port cannot be opened.
pub async fn start(provider: &Provider, fixtures: &Fixtures, options: Options) -> Result<Simulator, StartError> {
    let setting = Setting {
        mode: options.mode,
        profile: &options.profile,
        api_key: &options.api_key,
        credentials: &options.credentials,
        pages: options.pages.as_str().trim_end_matches('/'),
        overrides: &options.seed.held,
        local_handlers: options.local_handlers,
    };
    let script = Script::new(provider, fixtures, &setting).map_err(StartError::Description)?;
    let mut store = script.store(options.quotas);
    store.hold(&options.seed.records);
    let inner = Arc::new(Inner {
        script,
        store: Mutex::new(store),
        journal: Journal::default(),
        deliveries: Journal::default(),
        full: Reached::default(),
        clock: options.clock,
        client: options.client,
        issued: options.issued,
        may_deliver: options.may_deliver,
        webhook_secret: options.webhook_secret,
        number: AtomicU64::new(1000),
        under_way: watch::Sender::new(0),
        tasks: Mutex::new(JoinSet::new()),
    });
    let (mut bases, stop) = (BTreeMap::new(), watch::Sender::new(false));
    for api in inner.script.spec.routes.keys().cloned() {
        let port = options.ports.get(&api).copied().unwrap_or_default();
        let (listener, base) = options::listen(options.bind, port, &api).await?;
        bases.insert(api.clone(), base);
        inner.spawn(http::serve(Arc::clone(&inner), api, listener, stop.subscribe()));
    }
    Ok(Simulator { inner, bases, stop })
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        // Tasks hold references to what they work on; otherwise they would outlive the simulator.
        self.inner.tasks().abort_all();
    }
}

impl Simulator {
    /// The base URL of an API, if the provider has it.
    pub fn base(&self, api: &str) -> Option<&Url> {
        self.bases.get(api)
    }

    /// All APIs with their base URLs.
    pub fn bases(&self) -> impl Iterator<Item = (&str, &Url)> {
        self.bases.iter().map(|(api, base)| (api.as_str(), base))
    }

    /// The received calls; not redacted. A response with status 0 is a dropped connection.
    pub fn journal(&self) -> Journal<Call> {
        self.inner.journal.clone()
    }

    /// The webhook deliveries, one entry per attempt; not redacted.
    pub fn deliveries(&self) -> Journal<Delivery> {
        self.inner.deliveries.clone()
    }

    /// Whether a delivery waits for a response.
    pub fn is_delivering(&self) -> bool {
        *self.inner.under_way.borrow() > 0
    }

    /// Waits until no delivery waits for a response.
    pub async fn delivered(&self) {
        // The sender lives as long as the simulator, so the wait ends only by the count.
        drop(self.inner.under_way.subscribe().wait_for(|number| *number == 0).await);
    }

    /// The clock of schedules and expiries.
    pub fn clock(&self) -> Clock {
        self.inner.clock.clone()
    }

    /// The calls of each key, compared with its quota.
    pub fn used(&self) -> Vec<Usage> {
        self.inner.store().quotas.used()
    }

    /// The limits that were reached; data beyond them is dropped.
    pub fn full(&self) -> BTreeSet<Full> {
        self.inner.full.all()
    }

    /// Waits until more than `assume` limits were reached.
    pub async fn fuller(&self, seen: usize) {
        self.inner.full.more_than(seen).await;
    }

    /// The provider's records: a list per collection.
    pub fn snapshot(&self) -> Value {
        self.inner.store().snapshot()
    }
}

impl Inner {
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn fresh(&self) -> Value {
        let secret = || webhook::issue(self.script.provider.webhooks.as_ref());
        let secret = self.webhook_secret.clone().unwrap_or_else(secret);
        ids::fresh(self.number.fetch_add(1, Ordering::Relaxed), &secret)
    }

    pub(super) fn turn<R>(&self, take: impl FnOnce(&mut Turn) -> R) -> R {
        let fresh = || self.fresh();
        let moment = Moment { now: self.clock.now(), fresh: &fresh };
        take(&mut Turn::new(&self.script, &mut self.store(), &moment))
    }

    pub(super) fn answer(self: &Arc<Self>, received: &request::Received) -> Answered {
        let fresh = || self.fresh();
        let moment = Moment { now: self.clock.now(), fresh: &fresh };
        let (mut answered, gone) = {
            let mut store = self.store();
            let answered = reply::answer(&self.script, &mut store, received, &moment);
            (answered, store.gone())
        };
        for gone in gone {
            self.full.note(Full::Held(gone));
        }
        for (label, value) in &answered.secrets {
            (self.issued)(label, value);
        }
        self.follow(std::mem::take(&mut answered.dispatches), std::mem::take(&mut answered.timers));
        answered
    }

    pub(super) fn happen(self: &Arc<Self>, client: &str, event: &str) -> Result<Vec<Sent>, HappenError> {
        let fresh = || self.fresh();
        let moment = Moment { now: self.clock.now(), fresh: &fresh };
        let happened = events::happen(&self.script, &mut self.store(), client, event, &moment);
        let (dispatches, timers) = happened?;
        let sent = dispatches.iter().map(|d| Sent { event: d.event.clone(), id: d.id.clone() }).collect();
        self.follow(dispatches, timers);
        Ok(sent)
    }

    /// Starts the deliveries of webhooks, and the timers of events that follow by themselves.
    pub(super) fn follow(self: &Arc<Self>, dispatches: Vec<Dispatch>, timers: Vec<Timer>) {
        let room = MOST_TASKS.saturating_sub(self.tasks().len());
        if dispatches.len().max(timers.len()) > room {
            self.full.note(Full::OnTheWay);
        }
        for dispatch in dispatches.into_iter().take(room) {
            self.spawn(delivery::deliver(Arc::clone(self), dispatch));
        }
        for timer in timers.into_iter().take(room) {
            let (inner, due) = (Arc::clone(self), self.clock.elapsed() + timer.after);
            self.spawn(async move {
                inner.clock.sleep_until(due).await;
                if inner.store().entered(&timer.client) == timer.entered {
                    // If the client is gone by then, nothing happens.
                    drop(inner.happen(&timer.client, &timer.event));
                }
            });
        }
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
