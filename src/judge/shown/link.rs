//! URLs with labels in the place of secrets, and whether one is another.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use crate::net::address::web;

/// The label of a secret, `<rehearsal.signing_url#2>`: its letters mean something else in a URL.
static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<([A-Za-z0-9_.-]+(?:#[0-9]+)?)>").ok());

/// A URL as it is in the record.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// As it is written there.
    pub(super) raw: String,
    /// Parsed, with the letters of labels encoded.
    pub(super) url: Url,
}

/// How much a presented URL is a received one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Its path and all of its query are there.
    Whole,
    /// Its path is there; of its query nothing is another's, but something was lost or grew.
    Damaged,
    /// It is another one.
    Other,
}

impl Link {
    /// A web address; anything else is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let encoded = |label: &Captures<'_>| format!("%3C{}%3E", label[1].replace('#', "%23"));
        let plain = LABEL.as_ref()?.replace_all(text, encoded);
        Some(Link { raw: text.to_owned(), url: web::parse(&plain)? })
    }

    /// The path, decoded.
    pub(super) fn path(&self) -> String {
        percent_encoding::percent_decode_str(self.url.path()).decode_utf8_lossy().into_owned()
    }

    /// The pairs of the query, decoded, in their order.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        self.url.query_pairs().into_owned().collect()
    }

    /// Whether this is another one, wherever it leads. The return URL is whoever's who adds it.
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
