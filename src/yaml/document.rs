//! A document: a YAML text with its name.
//!
//! The text is parsed once by `serde_yaml`; the JSON Schema generated from our own types finds every structural
//! problem; serde gives the typed value. Positions are looked up only when something must be shown.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::position::{Position, Positions};
use crate::redact::Redactor;

/// A text and its name.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name to show: a path, relative if that helps.
    pub name: Arc<str>,
    /// The whole YAML text, without a byte order mark.
    pub text: Arc<str>,
    pub(super) found: Arc<Found>,
    /// Knows the secrets that must not be shown.
    pub(super) keeper: Option<Redactor>,
}

/// Information about the text, computed only when something must be shown.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The positions of all values.
    pub(super) positions: OnceLock<Positions>,
    /// The ranges that look like credentials.
    pub(super) credentials: OnceLock<Vec<Range<usize>>>,
    /// The text of these ranges.
    pub(super) written: OnceLock<HashSet<String>>,
    /// The text as it may be shown.
    pub(super) shown: OnceLock<Arc<str>>,
}

impl Document {
    /// Creates a document with a name and a text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Document { name: name.into(), text: text.into(), found: Arc::default(), keeper: None }
    }

    /// Sets the redactor whose secrets are masked in problems.
    #[must_use]
    pub fn kept_by(mut self, keeper: &Redactor) -> Self {
        self.keeper = Some(keeper.clone());
        self
    }

    /// Returns the position of the value at a JSON pointer, or of a key in the map there.
    pub fn locate(&self, pointer: &str, key: Option<&str>) -> Position {
        self.found.positions.get_or_init(|| Positions::of(&self.text)).locate(&self.text, pointer, key)
    }
}
