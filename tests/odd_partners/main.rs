//! Partners that work in an unusual way: the correct ones pass, or stay inconclusive where nobody can see; the faulty
//! ones fail their own check.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod correct;
#[path = "../driven/mod.rs"]
mod driven;
mod faulty;
mod handler;
mod names;
