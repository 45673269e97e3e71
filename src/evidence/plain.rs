//! Texts of responses as the report shows them.

use std::sync::LazyLock;

use regex::Regex;

/// Markup of HTML.
static MARKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?is)<!--.*?-->|<(?:script|style|head)\b.*?</(?:script|style|head)\s*>|<[^<>]*>|&#?[a-z0-9]+;").ok()
});

/// A text without markup, on one line.
pub(crate) fn plain(text: &str) -> String {
    let text = MARKUP.as_ref().map_or(text.into(), |markup| markup.replace_all(text, " "));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
