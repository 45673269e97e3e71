//! What a rehearsed build can reach, and that it stays inside.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test sets up has to work")]

mod proxy;
