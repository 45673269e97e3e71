//! The stages test and production against a provider that answers in disputed, odd and hostile ways.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod account;
mod addresses;
#[path = "../driven/mod.rs"]
mod driven;
mod kept;
mod logo;
mod provider;
mod subscriptions;
