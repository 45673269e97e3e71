//! The way out: what a run calls goes through its gate.

use std::sync::Arc;

use url::Url;

use super::tokens::Tokens;
use crate::net::client::{Limits, Sent, Wire};
use crate::net::gate::{Draft, Gate};
use crate::pack::types::Environment;
use crate::redact::Secret;

/// The outbound calls of a run.
pub(in crate::run) struct OutboundCalls {
    wire: Wire,
    gate: Arc<Gate>,
    /// The tokens that the run has asked for.
    pub(in crate::run) tokens: Tokens,
}

impl OutboundCalls {
    pub(super) fn new(wire: Wire, gate: Arc<Gate>) -> Self {
        OutboundCalls { wire, gate, tokens: Tokens::default() }
    }

    /// Sends what the gate lets through; what it does not is trouble of the kind `refused`.
    pub(in crate::run) async fn send(&self, draft: Draft, limits: Limits) -> Sent {
        self.wire.call(draft, limits).await
    }

    /// Says that this run created what is at a path, which it may then change and delete.
    pub(in crate::run) fn created(&self, environment: Environment, path: &str) {
        self.gate.created(environment, path);
    }

    /// Says where an API of the simulated provider is.
    pub(in crate::run) fn plays(&self, api: &str, base: &Url) {
        self.gate.plays(api, base);
    }

    /// Says that a secret goes to one environment alone.
    pub(in crate::run) fn register(&self, environment: Environment, secret: &Secret) {
        self.gate.register(environment, secret);
    }
}
