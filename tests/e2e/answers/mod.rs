//! The stages test and production against a provider that answers in disputed, odd and hostile ways.

mod account;
mod addresses;
mod kept;
mod logo;
mod provider;
mod subscriptions;
