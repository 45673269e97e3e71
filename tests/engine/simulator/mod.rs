//! The simulated provider.

mod facts;
mod routes;
mod webhooks;
