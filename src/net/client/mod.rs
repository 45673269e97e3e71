//! The HTTP client: sends what the gate admitted, within limits, and records it without secrets.

mod connections;
mod decoding;
mod record;
mod send;
mod simulated_environments;
mod transport_error;

pub use connections::ClientError;
pub use send::{CallResult, Limits, MAX_BODY_BYTES, Sender, player};
pub use simulated_environments::{SimulatedEnvironments, SimulatedHost};
