//! A partner that has nothing in common with the reference partner: by itself, and in rehearsals.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod alone;
#[path = "../play/calls.rs"]
#[expect(dead_code, reason = "other tests call the simulator themselves")]
mod calls;
mod desk;
#[path = "../driven/mod.rs"]
#[expect(dead_code, reason = "other tests copy the pack")]
mod driven;
#[path = "../python/mod.rs"]
mod python;
mod rehearsed;
