//! The outcomes of deliveries: what the partner's handler did with them.

mod accepted;
mod effect;
mod expectation;
mod failing;
mod rejected;

pub(super) use effect::judge_effect;
pub(super) use expectation::judge;
