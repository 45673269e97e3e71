//! Webhook deliveries, and their purpose.

use serde::{Deserialize, Serialize};

use super::http::Request;
use super::outcome::Outcome;

/// A webhook delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its purpose.
    pub role: DeliveryRole,
    /// The event's name.
    pub event: String,
    /// The event's id, shared by all deliveries of the event.
    pub event_id: String,
    /// The age of its timestamp when sent, in seconds; negative if it lies ahead.
    pub age_s: i64,
    /// The request.
    pub request: Request,
    /// The response, or why there was none.
    pub outcome: Outcome,
    /// Time from sending to the complete response, in milliseconds.
    pub latency_ms: u64,
    /// Whether a handler must accept the body: it is documented or captured.
    pub documented: bool,
    /// How often the event took effect, if the profile has a lookup.
    pub effects: Option<u64>,
}

/// The purpose of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryRole {
    /// The check asked for it as it is.
    Plain,
    /// A genuine twin, before or after altered deliveries.
    Control,
    /// An altered delivery.
    Altered {
        /// The name of the alteration.
        name: String,
        /// The declared expectation of the alteration.
        expect: Option<DeclaredExpectation>,
    },
    /// Signed the way a known defect expects.
    Diagnosis(String),
    /// A probe in the search for a limit.
    Probe,
}

/// The declared expectation of an altered delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredExpectation {
    /// A success by the provider's own rule.
    Accepted,
    /// No success, or a success without effect where the genuine twin had one.
    Rejected,
}
