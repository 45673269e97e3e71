//! Events from which deliveries are made.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use serde_json::Value;

/// An event from which deliveries are made.
#[derive(Clone, Debug)]
pub(in crate::run) struct EventInstance {
    pub(in crate::run) name: String,
    /// The id that all deliveries of the event share.
    pub(in crate::run) id: String,
    pub(in crate::run) body: Value,
    /// When the event happened, in seconds since 1970. A redelivery sends the same bytes with a new timestamp header.
    pub(in crate::run) at: i64,
    /// Whether a handler must accept this body: it is documented or captured, and it is about a client that the handler
    /// knows.
    pub(in crate::run) documented: bool,
    /// The last second in which a delivery of the event was in flight, shared by all steps about this event.
    pub(in crate::run) last: Arc<AtomicI64>,
}
