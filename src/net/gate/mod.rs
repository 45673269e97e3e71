//! The gate: every call that this tool makes passes here, and the client sends nothing else.

mod admission;
mod denial;
mod host_entries;
mod keys;
mod rules;
mod target;

pub use admission::{Admitted, Draft, Gate, Purpose, Realm, Rules, SigningKey};
pub use denial::{Refusal, RuleName};
pub use host_entries::BadRules;
