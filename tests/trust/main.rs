//! Packs from elsewhere that try to get what is not theirs: the attack, what the tool says, and that nobody got a key.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a test sets up has to work")]

mod asked;
mod digest;
mod folders;
mod gate;
mod ground;
#[path = "../hostile/play.rs"]
#[expect(dead_code, reason = "the tests of hostile runs have packs of their own")]
mod play;
mod played;
#[path = "../hostile/secrets.rs"]
mod secrets;
mod tried;
#[path = "../reports/xml.rs"]
#[expect(dead_code, reason = "the tests of the reports ask a case for more")]
mod xml;
