//! The sample partner of a pack, run on loopback as a program of its own.

mod actions;
mod error;
mod expressions;
mod memory;
mod routes;
mod server;
mod state;
mod webhooks;

pub use server::serve;
pub use state::{Description, SampleError, Surroundings};
