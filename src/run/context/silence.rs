//! What is known about a build that does not answer.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Whether the build still answers, as far as it is known.
pub(in crate::run) struct Silence {
    /// Whether something got no response, and no probe has decided yet whether the build still answers.
    pub(in crate::run) doubted: watch::Sender<bool>,
    /// The message about the running build once it is found silent.
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
    /// Returns the message about the build, if it was found silent.
    pub(in crate::run) fn found(&self) -> Option<String> {
        self.found.borrow().clone()
    }

    /// Resets the state because another build runs now.
    pub(in crate::run) fn is_over(&self) {
        self.found.send_replace(None);
    }

    pub(in crate::run) fn heard(&self) -> Instant {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a build may keep a request waiting before it is probed; the request goes on meanwhile.
pub(in crate::run) const SOON: Duration = Duration::from_secs(5);
