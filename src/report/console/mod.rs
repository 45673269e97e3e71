//! The report for a terminal or a CI log.

mod groups;
mod parts;
mod render;
mod timings;

pub use render::{Look, render};
