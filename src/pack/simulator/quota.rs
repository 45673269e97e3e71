//! How often a key may call.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::pack::types::Span;

/// The rate limits of a key. Calls are always counted, and rejected only on request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// The limits, which all apply.
    #[schemars(length(min = 1))]
    pub limits: Vec<Quota>,
    /// The reply to a call over the limit.
    pub reply: String,
    /// Values that the reply reads as `with`: templates over `seconds`, the time until the next allowed call.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// One limit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The number of calls.
    #[schemars(range(min = 1))]
    pub calls: u32,
    /// The length of the window.
    pub per: Span,
    /// The start of the window.
    pub window: Window,
}

/// The start of a limit's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// A sliding window that ends with the call and moves in segments of this length.
    Sliding(Span),
    /// A window that restarts at each multiple of its length: on the hour, at midnight UTC.
    Clock,
    /// A window that starts with the key's first call, and again with the first call after it ends.
    FirstCall,
}
