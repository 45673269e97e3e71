//! The packs: what providers ask for, as data. Read from the program itself or from a folder, and linted as a whole.

pub mod authentication;
pub mod check;
pub mod deeds;
mod disk;
pub mod expect;
pub mod fixtures;
pub mod given;
pub mod left_out;
mod lint;
pub mod load;
pub mod matcher;
pub mod pages;
mod parallel;
pub mod provider;
mod said;
pub mod sample;
pub mod scheme;
mod served;
pub mod simulated;
pub mod step;
pub mod traffic;
mod variation;
mod verb;
pub mod wording;
pub mod words;
