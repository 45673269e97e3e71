//! The pack of a provider without an API: unusual partners, silent ones, retries on the simulated clock, emails and
//! settings, and the simulated provider for daily development.

mod details;
mod emails;
mod facts;
mod handler;
mod odd;
mod retries;
mod silent;
mod simulated;
