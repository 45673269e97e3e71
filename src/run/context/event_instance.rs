//! An event that deliveries are made of.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use serde_json::Value;

/// An event that deliveries are made of.
#[derive(Clone, Debug)]
pub(in crate::run) struct Occasion {
    pub(in crate::run) name: String,
    /// The id that all deliveries of the event share.
    pub(in crate::run) id: String,
    pub(in crate::run) body: Value,
    /// When it happened, in seconds since 1970. A repeat has the same bytes, and only its header a new time.
    pub(in crate::run) at: i64,
    /// Whether a handler must be content with this body: it is documented or captured, and about a client it knows.
    pub(in crate::run) documented: bool,
    /// The second in which a delivery of it was under way last, which all steps share that are about this event.
    pub(in crate::run) last: Arc<AtomicI64>,
}
