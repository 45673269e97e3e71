//! Deliveries of webhook events to the partner's handler.

use serde::{Deserialize, Serialize};

use super::http::Request;
use super::outcome::Outcome;

/// A delivery of a webhook event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Why the delivery was sent.
    pub role: DeliveryRole,
    /// The name of the event.
    pub event: String,
    /// The id of the event, shared by all its deliveries.
    pub event_id: String,
    /// The age of the timestamp when the delivery was sent, in seconds; negative if the timestamp lies ahead.
    pub age_s: i64,
    /// The request, as it was sent.
    pub request: Request,
    /// The response, or why there was none.
    pub outcome: Outcome,
    /// Time from sending to the complete response, in milliseconds.
    pub latency_ms: u64,
    /// Whether a handler must accept the body, because it is documented or captured.
    pub documented: bool,
    /// How often the event took effect, if the profile has a lookup.
    pub effects: Option<u64>,
}

/// Why a delivery was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryRole {
    /// The check asked for this delivery, and for nothing else about it.
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
    /// A delivery that is signed the way a known defect expects; with the name of the defect.
    Diagnosis(String),
    /// A probe in the search for the limit of the timestamp window.
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
