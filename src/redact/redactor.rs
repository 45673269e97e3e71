//! Secrets: a type that does not print, and the redactor that every recorded or written text passes through.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Parts of a URL that are shorter than this give no access by themselves.
const LEAST_PART: usize = 8;

use super::field::is_field;
use super::index::{Hit, Index};

/// A text that must not be shown. It may be empty, as an unset variable is.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself, for those who must send or sign with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
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
    /// The output, with every secret in it replaced.
    pub bytes: Vec<u8>,
    /// The labels of the secrets that were found, each once; anything here is a fault of this tool.
    pub hits: Vec<String>,
}

/// Replaces secrets by labels, the same secret always by the same label. Clones share what was learned.
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
    /// The name of each secret, by its number in the index; without brackets.
    names: Vec<String>,
    uses: HashMap<String, usize>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redactor>")
    }
}

impl Redactor {
    /// A redactor that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a secret and gives the text it is replaced by: `<test.api_key>`, or `<test.api_key#2>` for a second
    /// value under one label. A value that is known keeps the label it got first, so that sameness can be judged.
    ///
    /// A value of 8 bytes and more is found wherever it stands, in every usual spelling. A shorter one would be found in
    /// other words: it hides a whole field of what is recorded (a text of JSON, a header, what stands behind `NAME=`), or
    /// nothing. One of less than 4 bytes has a label and is not searched for. An empty value is not remembered.
    pub fn learn(&self, label: &str, value: &str) -> String {
        let clean = name(label);
        if value.is_empty() {
            return format!("<{clean}>");
        }
        // The lock is held over both steps, so that names stay in the order of the index.
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

    /// Registers what a provider issued. Of a URL only the parts that give access are secret, its last segment and the
    /// values of its query: who reads a report must see which host it leads to.
    pub fn learn_issued(&self, label: &str, value: &str) {
        let Ok(url) = url::Url::parse(value) else {
            self.learn(label, value);
            return;
        };
        // A word is the name of a page; what gives access has a digit somewhere.
        let telling = |part: &&str| part.contains(|c: char| c.is_ascii_digit());
        let path = url.path_segments().into_iter().flatten().chain(url.fragment()).filter(telling).map(str::to_owned);
        let parts = path.chain(url.query_pairs().map(|(_, value)| value.into_owned()));
        // An address in the query is where the page leads back to, which gives access to nothing; a label is no secret.
        let harmless = |part: &str| part.starts_with('<') || url::Url::parse(part).is_ok_and(|url| url.has_host());
        for part in parts.filter(|part| part.len() >= LEAST_PART && !harmless(part)) {
            self.learn(label, &part);
        }
    }

    /// The text that a known value is replaced by, however short it is.
    pub fn label_of(&self, value: &str) -> Option<String> {
        let labels = self.shared.labels.read().unwrap_or_else(PoisonError::into_inner);
        self.shared.index.id(value).map(|id| labels.name(id, "<", ">"))
    }

    /// A text with every known secret replaced by its label, in whatever usual encoding it is written.
    pub fn text(&self, text: &str) -> String {
        let places = self.found(text);
        if places.is_empty() {
            return text.to_owned();
        }
        String::from_utf8_lossy(&self.replace(text.as_bytes(), &places, "<", ">")).into_owned()
    }

    /// A text with every known secret replaced, and with as many lines as before: of one that was broken over lines the
    /// label stands in the first.
    pub(crate) fn lines(&self, text: &str) -> String {
        let lines = |name: &str, hidden: &[u8]| {
            let breaks = hidden.iter().copied().filter(|byte| *byte == b'\n').map(char::from);
            format!("<{name}>{}", breaks.collect::<String>())
        };
        String::from_utf8_lossy(&self.replace_with(text.as_bytes(), &self.found(text), lines)).into_owned()
    }

    /// Where secrets stand in a text.
    pub(crate) fn places(&self, text: &str) -> Vec<Range<usize>> {
        self.found(text).into_iter().map(|hit| hit.range).collect()
    }

    fn found(&self, text: &str) -> Vec<Hit> {
        let bytes = text.as_bytes();
        on_letters(text, self.shared.index.places(bytes, |hit| is_field(bytes, &hit.range)))
    }

    /// A text with labels replaced by what they stand for: for the eyes of the person who must open a page now, and for
    /// nothing that is kept.
    pub fn revealed(&self, text: &str) -> String {
        let labels = self.shared.labels.read().unwrap_or_else(PoisonError::into_inner);
        let known = labels.names.iter().enumerate().filter(|(_, name)| text.contains(name.as_str()));
        known.fold(text.to_owned(), |text, (id, _)| match self.shared.index.value(id) {
            Some(value) => text.replace(&labels.name(id, "<", ">"), &value),
            None => text,
        })
    }

    /// A JSON value with every known secret replaced, in names, strings and numbers.
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

    /// A value that is made of JSON, with every known secret replaced; `None` where it can then not be made any more, as
    /// when a number that is a secret became a label.
    pub(crate) fn serialized<T: Serialize + DeserializeOwned>(&self, value: &T) -> Option<T> {
        let json = serde_json::to_value(value).ok()?;
        serde_json::from_value(self.json(&json)).ok()
    }

    /// Headers as evidence has them: names in lower case, every known secret replaced.
    pub fn headers<'a>(&self, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
        headers.into_iter().map(|(name, value)| (self.text(&name.to_ascii_lowercase()), self.text(value))).collect()
    }

    /// The last search, over a finished output. What is put in place of a hit, `[redacted test.api_key]`, is safe in
    /// XML, HTML, JSON and Markdown.
    pub fn seal(&self, output: Vec<u8>) -> Sealed {
        // Our own words stand here too, which a short value may be.
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

/// How much of the end of what was cut is never shown.
const FRAYED: usize = 1024;

/// The beginning of bytes that go on beyond a bound, without its end, in which half a secret may stand: no search would
/// find that. What keeps within the bound is whole.
pub(crate) fn unfrayed(bytes: &[u8], bound: usize) -> &[u8] {
    let end = if bytes.len() < bound { bytes.len() } else { bound.saturating_sub(FRAYED) };
    bytes.get(..end).unwrap_or_default()
}

/// A label's characters that are safe in every format.
fn name(label: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    label.chars().map(|letter| if safe(letter) { letter } else { '_' }).collect()
}

/// Places that end between letters: the bytes that a secret decodes to need not.
fn on_letters(text: &str, mut places: Vec<Hit>) -> Vec<Hit> {
    for place in &mut places {
        place.range = text.floor_char_boundary(place.range.start)..text.ceil_char_boundary(place.range.end);
    }
    places
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
