//! The replies of the simulated provider.

use std::time::Duration;

use serde_json::Value;

/// A reply of the simulated provider, before it is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

/// How a reply is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ReplyTiming {
    pub(super) delay: Duration,
    /// Whether the connection ends without a reply.
    pub(super) dropped: bool,
}
