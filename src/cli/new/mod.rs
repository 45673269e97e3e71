//! `preflight new pack|check`: writes starting points for packs and checks.

mod block;
mod command;
mod write;

pub(super) use command::new;
