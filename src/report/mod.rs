//! Reports: one finished model, and writers that render it.

pub mod model;
