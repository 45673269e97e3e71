//! The provider as we play it: generic in Rust, specific in the pack's `simulator` section.

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
use super::limits::{Full, Reached};
use super::options::{self, Options, StartError};
use super::quota::Usage;
use super::script::{Script, Setting};
use super::state::Inner;
use crate::evidence::{Call, Delivery};
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::Provider;

/// A provider that is being played. It stops when this is dropped.
pub struct Simulator {
    pub(super) inner: Arc<Inner>,
    bases: BTreeMap<String, Url>,
    stop: watch::Sender<bool>,
}

/// A subscription to events.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// What identifies it.
    pub key: String,
    /// The secret that its deliveries are signed with.
    pub secret: String,
}

/// Starts to play a provider: one listener for each of its APIs.
///
/// # Errors
///
/// A description that cannot be played, with everything that is wrong with it, or a port that cannot be had.
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

    /// Whether a delivery is waiting for its answer.
    pub fn is_delivering(&self) -> bool {
        *self.inner.under_way.borrow() > 0
    }

    /// Waits until no delivery is waiting for its answer.
    pub async fn delivered(&self) {
        // The sender lives as long as the play, so this ends by the number alone.
        drop(self.inner.under_way.subscribe().wait_for(|number| *number == 0).await);
    }

    /// The clock that schedules and expiries run on.
    pub fn clock(&self) -> Clock {
        self.inner.clock.clone()
    }

    /// How often each key has called, against what it may.
    pub fn used(&self) -> Vec<Usage> {
        self.inner.store().quotas.used()
    }

    /// The bounds that were reached: what is beyond them is not kept.
    pub fn full(&self) -> BTreeSet<Full> {
        self.inner.full.all()
    }

    /// Waits until more than so many bounds were reached.
    pub async fn fuller(&self, seen: usize) {
        self.inner.full.more_than(seen).await;
    }

    /// What the provider holds: a list of records for each collection.
    pub fn snapshot(&self) -> Value {
        self.inner.store().snapshot()
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
