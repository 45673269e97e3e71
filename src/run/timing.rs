//! How long a run waits for the partner, and what it says where that is in vain.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::context::World;
use crate::profile::Timing;

/// Waits at the default timing that come to less than this are not worth a word.
const WORTH_A_WORD: Duration = Duration::from_secs(10);

/// What waits have cost, and whether one was in vain.
#[derive(Default)]
pub(super) struct Patience {
    waits: Mutex<Waits>,
    /// What the partner did instead of calling, the first time that it was waited for in vain.
    in_vain: OnceLock<String>,
}

/// Waits that may be under way at the same time: what they cost is the time in which there was one.
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

    /// Notes that a partner that had to call the provider did not, for as long as a repeat may take, and what it did.
    pub(super) fn in_vain(&self, did: String) {
        drop(self.in_vain.set(did));
    }
}

/// Ends with this value, also where the work is cut short.
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
    /// What is to be said where a whole wait for a call was in vain and nobody has called the simulated provider at all:
    /// to wait again for each check would only take time.
    pub fn unheard(&self) -> Option<String> {
        let did = self.patience.in_vain.get().filter(|_| !self.has_called())?;
        let apis = self.plan.pack.provider.apis.keys();
        let addresses: Vec<String> = apis.map(|api| format!("`{{{{ simulator.{api}_api }}}}`")).collect();
        let tried: Vec<String> = self.refused().into_iter().map(|refused| refused.host).collect();
        let tried =
            if tried.is_empty() { String::new() } else { format!("; it tried to reach {} instead", tried.join(", ")) };
        Some(self.redactor.text(&format!(
            "no call of the partner has reached the simulated provider ({did}): does its build take the addresses {} from \
             `rehearsal.env`, and do the actions of the profile have it call the provider{tried}? Checks that need a call \
             are not waited for any more",
            addresses.join(", ")
        )))
    }

    /// What waits at the default timing have cost, where that is much.
    pub(super) fn default_timing(&self) -> Option<String> {
        let given = |name: &str| self.plan.bound.get(&format!("rehearsal.timing.{name}")).is_some();
        let total = self.patience.waits.lock().unwrap_or_else(PoisonError::into_inner).total;
        if given("reacts_within") || given("retries_within") || total < WORTH_A_WORD {
            return None;
        }
        let Timing { reacts_within, retries_within, .. } = Timing::default();
        Some(format!(
            "{} s of this run were waits at the default timing, {reacts_within} for a reaction and {retries_within} for a \
             repeat; where the build is quicker, `timing: {{ reacts_within: 500ms, retries_within: 2s }}` below \
             `rehearsal` in {} makes the run shorter",
            total.as_secs(),
            self.plan.bound.profile_name
        ))
    }
}
