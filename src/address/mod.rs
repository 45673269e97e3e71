//! What a host is, and where it is: this machine, a private network, the internet, or a forbidden address. The only
//! place with these rules.

mod host;
mod reach;
pub mod web;

pub use host::Host;
pub use reach::{Reach, is_forbidden, is_public};

#[cfg(test)]
mod tests;
