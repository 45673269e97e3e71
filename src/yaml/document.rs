//! Reading YAML so that everything wrong with a file is told at once, where it stands.
//!
//! The text is parsed once by `serde_yaml`, the JSON Schema generated from our own types finds every structural
//! problem, serde gives the typed value. Positions are looked up only when something has to be shown.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::position::{Place, Positions};
use crate::redact::Redactor;

/// A text and the name under which its reader knows it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name to show: a path, relative where that helps.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    pub(super) found: Arc<Found>,
    /// Knows what must not be shown of it.
    pub(super) keeper: Option<Redactor>,
}

/// What is looked for in a text only when something has to be shown.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where everything stands in it.
    pub(super) positions: OnceLock<Positions>,
    /// Where something looks like a credential.
    pub(super) credentials: OnceLock<Vec<Range<usize>>>,
    /// What stands there.
    pub(super) written: OnceLock<HashSet<String>>,
    /// The text as it may be shown.
    pub(super) shown: OnceLock<Arc<str>>,
}

impl Document {
    /// A document from a name and a text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Document { name: name.into(), text: text.into(), found: Arc::default(), keeper: None }
    }

    /// The same, in whose problems nothing is shown that a redactor knows.
    #[must_use]
    pub fn kept_by(mut self, keeper: &Redactor) -> Self {
        self.keeper = Some(keeper.clone());
        self
    }

    /// The place of a JSON pointer, or of one of the keys of the map there.
    pub fn locate(&self, pointer: &str, key: Option<&str>) -> Place {
        self.found.positions.get_or_init(|| Positions::of(&self.text)).locate(&self.text, pointer, key)
    }
}
