//! The state of the partner's process during a run.

use std::sync::OnceLock;

use tokio::sync::Mutex;

use super::build::Build;
use super::silence::Silence;
use crate::net::proxy::Proxy;

/// The partner's build, whether it still answers, and its proxy.
#[derive(Default)]
pub(in crate::run) struct PartnerProcess {
    pub(in crate::run) build: Mutex<Build>,
    pub(in crate::run) silence: Silence,
    pub(in crate::run) proxy: OnceLock<Proxy>,
}
