//! Parses and compares URLs that contain labels in place of secrets.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use crate::address::web;

/// Matches the label of a secret, such as `<rehearsal.signing_url#2>`, whose characters have another meaning in a URL.
static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<([A-Za-z0-9_.-]+(?:#[0-9]+)?)>").ok());

/// A URL from the record.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The URL as it was recorded.
    pub(super) raw: String,
    /// The parsed URL, with the characters of labels percent-encoded.
    pub(super) url: Url,
}

/// How similar a shown URL is to a received one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The path and the query match; the shown query may have further parameters.
    Whole,
    /// The path matches, but the URL lost part of its query, or text was appended to it in the wrong way.
    Damaged,
    /// They are different URLs.
    Other,
}

impl Link {
    /// Parses a web address; `None` for any other text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let encoded = |label: &Captures<'_>| format!("%3C{}%3E", label[1].replace('#', "%23"));
        let plain = LABEL.as_ref()?.replace_all(text, encoded);
        Some(Link { raw: text.to_owned(), url: web::parse(&plain)? })
    }

    /// Returns the decoded path.
    pub(super) fn path(&self) -> String {
        percent_encoding::percent_decode_str(self.url.path()).decode_utf8_lossy().into_owned()
    }

    /// Returns the decoded query pairs, in order.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        self.url.query_pairs().into_owned().collect()
    }

    /// Compares a shown URL (`self`) with a received one. The parameter of the return URL is ignored, because the
    /// partner may add it.
    pub(super) fn likeness(&self, received: &Link, parameter: Option<&str>) -> Likeness {
        let (path, wanted) = (self.path(), received.path());
        let joined = || path.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with(['&', '?']));
        if path != wanted && !joined() {
            return Likeness::Other;
        }
        let mut likeness = if path == wanted { Likeness::Whole } else { Likeness::Damaged };
        let pairs = self.pairs();
        for (name, value) in received.pairs().iter().filter(|(name, _)| Some(name.as_str()) != parameter) {
            let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value).peekable();
            let lost = values.peek().is_none();
            match values.find_map(|theirs| theirs.strip_prefix(value.as_str())) {
                Some("") => {}
                Some(rest) if rest.starts_with(['?', '#', '&']) => likeness = Likeness::Damaged,
                None if lost => likeness = Likeness::Damaged,
                Some(_) | None => return Likeness::Other,
            }
        }
        likeness
    }
}
