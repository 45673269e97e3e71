//! `preflight test DIR`: the three tests of each check, without a line of code.

mod command;
mod table;
mod verdicts;

pub(super) use command::test;
