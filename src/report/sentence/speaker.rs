//! The language of checks in plain sentences, for a reader who knows the provider and not the tool.
//!
//! Every word of the language has its sentence here, without a wildcard pattern, so a new word does not compile until
//! somebody describes it.

use crate::pack::Pack;

/// A sentence about one part of a check, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence itself; code stands between backticks.
    pub text: String,
    /// What the sentence introduces: altered deliveries, overrides, or alternatives of which one must hold.
    pub parts: Vec<Sentence>,
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Sentence { text, parts: Vec::new() }
    }
}

impl Sentence {
    /// Renders the sentence and its parts on one line, for use within another sentence.
    pub(super) fn inline(self) -> String {
        let parts: Vec<String> = self.parts.into_iter().map(Sentence::inline).collect();
        if parts.is_empty() { self.text } else { format!("{} {}", self.text, parts.join("; or ")) }
    }
}

/// Describes the checks of a pack in sentences. Names that the pack defines are explained in the pack's own words.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'p> {
    pub(super) pack: &'p Pack,
}

impl<'p> Speaker<'p> {
    /// Creates a speaker for the checks of one pack.
    pub fn new(pack: &'p Pack) -> Self {
        Speaker { pack }
    }
}
