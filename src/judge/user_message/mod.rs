//! Expectations about what the partner told its user about an outcome.

mod expectation;
mod text;

pub(crate) use expectation::brief;
pub(super) use expectation::judge;
