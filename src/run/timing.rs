//! How long a run waits for the partner, and what it reports if the wait is in vain.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::context::World;
use crate::profile::Timing;

/// Total waits at the default timing below which no remark is made.
const WORTH_A_WORD: Duration = Duration::from_secs(10);

/// The cost of waits, and whether one was in vain.
#[derive(Default)]
pub(super) struct Patience {
    waits: Mutex<Waits>,
    /// What the partner did instead of calling, at the first wait that was in vain.
    in_vain: OnceLock<String>,
}

/// Concurrent waits: the cost is the time during which at least one was active.
#[derive(Default)]
struct Waits {
    under_way: usize,
    since: Option<Instant>,
    total: Duration,
}

impl Patience {
    /// Counts a wait while it lasts.
    pub(super) async fn during<T>(&self, wait: impl Future<Output = T>) -> T {
        let _waiting = Waiting::begin(&self.waits);
        wait.await
    }

    /// Records that a partner that had to call the provider did not within the retry time, and what it did.
    pub(super) fn in_vain(&self, did: String) {
        drop(self.in_vain.set(did));
    }
}

/// A running wait; ends on drop, also if the check is cut short.
struct Waiting<'w>(&'w Mutex<Waits>);

impl<'w> Waiting<'w> {
    fn begin(waits: &'w Mutex<Waits>) -> Self {
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

impl World {
    /// The remark after a full wait in vain, if nobody has called the simulated provider at all: waiting again for each
    /// check would only take time.
    pub fn unheard(&self) -> Option<String> {
        let did = self.patience.in_vain.get().filter(|_| !self.has_called())?;
        let apis = self.plan.pack.provider.apis.keys();
        let addresses: Vec<String> = apis.map(|api| format!("`{{{{ simulator.{api}_api }}}}`")).collect();
        let tried: Vec<String> = self.refused().into_iter().map(|refused| refused.host).collect();
        let tried =
            if tried.is_empty() { String::new() } else { format!("; it tried to reach {} instead", tried.join(", ")) };
        Some(self.redactor.text(&format!(
            "the simulated provider received no call from the partner ({did}): does the build take the addresses {} \
             from `rehearsal.env`, and do the actions of the profile have it call the provider{tried}? Preflight no \
             longer waits in checks that need a call",
            addresses.join(", ")
        )))
    }

    /// The remark about time spent in waits at the default timing, if it is much.
    pub(super) fn default_timing(&self) -> Option<String> {
        let given = |name: &str| self.plan.bound.get(&format!("rehearsal.timing.{name}")).is_some();
        let total = self.patience.waits.lock().unwrap_or_else(PoisonError::into_inner).total;
        if given("reacts_within") || given("retries_within") || total < WORTH_A_WORD {
            return None;
        }
        let Timing { reacts_within, retries_within, .. } = Timing::default();
        Some(format!(
            "{} s of this run were waits at the default timing, {reacts_within} for a reaction and {retries_within} \
             for a retry; if the build is quicker, `timing: {{ reacts_within: 500ms, retries_within: 2s }}` below \
             `rehearsal` in {} shortens the run",
            total.as_secs(),
            self.plan.bound.profile_name
        ))
    }
}
