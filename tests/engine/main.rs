//! The engine, tested by its library: packs, profiles, judging, reports, the simulator, schemes and the HTTP client.
#![cfg(test)]

mod judge;
mod lint;
mod reports;
mod schemes;
mod simulator;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests start the program")]
mod support;
mod wire;
