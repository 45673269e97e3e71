//! Secrets: a type that does not print, and the redactor that every recorded or written text passes through.

mod credentials;
mod encodings;
mod escapes;
mod external_value;
mod field;
mod heuristics;
mod index;
pub(crate) mod issued;
mod line_breaks;
mod lossy_text;
mod redactor;
mod urls;
mod views;

pub(crate) use credentials::{credentials, find_words};
pub use external_value::Placed;
pub(crate) use heuristics::is_telling;
pub(crate) use index::Index;
pub(crate) use lossy_text::letters;
pub(crate) use redactor::unfrayed;
pub use redactor::{Redactor, Sealed, Secret};
