//! The plan: which checks there are, in which order, with what they need from the profile; and what was left out, and
//! why.

mod api_addresses;
mod missing;
mod planned_check;
mod planning;
mod selection;

pub use planned_check::{Plan, PlannedCheck, Skip};
pub use planning::plan;
pub use selection::Selection;
