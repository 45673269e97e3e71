//! The language of checks in plain sentences, for a reader who knows the provider and not the tool.
//!
//! Every word of the language has its sentence here, without a wildcard: a new one does not compile until somebody has
//! said what it means.

use crate::pack::Pack;

/// What is said of one part of a check, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// In words; code stands between backticks.
    pub text: String,
    /// What it announces: variants, or ways of which one will do.
    pub parts: Vec<Sentence>,
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Sentence { text, parts: Vec::new() }
    }
}

impl Sentence {
    /// The same on one line, for where it stands within another.
    pub(super) fn inline(self) -> String {
        let parts: Vec<String> = self.parts.into_iter().map(Sentence::inline).collect();
        if parts.is_empty() { self.text } else { format!("{} {}", self.text, parts.join("; or ")) }
    }
}

/// Says what the checks of a pack mean. What a pack calls by a name of its own is said in the pack's words.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'p> {
    pub(super) pack: &'p Pack,
}

impl<'p> Speaker<'p> {
    /// A speaker for the checks of one pack.
    pub fn new(pack: &'p Pack) -> Self {
        Speaker { pack }
    }
}
