//! The reference partner: a small, correct integration with Debitura, and a handler for the notifications of
//! Debitsuccess, run as a process of its own.

mod app;
mod attempts;
mod cases;
mod client;
mod defects;
mod errors;
mod header_names;
mod invoice;
mod links;
mod notifications;
mod onboarding;
mod options;
mod preview;
mod request;
mod routes;
mod server;
mod signature;
mod store;
mod tenants;
mod webhooks;

pub use defects::{ActiveDefect, Defect};
pub use options::{Database, Guard, Hidden, Mode, Options, OptionsError};
pub use server::{Partner, ServeError, bind, serve};
pub use store::StoreError;
