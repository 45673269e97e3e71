//! The plan: which checks there are, in which order, with what they need from the profile; and what was left out, and why.

mod api_addresses;
mod missing;
mod planning;
mod selection;

pub use planning::{Plan, Skip, Unit, plan};
pub use selection::Selection;
