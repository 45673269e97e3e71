//! The report for a terminal or a CI log.

mod groups;
mod render;
mod timings;

pub use render::{Look, render};
