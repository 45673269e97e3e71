//! The clock of a run: how long it waits for the partner.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::waits::Patience;
use crate::profile::Timing;

/// The waiting times of the profile, and the slowest reaction observed.
#[derive(Default)]
pub(in crate::run) struct RunClock {
    timing: Timing,
    slowest_ms: AtomicU64,
    /// The time that the run has spent waiting.
    pub(in crate::run) waits: Patience,
}

impl RunClock {
    pub(super) fn new(timing: Timing) -> Self {
        RunClock { timing, ..RunClock::default() }
    }

    /// Returns the time limit of an automatic reaction: the profile's, or twice the slowest reaction observed,
    /// whichever is longer.
    pub(in crate::run) fn reaction(&self) -> Duration {
        let slowest = Duration::from_millis(self.slowest_ms.load(Ordering::Relaxed));
        self.timing.reacts_within.0.max(slowest * 2)
    }

    /// Returns the time limit of an action's response.
    pub(in crate::run) fn answers_within(&self) -> Duration {
        self.timing.answers_within.0
    }

    /// Returns the time limit of an automatic retry.
    pub(in crate::run) fn retry(&self) -> Duration {
        self.timing.retries_within.0.max(self.reaction())
    }

    /// Records how long a reaction took.
    pub(in crate::run) fn reacted(&self, after: Duration) {
        self.slowest_ms.fetch_max(u64::try_from(after.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
