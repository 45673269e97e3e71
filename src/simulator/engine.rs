//! The simulated provider. This engine is generic; the pack's `simulator` section describes the provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use super::clock::Clock;
use super::http;
use super::journal::Journal;
use super::limits::{LimitReached, ReachedLimits};
use super::options::{self, Options, StartError};
use super::quota::Usage;
use super::script::{Script, Setting};
use super::state::Inner;
use crate::evidence::{Delivery, RecordedCall};
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::Provider;

/// A running simulated provider. It stops when dropped.
pub struct Simulator {
    pub(super) inner: Arc<Inner>,
    bases: BTreeMap<String, Url>,
    stop: watch::Sender<bool>,
}

/// A webhook subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// The key of the subscription.
    pub key: String,
    /// The secret that signs its deliveries.
    pub secret: String,
}

/// Starts to simulate a provider, with one listener per API.
///
/// # Errors
///
/// The description is invalid, with all its problems, or a port cannot be opened.
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
        full: ReachedLimits::default(),
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
        // Tasks hold references to what they work on, so they would outlive the simulator.
        self.inner.tasks().abort_all();
    }
}

impl Simulator {
    /// Returns the base URL of an API; `None` if the provider does not have it.
    pub fn base(&self, api: &str) -> Option<&Url> {
        self.bases.get(api)
    }

    /// Returns all APIs with their base URLs.
    pub fn bases(&self) -> impl Iterator<Item = (&str, &Url)> {
        self.bases.iter().map(|(api, base)| (api.as_str(), base))
    }

    /// Returns the calls that the simulator received, not redacted. Status 0 of a response stands for a dropped
    /// connection.
    pub fn journal(&self) -> Journal<RecordedCall> {
        self.inner.journal.clone()
    }

    /// Returns the deliveries that the simulator made, one entry per attempt, not redacted.
    pub fn deliveries(&self) -> Journal<Delivery> {
        self.inner.deliveries.clone()
    }

    /// Whether a delivery is waiting for a response.
    pub fn is_delivering(&self) -> bool {
        *self.inner.under_way.borrow() > 0
    }

    /// Waits until no delivery is waiting for a response.
    pub async fn delivered(&self) {
        // The sender lives as long as the simulator, so only the count ends the wait.
        drop(self.inner.under_way.subscribe().wait_for(|number| *number == 0).await);
    }

    /// Returns the clock of schedules and expiries.
    pub fn clock(&self) -> Clock {
        self.inner.clock.clone()
    }

    /// Returns the calls of each key, compared with its quotas.
    pub fn used(&self) -> Vec<Usage> {
        self.inner.store().quotas.used()
    }

    /// Returns the limits that were reached. Data beyond them is dropped.
    pub fn full(&self) -> BTreeSet<LimitReached> {
        self.inner.full.all()
    }

    /// Waits until more than `seen` limits were reached.
    pub async fn fuller(&self, seen: usize) {
        self.inner.full.more_than(seen).await;
    }

    /// Returns the provider's records, as a list per collection.
    pub fn snapshot(&self) -> Value {
        self.inner.store().snapshot()
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
