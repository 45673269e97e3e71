//! Measures the time that a run spends waiting, and remembers a wait that was in vain.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The time spent waiting, and whether a wait was in vain.
#[derive(Default)]
pub(in crate::run) struct Patience {
    pub(in crate::run) waits: Mutex<Waits>,
    /// What the partner did instead of calling the provider, at the first wait that was in vain.
    pub(in crate::run) in_vain: OnceLock<String>,
}

/// Concurrent waits. The total is the time during which at least one was active.
#[derive(Default)]
pub(in crate::run) struct Waits {
    pub(in crate::run) under_way: usize,
    pub(in crate::run) since: Option<Instant>,
    pub(in crate::run) total: Duration,
}

impl Patience {
    /// Runs a wait, and counts its time.
    pub(in crate::run) async fn during<T>(&self, wait: impl Future<Output = T>) -> T {
        let _waiting = Waiting::begin(&self.waits);
        wait.await
    }

    /// Records that a partner that had to call the provider did not do so within the retry time, and what it did
    /// instead.
    pub(in crate::run) fn in_vain(&self, did: String) {
        drop(self.in_vain.set(did));
    }
}

/// A wait in progress. It ends on drop, also if the check is cut short.
pub(in crate::run) struct Waiting<'w>(&'w Mutex<Waits>);

impl<'w> Waiting<'w> {
    pub(in crate::run) fn begin(waits: &'w Mutex<Waits>) -> Self {
        let mut now = waits.lock().unwrap_or_else(PoisonError::into_inner);
        now.under_way += 1;
        now.since = now.since.or_else(|| Some(Instant::now()));
        Waiting(waits)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.under_way = now.under_way.saturating_sub(1);
        if now.under_way == 0 {
            let took = now.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            now.total += took;
        }
    }
}
