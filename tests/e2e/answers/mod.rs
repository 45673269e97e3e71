//! The stages test and production against a provider whose responses are disputed, odd or hostile.

mod account;
mod addresses;
mod kept;
mod logo;
mod provider;
mod subscriptions;
