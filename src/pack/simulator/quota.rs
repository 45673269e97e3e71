//! How often a key may call.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::pack::types::Span;

/// How often a key may call. It is counted always, and refused where that is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// The limits, all of which hold.
    #[schemars(length(min = 1))]
    pub limits: Vec<Quota>,
    /// The reply to a call too many.
    pub reply: String,
    /// Values that it reads as `with`: templates over `seconds`, the time until there is room again.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
}

/// One limit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// So many calls.
    #[schemars(range(min = 1))]
    pub calls: u32,
    /// In so much time.
    pub per: Span,
    /// From when the time is counted.
    pub window: Window,
}

/// From when the time of a limit is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// It ends with the call, and moves in segments of this time.
    Sliding(Span),
    /// It starts anew with each multiple of its length: on the hour, at midnight UTC.
    Clock,
    /// It starts anew, again and again, from the first call of the key.
    FirstCall,
}
