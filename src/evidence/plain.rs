//! Texts of answers as readers are shown them.

use std::sync::LazyLock;

use regex::Regex;

/// What is no text in HTML.
static MARKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?is)<!--.*?-->|<(?:script|style|head)\b.*?</(?:script|style|head)\s*>|<[^<>]*>|&#?[a-z0-9]+;").ok()
});

/// A text without its markup, on one line.
pub(crate) fn plain(text: &str) -> String {
    let text = MARKUP.as_ref().map_or(text.into(), |markup| markup.replace_all(text, " "));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
