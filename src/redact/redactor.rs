//! Secrets: a type that does not print, and the redactor that every recorded or written text passes.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The shortest part of an issued URL that counts as a secret, in bytes.
const MIN_PART_BYTES: usize = 8;

use super::field::is_field;
use super::index::{Hit, Index};

/// A text that must not be shown. It may be empty, as an unset variable is.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text, so that it is not printed by accident.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// Returns the text itself, for sending or signing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// A finished output after the last search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The output, with every secret replaced.
    pub bytes: Vec<u8>,
    /// The labels of the secrets found, each once; any entry means a bug in Preflight.
    pub hits: Vec<String>,
}

/// Replaces secrets by labels, the same secret always by the same label. Clones share the known secrets.
#[derive(Clone, Default)]
pub struct Redactor {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    index: Index,
    labels: RwLock<Labels>,
}

#[derive(Default)]
struct Labels {
    /// The label of each secret, by its number in the index; without brackets.
    names: Vec<String>,
    uses: HashMap<String, usize>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redactor>")
    }
}

impl Redactor {
    /// Creates a redactor without secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a secret, and returns the text that replaces it: `<test.api_key>`, or `<test.api_key#2>` for a second
    /// value with the same label. A known value keeps its first label, so that equality can still be judged.
    ///
    /// A value of 8 bytes or more is found anywhere, in every usual spelling. A shorter one would be found in other
    /// words: it is replaced only as a whole field (a JSON string, a header, the text after `NAME=`). One of fewer than
    /// 4 bytes gets a label but is not searched for. An empty value is ignored.
    pub fn capture(&self, label: &str, value: &str) -> String {
        let clean = name(label);
        if value.is_empty() {
            return format!("<{clean}>");
        }
        // The lock covers both steps, so that labels stay in the order of the index.
        let mut labels = self.shared.labels.write().unwrap_or_else(PoisonError::into_inner);
        let (id, new) = self.shared.index.add(value);
        if new {
            let uses = labels.uses.entry(clean.clone()).or_default();
            *uses += 1;
            let unique = if *uses == 1 { clean } else { format!("{clean}#{uses}") };
            labels.names.push(unique);
        }
        labels.name(id, "<", ">")
    }

    /// Registers a value that a provider issued. In a URL, only the parts that may give access are secret: query
    /// values, and path segments and fragments with a digit. A reader must see the host.
    pub fn learn_issued(&self, label: &str, value: &str) {
        let Ok(url) = url::Url::parse(value) else {
            self.capture(label, value);
            return;
        };
        // A plain word is the name of a page; parts that give access contain a digit.
        let telling = |part: &&str| part.contains(|c: char| c.is_ascii_digit());
        let path = url.path_segments().into_iter().flatten().chain(url.fragment()).filter(telling).map(str::to_owned);
        let parts = path.chain(url.query_pairs().map(|(_, value)| value.into_owned()));
        // A URL in the query is a return address, which gives no access; a label is no secret.
        let harmless = |part: &str| part.starts_with('<') || url::Url::parse(part).is_ok_and(|url| url.has_host());
        for part in parts.filter(|part| part.len() >= MIN_PART_BYTES && !harmless(part)) {
            self.capture(label, &part);
        }
    }

    /// Returns the label of a known value, however short the value is.
    pub fn label_of(&self, value: &str) -> Option<String> {
        let labels = self.shared.labels.read().unwrap_or_else(PoisonError::into_inner);
        self.shared.index.id(value).map(|id| labels.name(id, "<", ">"))
    }

    /// Replaces every known secret in a text by its label, in any usual encoding.
    pub fn text(&self, text: &str) -> String {
        let places = self.found(text);
        if places.is_empty() {
            return text.to_owned();
        }
        String::from_utf8_lossy(&self.replace(text.as_bytes(), &places, "<", ">")).into_owned()
    }

    /// Replaces every known secret in a text and keeps the number of lines; the label of a secret that spans lines is
    /// in the first.
    pub(crate) fn lines(&self, text: &str) -> String {
        let lines = |name: &str, hidden: &[u8]| {
            let breaks = hidden.iter().copied().filter(|byte| *byte == b'\n').map(char::from);
            format!("<{name}>{}", breaks.collect::<String>())
        };
        String::from_utf8_lossy(&self.replace_with(text.as_bytes(), &self.found(text), lines)).into_owned()
    }

    /// Finds the places of secrets in a text.
    pub(crate) fn places(&self, text: &str) -> Vec<Range<usize>> {
        self.found(text).into_iter().map(|hit| hit.range).collect()
    }

    fn found(&self, text: &str) -> Vec<Hit> {
        let bytes = text.as_bytes();
        on_letters(text, self.shared.index.places(bytes, |hit| is_field(bytes, &hit.range)))
    }

