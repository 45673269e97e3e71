//! What a host is, and where: this machine, a private network, the internet, or where nobody calls. The one rule for it.

mod reach;
pub mod web;

pub use reach::{Reach, host, is_beside, is_callable, is_forbidden, is_here, is_public, normal};
