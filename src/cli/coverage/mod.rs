//! `preflight coverage`: which checks serve which item of a provider's checklist.

mod command;
mod compare;
mod page;
mod table;

pub(super) use command::coverage;
