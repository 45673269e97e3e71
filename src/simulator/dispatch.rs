//! Carries out what follows from a call or an event: sends deliveries, and waits for timers.

use std::sync::Arc;

use super::events::{self, EventError};
use super::limits::LimitReached;
use super::reply::{self, RequestResult};
use super::state::Inner;
use super::transaction::{Dispatch, Timer, TransactionInput};
use super::{delivery, request};

/// Maximum number of pending deliveries and timers. Further ones are not started.
pub(super) const MAX_TASKS: usize = 10_000;

impl Inner {
    pub(super) fn answer(self: &Arc<Self>, received: &request::Received) -> RequestResult {
        let fresh = || self.fresh();
        let moment = TransactionInput { now: self.clock.now(), fresh: &fresh };
        let (mut answered, gone) = {
            let mut store = self.store();
            let answered = reply::answer(&self.script, &mut store, received, &moment);
            (answered, store.gone())
        };
        for gone in gone {
            self.full.note(LimitReached::Held(gone));
        }
        for (label, value) in &answered.secrets {
            (self.issued)(label, value);
        }
        self.follow(std::mem::take(&mut answered.dispatches), std::mem::take(&mut answered.timers));
        answered
    }

    pub(super) fn happen(self: &Arc<Self>, client: &str, event: &str) -> Result<Vec<Sent>, EventError> {
        let fresh = || self.fresh();
        let moment = TransactionInput { now: self.clock.now(), fresh: &fresh };
        let happened = events::happen(&self.script, &mut self.store(), client, event, &moment);
        let (dispatches, timers) = happened?;
        let sent = dispatches.iter().map(|d| Sent { event: d.event.clone(), id: d.id.clone() }).collect();
        self.follow(dispatches, timers);
        Ok(sent)
    }

    /// Starts the deliveries of webhook events, and the timers of events that follow by themselves.
    pub(super) fn follow(self: &Arc<Self>, dispatches: Vec<Dispatch>, timers: Vec<Timer>) {
        let room = MAX_TASKS.saturating_sub(self.tasks().len());
        let room_for_timers = room.saturating_sub(dispatches.len());
        if dispatches.len() + timers.len() > room {
            self.full.note(LimitReached::OnTheWay);
        }
        for dispatch in dispatches.into_iter().take(room) {
            self.spawn(delivery::deliver(Arc::clone(self), dispatch));
        }
        for timer in timers.into_iter().take(room_for_timers) {
            let (inner, due) = (Arc::clone(self), self.clock.elapsed() + timer.after);
            self.spawn(async move {
                inner.clock.sleep_until(due).await;
                if inner.store().entered(&timer.client) == timer.entered {
                    // If the client no longer exists, nothing happens.
                    drop(inner.happen(&timer.client, &timer.event));
                }
            });
        }
    }
}

/// A webhook event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The name of the event.
    pub event: String,
    /// The id of the event, by which its deliveries are found.
    pub id: String,
}
