//! Putting the parts together: one function for each command.

pub mod drive;
mod exit;

pub use exit::Exit;
