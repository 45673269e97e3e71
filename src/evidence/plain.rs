//! Reduces the text of a response to what the report shows.

use std::sync::LazyLock;

use regex::Regex;

/// Matches HTML markup: comments, scripts, styles, tags and entities.
static MARKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?is)<!--.*?-->|<(?:script|style|head)\b.*?</(?:script|style|head)\s*>|<[^<>]*>|&#?[a-z0-9]+;").ok()
});

/// Returns a text on one line, without its markup.
pub(crate) fn plain(text: &str) -> String {
    let text = MARKUP.as_ref().map_or(text.into(), |markup| markup.replace_all(text, " "));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
