//! The reference partner: a small, correct integration with Debitura, and a handler for the notifications of
//! Debitsuccess, run as a separate process.
//!
//! It is written for readers who build such an integration, and knows nothing of the rest of this program, only what
//! the two providers have published. Defects that real developers introduce can be switched on, one at a time
//! ([`Defect`]); every place where one of them changes the behaviour asks for it by name.

mod attempts;
mod cases;
mod client;
mod defects;
mod doors;
mod errors;
mod hooks;
mod invoice;
mod links;
mod names;
mod notices;
mod onboarding;
mod options;
mod preview;
mod request;
mod server;
mod signature;
mod store;
mod tenants;

pub use defects::{Defect, Defects};
pub use notices::Guard;
pub use options::{Database, Hidden, Mode, Options, OptionsError};
pub use server::{Partner, ServeError, bind, serve};
pub use store::StoreError;
