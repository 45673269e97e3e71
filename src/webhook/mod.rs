//! Webhooks by their scheme: composes deliveries, and verifies those that arrive. Pure: no clock and no network.

mod body;
mod compose;
mod error;
mod mac;
mod pattern;
mod secret_derived;
mod signing_secret;
mod timestamp;
mod verify;

pub use compose::{DeliverySpec, SignedRequest, compose, is_telling, seal};
pub use error::ComposeError;
pub use secret_derived::{CHANGED, secret_derived};
pub use signing_secret::issue;
pub use verify::{ReceivedDelivery, Verification, examine};
