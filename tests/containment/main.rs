//! What a rehearsed build can reach, how it is started again, and that it ends whatever happens.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a test sets up has to work")]

mod commands;
mod contained;
mod elsewhere;
mod ended;
mod misbehaving;
#[expect(clippy::print_stdout, clippy::exit, reason = "it is a program of its own")]
mod partner;
#[path = "../hostile/play.rs"]
#[expect(dead_code, reason = "the tests of hostile runs have providers and handlers of their own")]
mod play;
mod proxy;
mod restarts;
#[path = "../hostile/secrets.rs"]
mod secrets;
mod silent;
mod stage;
#[path = "../reports/xml.rs"]
#[expect(dead_code, reason = "the tests of the reports ask a case for more")]
mod xml;
