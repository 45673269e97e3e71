//! The state that the connections of one proxy share: which hosts they may reach, and which were denied.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::host_policy::HostPolicy;
use crate::evidence::DeniedHost;

/// Maximum number of denied hosts that are remembered.
pub(super) const MAX_DENIED: usize = 100;

/// Maximum lifetime of a connection: the maximum duration of a check, without retries and manual steps.
pub(super) const MAX_CONNECTION_TIME: Duration = Duration::from_mins(5);

pub(super) struct Shared {
    pub(super) policy: HostPolicy,
    pub(super) refused: Mutex<BTreeSet<DeniedHost>>,
    pub(super) gone: watch::Receiver<()>,
}

impl Shared {
    pub(super) fn note(&self, host: &str, port: u16) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < MAX_DENIED {
            refused.insert(DeniedHost { host: host.to_owned(), port });
        }
    }

    /// Runs until the work is done, the proxy is dropped, or the maximum lifetime is over.
    pub(super) async fn bounded(&self, work: impl Future<Output = ()>) {
        let mut gone = self.gone.clone();
        // Any of the three ends the work. The sender never sends; dropping it ends the wait.
        tokio::select! {
            _ = gone.changed() => {}
            _ = tokio::time::timeout(MAX_CONNECTION_TIME, work) => {}
        }
    }
}
