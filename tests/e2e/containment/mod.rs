//! What a rehearsed build can reach, how it is restarted, and that it ends whatever happens.

mod commands;
mod contained;
mod elsewhere;
mod misbehaving;
#[expect(clippy::exit, reason = "it is a program of its own")]
mod partner;
mod proxy;
mod restarts;
mod silent;
mod stage;
