//! Packs: what providers require, as data. They are read from the program itself or from a folder, and linted as a
//! whole.

pub mod actions;
pub(crate) mod alteration;
pub mod authentication;
pub mod check;
mod disk;
pub mod expectations;
pub mod fixtures;
pub mod given;
mod item_checks;
pub mod left_out;
mod lint;
pub mod load;
pub mod matcher;
pub mod matcher_text;
mod model;
pub mod pages;
pub mod provider;
pub mod sample_partner;
pub mod scheme;
pub mod simulator;
pub mod step;
pub mod traffic;
pub mod types;
mod verbs;
mod vocabulary;

pub use model::{Pack, PackedCheck};
