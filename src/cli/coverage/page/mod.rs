//! A saved copy of a provider's checklist as lines of text, each with where it stands in its file.

mod gathering;
mod html;
mod lines;
mod markdown;
mod plain;
mod tags;

pub(super) use lines::{Line, read};
pub(super) use plain::{fingerprint, normalised};
