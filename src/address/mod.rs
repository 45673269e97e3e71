//! What a host is, and where: this machine, a private network, the internet, or where nobody calls. The one rule for it.

mod host;
mod reach;
pub mod web;

pub use host::Host;
pub use reach::{Reach, is_forbidden, is_public};

#[cfg(test)]
mod tests;
