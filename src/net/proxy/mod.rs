//! The proxy that a rehearsed build is told to use.

mod connection;
mod host_policy;
mod server;
mod shared;

#[cfg(test)]
pub(crate) use host_policy::HostDecision;
pub use host_policy::HostPolicy;
pub use server::Proxy;
