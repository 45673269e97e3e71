//! Reading YAML so that everything wrong with a file is told at once, where it stands.

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
