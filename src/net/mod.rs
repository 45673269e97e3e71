//! Decides what may be sent where: the gate, the HTTP client behind it, and the proxy for rehearsed builds.

pub mod client;
pub mod gate;
pub(crate) mod header_case;
pub mod proxy;
