//! Masks the secrets of a file, and what looks like them, in everything that is shown with a problem.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::document::Document;
use crate::redact::{credentials, find_words};

/// Minimum length of a credential: shorter ones occur in ordinary words.
const MIN_HIDDEN_CHARS: usize = 4;

/// Replaces a credential in a sentence, without disclosing its length.
const MASK: &str = "********";

/// Maximum length of a value shown in a sentence, in characters.
const MAX_TEXT_CHARS: usize = 60;

impl Document {
    /// Returns the text with every secret masked. Positions do not change.
    pub(super) fn shown(&self) -> &Arc<str> {
        self.found.shown.get_or_init(|| {
            let mut shown = self.text.as_bytes().to_vec();
            let known = self.keeper.iter().flat_map(|keeper| keeper.places(&self.text));
            for place in known.chain(self.looks_secret().iter().cloned()) {
                let hidden = shown.get_mut(place).into_iter().flatten().filter(|byte| **byte != b'\n');
                hidden.for_each(|byte| *byte = b'*');
            }
            String::from_utf8_lossy(&shown).into()
        })
    }

    /// Removes secrets from a sentence about the file.
    pub(super) fn hidden<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let said = self.keeper.as_ref().map_or(Cow::Borrowed(text), |keeper| keeper.text(text).into());
        let written = self.found.written.get_or_init(|| {
            let words = self.looks_secret().iter().map(|place| self.text[place.clone()].to_owned());
            words.filter(|word| word.len() >= MIN_HIDDEN_CHARS).collect()
        });
        if written.is_empty() {
            return said;
        }
        let (mut hidden, mut done) = (String::new(), 0);
        for word in find_words(&said) {
            let plain = said[word.clone()].trim_end_matches(':').len();
            if written.contains(&said[word.start..word.start + plain]) {
                hidden.extend([&said[done..word.start], MASK]);
                done = word.start + plain;
            }
        }
        hidden.push_str(&said[done..]);
        hidden.into()
    }

    /// Quotes a value of the file for a sentence.
    pub(super) fn quoted(&self, value: &Value) -> String {
        let text = match value {
            Value::Object(_) => return "a map".into(),
            Value::Array(_) => return "a list".into(),
            Value::Null => return "nothing".into(),
            Value::String(text) => format!("`{text}`"),
            Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        };
        // Masked before it is truncated: a truncated secret would not be found.
        let text = self.hidden(&text);
        if text.chars().count() <= MAX_TEXT_CHARS {
            return text.into_owned();
        }
        format!("{}…`", text.chars().take(MAX_TEXT_CHARS - 3).collect::<String>())
    }

    fn looks_secret(&self) -> &[Range<usize>] {
        self.found.credentials.get_or_init(|| credentials(&self.text, self.keeper.is_some()))
    }
}
