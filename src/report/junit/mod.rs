//! The report as `JUnit` XML.

mod case;
mod element;
mod limits;
mod pass;
mod render;

pub use element::{Element, elements};
pub use render::{crash, render};
