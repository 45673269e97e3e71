//! Reads YAML so that all problems of a file are reported at once, with their positions.

mod document;
mod excerpt;
mod flow;
mod hidden;
mod limits;
mod parse_errors;
mod partial;
mod position;
mod problem;
mod read;
mod schema;

pub use document::Document;
pub use partial::PartialFile;
pub use position::Position;
pub use problem::{Problem, Problems, Severity};
pub use schema::{schema_of, verbs};
