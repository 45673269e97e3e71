//! Five partners that are odd but correct, each in a process of its own, tried against every check of the rehearsal.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "../driven/mod.rs"]
#[expect(dead_code, reason = "other tests change the pack and look at single rows")]
mod driven;
mod oddness;
mod partner;
mod trial;
