//! The pack of a provider without an API: partners that work in an unusual way, silent ones, retries on the clock of
//! the play, letters and details, and the provider played for daily development.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod details;
#[path = "../driven/mod.rs"]
#[expect(dead_code, reason = "other tests change the pack")]
mod driven;
mod facts;
mod handler;
mod letters;
mod odd;
#[path = "../cli/program.rs"]
#[expect(dead_code, reason = "the tests of the command line ask the program for more")]
mod program;
mod retries;
mod silent;
mod simulated;
