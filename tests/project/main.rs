//! What the repository says about itself is true: its shape, its documents, its schemas.
#![cfg(test)]

mod architecture;
mod circles;
mod docs;
mod old_words;
mod schema;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests start partners and providers")]
mod support;
