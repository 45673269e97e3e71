//! Outbound calls of a run, through its gate.

use std::sync::Arc;

use url::Url;

use super::tokens::Tokens;
use crate::net::client::{CallResult, Limits, Sender};
use crate::net::gate::{Draft, Gate};
use crate::pack::types::Environment;
use crate::redact::Secret;

/// Sends the calls of a run, and registers what its gate must know.
pub(in crate::run) struct OutboundCalls {
    wire: Sender,
    gate: Arc<Gate>,
    /// The tokens that were requested so far.
    pub(in crate::run) tokens: Tokens,
}

impl OutboundCalls {
    pub(super) fn new(wire: Sender, gate: Arc<Gate>) -> Self {
        OutboundCalls { wire, gate, tokens: Tokens::default() }
    }

    /// Sends a call if the gate permits it. A denied call results in a transport error of the kind `Refused`.
    pub(in crate::run) async fn send(&self, draft: Draft, limits: Limits) -> CallResult {
        self.wire.call(draft, limits).await
    }

    /// Registers a resource that this run created, so that it may be changed and deleted.
    pub(in crate::run) fn created(&self, environment: Environment, path: &str) {
        self.gate.created(environment, path);
    }

    /// Registers the base URL of a simulated API.
    pub(in crate::run) fn plays(&self, api: &str, base: &Url) {
        self.gate.plays(api, base);
    }

    /// Registers a secret of one environment, which is sent to no other host.
    pub(in crate::run) fn register(&self, environment: Environment, secret: &Secret) {
        self.gate.register(environment, secret);
    }
}
