//! A saved copy of a provider's checklist as lines of text, each with its position in the file.

mod gathering;
mod html;
mod line;
mod lines;
mod markdown;
mod plain;
mod tags;

pub(super) use line::Line;
pub(super) use lines::read;
pub(super) use plain::{fingerprint, normalised};
