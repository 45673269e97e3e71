//! Each check of the built-in pack three ways: the correct partner passes it, its own defect fails it, and a partner
//! of whom nothing is known leaves it inconclusive.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod caught;
#[path = "../driven/mod.rs"]
mod driven;
mod silent;
mod silent_client;