    /// Replaces labels in a text by their secrets: only for a person who must open a page now, never recorded.
    pub fn revealed(&self, text: &str) -> String {
        let labels = self.shared.labels.read().unwrap_or_else(PoisonError::into_inner);
        let known = labels.names.iter().enumerate().filter(|(_, name)| text.contains(name.as_str()));
        known.fold(text.to_owned(), |text, (id, _)| match self.shared.index.value(id) {
            Some(value) => text.replace(&labels.name(id, "<", ">"), &value),
            None => text,
        })
    }

    /// Replaces every known secret in a JSON value, in names, strings and numbers.
    pub fn json(&self, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => {
                let (plain, redacted) = (number.to_string(), self.text(&number.to_string()));
                if plain == redacted { value.clone() } else { Value::String(redacted) }
            }
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(list) => list.iter().map(|one| self.json(one)).collect(),
            Value::Object(members) => {
                let redacted = members.iter().map(|(name, value)| (self.text(name), self.json(value)));
                Value::Object(redacted.collect::<Map<_, _>>())
            }
        }
    }

    /// Replaces every known secret in a serialisable value; `None` if the result cannot be deserialised, for example
    /// because a number became a label.
    pub(crate) fn serialized<T: Serialize + DeserializeOwned>(&self, value: &T) -> Option<T> {
        let json = serde_json::to_value(value).ok()?;
        serde_json::from_value(self.json(&json)).ok()
    }

    /// Returns headers as they are recorded: lower-case names, every known secret replaced.
    pub fn headers<'a>(&self, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
        headers.into_iter().map(|(name, value)| (self.text(&name.to_ascii_lowercase()), self.text(value))).collect()
    }

    /// Searches a finished output once more. The replacement, `[redacted test.api_key]`, is safe in XML, HTML, JSON and
    /// Markdown.
    pub fn seal(&self, output: Vec<u8>) -> Sealed {
        // Preflight's own texts are part of the output, and a short value may equal a word of them.
        let places = self.shared.index.places(&output, |_| false);
        let places = match std::str::from_utf8(&output) {
            Ok(text) => on_letters(text, places),
            Err(_) => places,
        };
        if places.is_empty() {
            return Sealed { bytes: output, hits: Vec::new() };
        }
        let bytes = self.replace(&output, &places, "[redacted ", "]");
        let labels = self.shared.labels.read().unwrap_or_else(PoisonError::into_inner);
        let mut hits: Vec<_> = places.iter().map(|place| labels.name(place.id, "", "")).collect();
        hits.sort_unstable();
        hits.dedup();
        Sealed { bytes, hits }
    }

    fn replace(&self, text: &[u8], places: &[Hit], open: &str, close: &str) -> Vec<u8> {
        self.replace_with(text, places, |name, _| format!("{open}{name}{close}"))
    }

    fn replace_with(&self, text: &[u8], places: &[Hit], label: impl Fn(&str, &[u8]) -> String) -> Vec<u8> {
        let labels = self.shared.labels.read().unwrap_or_else(PoisonError::into_inner);
        let (mut replaced, mut done) = (Vec::with_capacity(text.len()), 0);
        for place in places {
            replaced.extend_from_slice(text.get(done..place.range.start).unwrap_or_default());
            let hidden = text.get(place.range.clone()).unwrap_or_default();
            replaced.extend_from_slice(label(&labels.name(place.id, "", ""), hidden).as_bytes());
            done = place.range.end;
        }
        replaced.extend_from_slice(text.get(done..).unwrap_or_default());
        replaced
    }
}

impl Labels {
    fn name(&self, id: usize, open: &str, close: &str) -> String {
        format!("{open}{}{close}", self.names.get(id).map_or("secret", String::as_str))
    }
}

/// Length at the end of truncated text that is never shown, in bytes.
const MAX_FRAGMENT_BYTES: usize = 1024;

/// Returns bytes that reach a limit without their end, which may contain a truncated secret that no search finds.
/// Shorter bytes stay whole.
pub(crate) fn unfrayed(bytes: &[u8], bound: usize) -> &[u8] {
    let end = if bytes.len() < bound { bytes.len() } else { bound.saturating_sub(MAX_FRAGMENT_BYTES) };
    bytes.get(..end).unwrap_or_default()
}

/// Replaces the characters of a label that are not safe in every format.
fn name(label: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    label.chars().map(|letter| if safe(letter) { letter } else { '_' }).collect()
}

/// Moves places to character boundaries: a decoded secret may end inside a character.
fn on_letters(text: &str, mut places: Vec<Hit>) -> Vec<Hit> {
    for place in &mut places {
        place.range = text.floor_char_boundary(place.range.start)..text.ceil_char_boundary(place.range.end);
    }
    places
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
