//! Remarks about how long a run waited for the partner, and about a wait that was in vain.

use std::sync::PoisonError;
use std::time::Duration;

use super::context::run_context::RunContext;
use crate::profile::Timing;

/// Total time of waits at the default timing below which no remark is made.
const MIN_REPORTED_WAIT: Duration = Duration::from_secs(10);

impl RunContext {
    /// Returns a remark if a full wait was in vain and the partner has not called the simulated provider at all.
    /// Further checks need not wait then.
    pub fn unheard(&self) -> Option<String> {
        let did = self.clock.waits.in_vain.get().filter(|_| !self.has_called())?;
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

    /// Returns a remark about the time spent in waits at the default timing, if it was long.
    pub(super) fn default_timing(&self) -> Option<String> {
        let given = |name: &str| self.plan.bound.get(&format!("rehearsal.timing.{name}")).is_some();
        let total = self.clock.waits.waits.lock().unwrap_or_else(PoisonError::into_inner).total;
        if given("reacts_within") || given("retries_within") || total < MIN_REPORTED_WAIT {
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
