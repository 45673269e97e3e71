//! The packs: what providers ask for, as data.

pub mod fixtures;
pub mod provider;
pub mod simulated;
pub mod words;
