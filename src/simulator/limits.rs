//! Limits of a simulator that were reached: each is reported once, and what depends on dropped data is inconclusive.

use std::collections::BTreeSet;

use tokio::sync::watch;

use super::store::{Gone, MOST, MOST_ANSWERS, MOST_TOKENS};

/// A limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Full {
    /// More calls arrived than are recorded.
    Calls,
    /// More deliveries were made than are recorded.
    Deliveries,
    /// More deliveries are pending than allowed.
    OnTheWay,
    /// More data was created than is kept.
    Held(Gone),
}

impl Full {
    /// Whether the simulated provider dropped data that it should hold.
    pub fn is_forgetful(&self) -> bool {
        match self {
            Full::Held(_) => true,
            Full::Calls | Full::Deliveries | Full::OnTheWay => false,
        }
    }

    /// The limit as a sentence for the report.
    pub fn words(&self) -> String {
        match self {
            Full::Calls => "more calls arrived than Preflight records; the simulator answers them all the same".into(),
            Full::Deliveries => {
                "more webhooks were delivered than Preflight records; the simulator delivers them all the same".into()
            }
            Full::OnTheWay => "so many webhooks are pending that the simulator sends no further ones".into(),
            Full::Held(Gone::Records(kind)) => {
                format!(
                    "more {kind} were created than the simulator keeps (at most {MOST}, fewer large ones): it drops \
                     the oldest"
                )
            }
            Full::Held(Gone::Tokens) => {
                format!("more than {MOST_TOKENS} tokens were issued: the simulator drops the oldest")
            }
            Full::Held(Gone::Answers) => {
                format!("more than {MOST_ANSWERS} calls had an idempotency key: the simulator drops the oldest")
            }
        }
    }
}

/// The limits that were reached.
#[derive(Debug, Default)]
pub(super) struct Reached(watch::Sender<BTreeSet<Full>>);

impl Reached {
    pub(super) fn note(&self, full: Full) {
        self.0.send_if_modified(|all| all.insert(full));
    }

    pub(super) fn all(&self) -> BTreeSet<Full> {
        self.0.borrow().clone()
    }

    /// Waits until more than `assume` limits were reached.
    pub(super) async fn more_than(&self, seen: usize) {
        // The sender lives in `self`, so the wait ends only by its condition.
        drop(self.0.subscribe().wait_for(|all| all.len() > seen).await);
    }
}
