//! `preflight new pack|check`: files to begin with.

mod block;
mod command;
mod write;

pub(super) use command::new;
