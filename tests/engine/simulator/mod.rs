//! The provider, played.

mod facts;
mod routes;
mod webhooks;
