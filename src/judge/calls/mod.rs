//! The calls that the partner made: which are meant, how many there are, and what must hold for each.

mod bodies;
mod call;
mod count;
mod gaps;
mod repeated;
mod require;
mod route;
mod select;
mod unattributed;

pub(super) use call::{during, path, quiet, title};
pub(super) use count::judge;
