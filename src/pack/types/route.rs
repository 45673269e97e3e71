//! A method and a path.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer};

/// A method and a path with `{name}` or `*` for one segment: `GET /clients/{tenant}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// The method, in capitals.
    pub method: String,
    /// The path, from its first `/`.
    pub path: String,
}

/// The format of a route, as a regular expression for the schema.
const ROUTE: &str = r"^(GET|HEAD|POST|PUT|PATCH|DELETE) /\S*$";

impl Route {
    /// Parses `METHOD /path`.
    pub fn parse(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        let known = matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE");
        (known && path.starts_with('/') && !path.contains(char::is_whitespace))
            .then(|| Route { method: method.into(), path: path.into() })
    }

    /// Whether a call is on this route. Paths are compared percent-decoded and case-insensitively, as the servers of
    /// providers do, and a `*` or `{name}` stands for one segment.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.method.eq_ignore_ascii_case(method) && self.captures(path).is_some()
    }

    /// Returns the values of the `{name}` segments in a path, if the path is on this route.
    pub fn captures(&self, path: &str) -> Option<Vec<(String, String)>> {
        let (mut ours, mut theirs) =
            (self.path.trim_end_matches('/').split('/'), path.trim_end_matches('/').split('/'));
        let decoded = |segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        let mut found = Vec::new();
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Some(found),
                (Some(pattern), Some(segment)) => {
                    if let Some((name, value)) = named(pattern, &decoded(segment)) {
                        found.push((name.to_owned(), value));
                    } else if pattern != "*" && !decoded(pattern).eq_ignore_ascii_case(&decoded(segment)) {
                        return None;
                    }
                }
                (None, Some(_)) | (Some(_), None) => return None,
            }
        }
    }
}

/// Returns the name and the value of a `{name}` segment, which may have a suffix: `{id}:archive`.
fn named<'p>(pattern: &'p str, segment: &str) -> Option<(&'p str, String)> {
    let (name, behind) = pattern.strip_prefix('{')?.split_once('}')?;
    let at = segment.len().checked_sub(behind.len())?;
    let (value, end) = segment.split_at_checked(at)?;
    end.eq_ignore_ascii_case(behind).then(|| (name, value.to_owned()))
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Route::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is not a route such as `POST /clients`")))
    }
}

impl JsonSchema for Route {
    fn schema_name() -> Cow<'static, str> {
        "Route".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": ROUTE, "description": "a method and a path such as `POST /clients`" })
    }
}
