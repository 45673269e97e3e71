//! A clock that can be advanced. It adds an offset to real time, so that a schedule of hours takes milliseconds.

use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::watch;

/// The clock of a simulator. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    ahead: watch::Sender<Duration>,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { started: Instant::now(), ahead: watch::Sender::new(Duration::ZERO) }
    }
}

impl Clock {
    /// Returns the current simulated time, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + *self.ahead.borrow()
    }

    /// Returns the simulated time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed() + *self.ahead.borrow()
    }

    /// Advances the time at once, also for all waiting tasks.
    pub fn advance(&self, by: Duration) {
        self.ahead.send_modify(|ahead| *ahead += by);
    }

    /// Waits for a duration of simulated time.
    pub async fn sleep(&self, time: Duration) {
        self.sleep_until(self.elapsed() + time).await;
    }

    /// Waits until a simulated moment, which is a value of [`Clock::elapsed`].
    pub async fn sleep_until(&self, moment: Duration) {
        let mut moved = self.ahead.subscribe();
        loop {
            let left = moment.saturating_sub(self.elapsed());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives in `self`, so only an advance of the clock ends this.
                _ = moved.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_week_passes_as_soon_as_the_clock_is_moved() {
        let clock = Clock::default();
        let week = clock.elapsed() + Duration::from_hours(7 * 24);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(week).await }
        });
        let before = clock.now();
        clock.advance(Duration::from_hours(3 * 24));
        assert!(!waiting.is_finished());
        clock.advance(Duration::from_hours(5 * 24));
        tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
        assert!(clock.now() - before >= time::Duration::days(8));
    }
}
