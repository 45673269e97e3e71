//! Webhook schemes and API authentication as packs describe them, against published vectors and independent
//! implementations.
#![cfg(test)]

mod apis;
#[path = "../driven/mod.rs"]
#[expect(dead_code, reason = "other tests drive built-in packs")]
mod driven;
mod packs;
#[path = "../python/mod.rs"]
mod python;
mod rotated;
mod varied;
mod vectors;
#[path = "../python/venv.rs"]
mod venv;
mod verifiers;
