//! The HTTP client: sends what the gate has admitted, within bounds, and records it without secrets.

mod connections;
mod decoding;
mod record;
mod send;
mod transport_error;

pub use send::{CallResult, Limits, MAX_BODY_BYTES, Sender, SimulatedEnvironments, SimulatedHost, player};
