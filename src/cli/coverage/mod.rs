//! `preflight coverage`: which checks serve which item of a provider's checklist.

mod command;
#[cfg(feature = "coverage-page")]
mod compare;
#[cfg(feature = "coverage-page")]
mod page;
mod table;

pub(super) use command::coverage;
