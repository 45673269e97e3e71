//! The pack of a provider without an API: partners that work in an unusual way, silent ones, retries on the clock of
//! the play, letters and details, and the provider played for daily development.

mod details;
mod emails;
mod facts;
mod handler;
mod odd;
mod retries;
mod silent;
mod simulated;
