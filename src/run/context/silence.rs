//! What is known of the silence of a build.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// What is known of the build's silence.
pub(in crate::run) struct Silence {
    /// Whether something got no answer, and it is not known yet whether anything would.
    pub(in crate::run) doubted: watch::Sender<bool>,
    /// What is to be said of the build that runs, once it is found not to answer.
    pub(in crate::run) found: watch::Sender<Option<String>>,
    /// When the build last answered anything.
    pub(in crate::run) heard: Mutex<Instant>,
}

impl Default for Silence {
    fn default() -> Self {
        Silence {
            doubted: watch::Sender::new(false),
            found: watch::Sender::new(None),
            heard: Mutex::new(Instant::now()),
        }
    }
}

impl Silence {
    /// What is to be said of the build, if it was found not to answer.
    pub(in crate::run) fn found(&self) -> Option<String> {
        self.found.borrow().clone()
    }

    /// Another build runs now, of which nothing is known.
    pub(in crate::run) fn is_over(&self) {
        self.found.send_replace(None);
    }

    pub(in crate::run) fn heard(&self) -> Instant {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A build that has kept us waiting for so long is asked whether it is there at all, while we wait on.
pub(in crate::run) const SOON: Duration = Duration::from_secs(5);
