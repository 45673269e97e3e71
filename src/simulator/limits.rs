//! The bounds of a play that were reached: each is told once, and what hangs on what is not kept is not decided.

use std::collections::BTreeSet;

use tokio::sync::watch;

use super::store::{Gone, MOST, MOST_ANSWERS, MOST_TOKENS};

/// A bound that was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Full {
    /// More calls came in than are recorded.
    Calls,
    /// More deliveries were made than are recorded.
    Deliveries,
    /// More is on its way than can be.
    OnTheWay,
    /// More is held than has room.
    Held(Gone),
}

impl Full {
    /// Whether what the provider holds is not all that it should hold.
    pub fn is_forgetful(&self) -> bool {
        match self {
            Full::Held(_) => true,
            Full::Calls | Full::Deliveries | Full::OnTheWay => false,
        }
    }

    /// In words, for a sentence of its own.
    pub fn words(&self) -> String {
        match self {
            Full::Calls => "more calls came in than are recorded; they are answered all the same".into(),
            Full::Deliveries => {
                "more webhooks were delivered than are recorded; they are delivered all the same".into()
            }
            Full::OnTheWay => "so many webhooks are on their way that further ones are not sent".into(),
            Full::Held(Gone::Records(kind)) => {
                format!(
                    "more {kind} were created than are held ({MOST} at most, fewer large ones): the oldest are forgotten"
                )
            }
            Full::Held(Gone::Tokens) => format!("more than {MOST_TOKENS} tokens were issued: the oldest are forgotten"),
            Full::Held(Gone::Answers) => {
                format!("more than {MOST_ANSWERS} calls had a key for repeats: the oldest are forgotten")
            }
        }
    }
}

/// The bounds that were reached.
#[derive(Debug, Default)]
pub(super) struct Reached(watch::Sender<BTreeSet<Full>>);

impl Reached {
    pub(super) fn note(&self, full: Full) {
        self.0.send_if_modified(|all| all.insert(full));
    }

    pub(super) fn all(&self) -> BTreeSet<Full> {
        self.0.borrow().clone()
    }

    /// Waits until there are more than so many.
    pub(super) async fn more_than(&self, seen: usize) {
        // The sender lives in `self`, so there is no other end than the one that is waited for.
        drop(self.0.subscribe().wait_for(|all| all.len() > seen).await);
    }
}
