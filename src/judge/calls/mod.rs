//! The calls that the partner made: which are meant, how many there are, and what must hold for each.

mod bodies;
mod count;
mod gaps;
mod repeated;
mod require;
mod route;
mod select;
mod unattributed;

pub(super) use count::{calls, during, path, quiet, title};
