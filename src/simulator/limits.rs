//! The limits of a simulator that were reached. Each is reported once, and what depends on dropped data is
//! inconclusive.

use std::collections::BTreeSet;

use tokio::sync::watch;

use super::store::{Dropped, MAX_RECORDS, MAX_STORED_RESPONSES, MAX_TOKENS};

/// A limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitReached {
    /// More calls arrived than the journal records.
    Calls,
    /// More deliveries were made than the journal records.
    Deliveries,
    /// More deliveries or timers are pending than allowed.
    OnTheWay,
    /// More data was created than the store keeps.
    Held(Dropped),
}

impl LimitReached {
    /// Whether the simulated provider dropped data that it should keep.
    pub fn is_forgetful(&self) -> bool {
        match self {
            LimitReached::Held(_) => true,
            LimitReached::Calls | LimitReached::Deliveries | LimitReached::OnTheWay => false,
        }
    }

    /// Returns the limit as a sentence for the report.
    pub fn describe(&self) -> String {
        match self {
            LimitReached::Calls => {
                "more calls arrived than Preflight records; the simulator answers them all the same".into()
            }
            LimitReached::Deliveries => {
                "more webhooks were delivered than Preflight records; the simulator delivers them all the same".into()
            }
            LimitReached::OnTheWay => "so many webhooks are pending that the simulator sends no further ones".into(),
            LimitReached::Held(Dropped::Records(kind)) => {
                format!(
                    "more {kind} were created than the simulator keeps (at most {MAX_RECORDS}, fewer large ones): it drops \
                     the oldest"
                )
            }
            LimitReached::Held(Dropped::Tokens) => {
                format!("more than {MAX_TOKENS} tokens were issued: the simulator drops the oldest")
            }
            LimitReached::Held(Dropped::Answers) => {
                format!("more than {MAX_STORED_RESPONSES} calls had an idempotency key: the simulator drops the oldest")
            }
        }
    }
}

/// The limits that were reached.
#[derive(Debug, Default)]
pub(super) struct ReachedLimits(watch::Sender<BTreeSet<LimitReached>>);

impl ReachedLimits {
    pub(super) fn note(&self, full: LimitReached) {
        self.0.send_if_modified(|all| all.insert(full));
    }

    pub(super) fn all(&self) -> BTreeSet<LimitReached> {
        self.0.borrow().clone()
    }

    /// Waits until more than `seen` limits were reached.
    pub(super) async fn more_than(&self, seen: usize) {
        // The sender lives in `self`, so only the condition ends the wait.
        drop(self.0.subscribe().wait_for(|all| all.len() > seen).await);
    }
}
