//! What all parts of the integration share while it runs.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex as BlockingMutex;

use tokio::sync::Mutex;

use super::client::Debitura;
use super::defects::Defect;
use super::options::Options;
use super::signature::Verifier;
use super::store::Store;

/// The state shared by all handlers.
pub(super) struct App {
    pub(super) options: Options,
    pub(super) store: Store,
    pub(super) verifier: Verifier,
    pub(super) debitura: Debitura,
    /// Only for [`Defect::SlowHandler`].
    pub(super) slow: Mutex<()>,
    /// Only for [`Defect::NeverAfterSigning`] and [`Defect::RateLimitFinal`]: references that are not retried.
    pub(super) given_up: BlockingMutex<HashSet<String>>,
    /// Only for [`Defect::TenantIdInMemory`]: the tenant ids by e-mail address.
    pub(super) tenants: BlockingMutex<HashMap<String, String>>,
}

impl App {
    /// Whether this defect is switched on.
    pub(super) fn has(&self, defect: Defect) -> bool {
        self.options.defects.has(defect)
    }
}
