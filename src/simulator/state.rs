//! The state of a simulation that its tasks share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::clock::Clock;
use super::journal::Journal;
use super::limits::ReachedLimits;
use super::script::Script;
use super::store::Store;
use super::transaction::{Transaction, TransactionInput};
use super::{ids, options};
use crate::evidence::{Delivery, RecordedCall};
use crate::webhook;

pub(super) struct Inner {
    pub(super) script: Script,
    pub(super) store: Mutex<Store>,
    pub(super) journal: Journal<RecordedCall>,
    pub(super) deliveries: Journal<Delivery>,
    /// The limits that were reached.
    pub(super) full: ReachedLimits,
    pub(super) clock: Clock,
    pub(super) client: reqwest::Client,
    pub(super) issued: options::Issued,
    pub(super) may_deliver: options::MayDeliver,
    pub(super) webhook_secret: Option<String>,
    pub(super) number: AtomicU64,
    /// The number of delivery attempts that are waiting for a response.
    pub(super) under_way: watch::Sender<usize>,
    pub(super) tasks: Mutex<JoinSet<()>>,
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

    pub(super) fn turn<R>(&self, take: impl FnOnce(&mut Transaction) -> R) -> R {
        let fresh = || self.fresh();
        let moment = TransactionInput { now: self.clock.now(), fresh: &fresh };
        take(&mut Transaction::new(&self.script, &mut self.store(), &moment))
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}
