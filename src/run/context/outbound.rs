//! Outbound calls of a run, through its gate.

use std::sync::Arc;

use url::Url;

use super::tokens::Tokens;
use crate::net::client::{CallResult, Limits, Sender};
use crate::net::gate::{Draft, Gate};
use crate::pack::types::Environment;
use crate::redact::Secret;

/// The outbound calls of a run.
pub(in crate::run) struct OutboundCalls {
    wire: Sender,
    gate: Arc<Gate>,
    /// The tokens requested so far.
    pub(in crate::run) tokens: Tokens,
}

impl OutboundCalls {
    pub(super) fn new(wire: Sender, gate: Arc<Gate>) -> Self {
        OutboundCalls { wire, gate, tokens: Tokens::default() }
    }

    /// Sends a call if the gate admits it; a denied call is a failure of the kind `refused`.
    pub(in crate::run) async fn send(&self, draft: Draft, limits: Limits) -> CallResult {
        self.wire.call(draft, limits).await
    }

    /// Registers a resource that this run created; it may then be changed and deleted.
    pub(in crate::run) fn created(&self, environment: Environment, path: &str) {
        self.gate.created(environment, path);
    }

    /// Registers the base URL of a simulated API.
    pub(in crate::run) fn plays(&self, api: &str, base: &Url) {
        self.gate.plays(api, base);
    }

    /// Registers a secret of one environment; it is sent nowhere else.
    pub(in crate::run) fn register(&self, environment: Environment, secret: &Secret) {
        self.gate.register(environment, secret);
    }
}
