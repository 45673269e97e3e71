//! The language of checks in plain sentences, for a reader who knows the provider and not the tool.

mod alteration;
mod calls;
mod expectation;
mod given;
mod matcher;
mod plain;
mod speaker;
mod step;

pub use speaker::{Sentence, Speaker};
