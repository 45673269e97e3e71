//! What of a file's text may be shown where something is wrong with it: all but what is secret, or looks like it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::document::Document;
use crate::redact::{credentials, words};

/// Shorter credentials would be found in ordinary words.
const SHORTEST: usize = 4;

/// What stands for a credential in a sentence, whose length is nobody's business.
const STARS: &str = "********";

/// The longest value that is shown in a sentence, in characters.
const LONGEST: usize = 60;

impl Document {
    /// The text with every secret in it made unreadable. Places stay what they are.
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

    /// A sentence about the file, without what is secret in it.
    pub(super) fn hidden<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let said = self.keeper.as_ref().map_or(Cow::Borrowed(text), |keeper| keeper.text(text).into());
        let written = self.found.written.get_or_init(|| {
            let words = self.looks_secret().iter().map(|place| self.text[place.clone()].to_owned());
            words.filter(|word| word.len() >= SHORTEST).collect()
        });
        if written.is_empty() {
            return said;
        }
        let (mut hidden, mut done) = (String::new(), 0);
        for word in words(&said) {
            let plain = said[word.clone()].trim_end_matches(':').len();
            if written.contains(&said[word.start..word.start + plain]) {
                hidden.extend([&said[done..word.start], STARS]);
                done = word.start + plain;
            }
        }
        hidden.push_str(&said[done..]);
        hidden.into()
    }

    /// A value of the file in a sentence.
    pub(super) fn quoted(&self, value: &Value) -> String {
        let text = match value {
            Value::Object(_) => return "a map".into(),
            Value::Array(_) => return "a list".into(),
            Value::Null => return "nothing".into(),
            Value::String(text) => format!("`{text}`"),
            Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        };
        // Before it is cut: half a secret would not be found.
        let text = self.hidden(&text);
        if text.chars().count() <= LONGEST {
            return text.into_owned();
        }
        format!("{}…`", text.chars().take(LONGEST - 3).collect::<String>())
    }

    fn looks_secret(&self) -> &[Range<usize>] {
        self.found.credentials.get_or_init(|| credentials(&self.text, self.keeper.is_some()))
    }
}
