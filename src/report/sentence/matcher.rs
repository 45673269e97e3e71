//! Matchers as parts of a sentence.

use std::fmt;

use indexmap::IndexMap;
use serde_json::Value;

use super::plain::code;
use super::speaker::Speaker;
use crate::pack::matcher::Matcher;
use crate::pack::matcher_text::{self, Values};

impl Values for Speaker<'_> {
    fn value(&self, value: &Value) -> String {
        Speaker::value(*self, value)
    }

    fn text(&self, text: &str) -> String {
        Speaker::text(*self, text)
    }

    fn word(&self, word: &str) -> String {
        code(word)
    }
}

impl Speaker<'_> {
    /// Renders a matcher as it follows the name of a value: `is 200 and ...`.
    pub(super) fn matcher(self, matcher: &Matcher) -> String {
        matcher_text::matcher(matcher, &self)
    }

    /// Several values, each with what it must be.
    pub(super) fn each_is<K: fmt::Display>(self, kind: &str, matchers: &IndexMap<K, Matcher>) -> Vec<String> {
        let one =
            |(name, matcher): (&K, &Matcher)| format!("{kind}{} {}", code(&name.to_string()), self.matcher(matcher));
        matchers.iter().map(one).collect()
    }
}
