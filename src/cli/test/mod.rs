//! `preflight test DIR`: tests every check of a pack in three ways, without a line of code.

mod command;
mod table;
mod verdicts;

pub(super) use command::test;
