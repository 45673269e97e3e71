//! The URLs in a text and their parts that give access: user info, query values, the fragment, and path segments that
//! are not plain words.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::encodings::SHORT;
use super::heuristics::{is_telling, is_token, is_wording};

/// A URL inside a text, by its parts. A password may contain `@`, so the last one ends it.
static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x) \b[A-Za-z][A-Za-z0-9+.-]*://
        (?: (?<user> [^\s/?\#"'<>]* ) @ )?
        (?<host> [^\s/?\#"'<>@]* )
        (?<path> /[^\s?\#"'<>]* )?
        (?: \? (?<query> [^\s\#"'<>]* ) )?
        (?: \# (?<fragment> [^\s"'<>]* ) )?"#,
    )
    .ok()
});

/// The origin of a text: in text that a person wrote to be read, fewer parts are secret than in an inserted value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Given,
    Written,
}

/// A URL in a text.
pub(super) struct Found {
    pub(super) whole: Range<usize>,
    host: Range<usize>,
    path: Range<usize>,
    /// The parts that may give access.
    pub(super) parts: Vec<Part>,
}

/// A part of a URL.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    User,
    Segment,
    /// A query value, with its name.
    Query(String),
    Fragment,
}

impl Part {
    pub(super) fn gives_access(&self, text: &str, origin: Origin) -> bool {
        let part = &text[self.range.clone()];
        // Values that a template inserts are registered separately.
        if part.is_empty() || part.contains("{{") || part.contains("${") {
            return false;
        }
        match (&self.kind, origin) {
            (Kind::User, _) => true,
            (Kind::Segment | Kind::Fragment, Origin::Given) => !is_wording(part),
            (Kind::Query(_), Origin::Given) => part.len() >= SHORT || !is_wording(part),
            (Kind::Query(name), Origin::Written) => is_token(part) || is_telling(name) && part.len() >= SHORT,
            (Kind::Segment | Kind::Fragment, Origin::Written) => is_token(part),
        }
    }
}

/// Returns the parts of a text that is a URL as a whole; `None` for text that does not parse as one, such as a password
/// with a slash.
pub(super) fn whole_url(text: &str) -> Option<Vec<Part>> {
    let url = urls(text).into_iter().next()?;
    let whole = url.whole.end == text.len() && matches!(&text[..url.whole.start], "" | "jdbc:");
    let host = |one: &str| {
        let name = one.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let name = name.map_or(one, |(name, _)| name);
        name.starts_with('[') && name.ends_with(']') || !name.is_empty() && !name.contains(':') && !is_token(name)
    };
    (whole && text[url.host].split(',').all(host) && !text[url.path].contains('@')).then_some(url.parts)
}

/// Returns the ranges of the parts that give access in URLs that a person wrote.
pub(super) fn written_access(text: &str) -> Vec<Range<usize>> {
    let parts = urls(text).into_iter().flat_map(|url| url.parts);
    parts.filter(|part| part.gives_access(text, Origin::Written)).map(|part| part.range).collect()
}

/// Finds all URLs in a text.
pub(super) fn urls(text: &str) -> Vec<Found> {
    let Some(pattern) = URL.as_ref().filter(|_| text.contains("://")) else { return Vec::new() };
    let found = pattern.captures_iter(text).filter_map(|found| {
        let mut parts = Vec::new();
        parts.extend(found.name("user").map(|user| Part { range: user.range(), kind: Kind::User }));
        let path = found.name("path").map(|path| path.range()).unwrap_or_default();
        parts.extend(split(text, &path, '/').map(|range| Part { range, kind: Kind::Segment }));
        let query = found.name("query").map(|query| query.range()).unwrap_or_default();
        parts.extend(split(text, &query, '&').map(|range| {
            let pair = &text[range.clone()];
            let (name, start) =
                pair.split_once('=').map_or(("", range.start), |(name, _)| (name, range.start + name.len() + 1));
            Part { range: start..range.end, kind: Kind::Query(name.to_owned()) }
        }));
        parts.extend(found.name("fragment").map(|part| Part { range: part.range(), kind: Kind::Fragment }));
        Some(Found { whole: found.get(0)?.range(), host: found.name("host")?.range(), path, parts })
    });
    found.collect()
}

/// Splits a range at each occurrence of a letter, and returns the ranges of the pieces.
fn split<'t>(text: &'t str, range: &Range<usize>, at: char) -> impl Iterator<Item = Range<usize>> + use<'t> {
    let mut start = range.start;
    text[range.clone()].split(at).map(move |piece| {
        let piece = start..start + piece.len();
        start = piece.end + 1;
        piece
    })
}
