//! A delivery of a webhook, and why it was sent.

use serde::{Deserialize, Serialize};

use super::http::Request;
use super::outcome::Outcome;

/// A webhook delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Why it was sent.
    pub role: Role,
    /// The event's name.
    pub event: String,
    /// The event's id, which deliveries of one event share.
    pub event_id: String,
    /// How many seconds before the sending its timestamp lies; negative: ahead.
    pub age_s: i64,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub outcome: Outcome,
    /// From the sending to the whole answer, in milliseconds.
    pub latency_ms: u64,
    /// How well the provider documents this event's body.
    pub documented: bool,
    /// Whether the event took effect, where the profile says how to look.
    pub effects: Option<u64>,
}

/// Why a delivery was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The check asked for it as it is.
    Plain,
    /// A genuine twin, before or after a series.
    Control,
    /// One of the variants of a series, by name, with what the check expects of it.
    Varied {
        /// The variant's name.
        name: String,
        /// What the variant itself expects.
        expect: Option<Expected>,
    },
    /// Signed the way a known mistake would expect.
    Diagnosis(String),
    /// One probe of the search for a limit.
    Probe,
}

/// What a variant expects of its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// A success by the provider's own rule.
    Accepted,
    /// No success, or a success without effect where the genuine twin had one.
    Refused,
}
