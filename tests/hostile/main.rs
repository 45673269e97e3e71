//! Handlers, providers, pages, look-ups and builds that misbehave, through whole runs of the program.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a test sets up has to work")]

mod answers;
mod build;
mod company;
mod play;
mod secrets;
mod stranger;
#[path = "../reports/xml.rs"]
#[expect(dead_code, reason = "the tests of the reports ask a case for more")]
mod xml;
