//! The provider as we play it: generic in Rust, specific in the pack's `simulator` section.

mod clock;
mod journal;
mod words;

pub use clock::Clock;
pub use journal::{Entry, Journal};
