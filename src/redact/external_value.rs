//! What of a value that came from outside is secret: all of it, but for what readers must see and give nothing away by.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::encodings::SHORT;
use super::heuristics::{is_address, is_plain_path, is_telling, is_token, is_wording};
use super::redactor::Redactor;
use super::urls::{Kind, Origin, Part, urls, whole_url};

/// A value that stands in a text, such as a variable in a line of a profile.
#[derive(Clone, Debug)]
pub struct Placed<'v> {
    /// Where it stands.
    pub range: Range<usize>,
    /// Its label.
    pub label: String,
    /// The value.
    pub value: Cow<'v, str>,
}

impl Redactor {
    /// Registers a value that came from the environment or out of a file of configuration. It is a secret, whatever it is
    /// called, but for
    ///
    /// - what `known` says that readers know by itself, such as the words of a pack and the partner's name;
    /// - addresses of machines and plain paths; of a URL all but what gives access: user info, the values of its query,
    ///   its fragment, and those segments of its path that are no plain words;
    /// - numbers and single words that are so short that they would be found in everything.
    ///
    /// Of a value of several lines each line is a secret too, of JSON and of connection strings each value.
    pub fn learn_given(&self, label: &str, value: &str, known: &dyn Fn(&str) -> bool) {
        let trimmed = value.trim();
        if is_open(trimmed, known) {
            return;
        }
        if let Some(parts) = whole_url(trimmed) {
            self.learn_parts(label, trimmed, &parts, Origin::Given, known);
            return;
        }
        self.learn(label, trimmed);
        if value != trimmed {
            self.learn(label, value);
        }
        for part in parts_of(trimmed).into_iter().filter(|part| !is_open(part, known)) {
            match whole_url(&part) {
                Some(parts) => self.learn_parts(label, &part, &parts, Origin::Given, known),
                None => drop(self.learn(label, &part)),
            }
        }
    }

    /// Registers values by where they stand in a text: what has come to be the scheme, the host, the port or a plain
    /// path of a URL there stays readable.
    pub fn learn_placed(&self, text: &str, placed: &[Placed<'_>], known: &dyn Fn(&str) -> bool) {
        for value in placed {
            let around = urls(text).into_iter().find(|url| url.whole.contains(&value.range.start));
            let Some(url) = around.filter(|_| !value.value.contains("://")) else {
                self.learn_given(&value.label, &value.value, known);
                continue;
            };
            let touched = |part: &&Part| part.range.start < value.range.end && value.range.start < part.range.end;
            let secret: Vec<Part> = url
                .parts
                .iter()
                .filter(touched)
                .filter(|part| part.gives_access(text, Origin::Given))
                .cloned()
                .collect();
            let leaves = value.range.end > url.whole.end;
            if leaves || !secret.is_empty() && !is_open(&value.value, known) {
                self.learn(&value.label, &value.value);
            }
            self.learn_parts(&value.label, text, &secret, Origin::Given, known);
        }
    }

    /// Registers what gives access in the URLs of a text that a person wrote down.
    pub fn learn_written(&self, label: &str, text: &str, known: &dyn Fn(&str) -> bool) {
        for url in urls(text) {
            self.learn_parts(label, text, &url.parts, Origin::Written, known);
        }
    }

    fn learn_parts(&self, label: &str, text: &str, parts: &[Part], origin: Origin, known: &dyn Fn(&str) -> bool) {
        for part in parts.iter().filter(|part| part.gives_access(text, origin)) {
            let written = &text[part.range.clone()];
            let decoded = percent_decode_str(written).decode_utf8_lossy().into_owned();
            for secret in [written.to_owned(), decoded.replace('+', " "), decoded] {
                if !is_open(&secret, known) {
                    self.learn(label, &secret);
                }
            }
            if let (Kind::User, Some((user, password))) = (&part.kind, written.split_once(':')) {
                for secret in [password, &percent_decode_str(password).decode_utf8_lossy()] {
                    self.learn(label, secret);
                }
                if is_token(user) {
                    self.learn(label, user);
                }
            }
        }
    }
}

/// Whether a value gives nothing away, or could not be told from anything else.
fn is_open(value: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let short = value.len() < SHORT;
    let number =
        value.strip_prefix(['-', '+']).unwrap_or(value).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let word = value.bytes().all(|byte| byte.is_ascii_alphabetic());
    // A short word is one of many, and a short number counts something.
    value.is_empty()
        || short && (number || word)
        || is_address(value)
        || is_plain_path(value)
        || (is_wording(value) || value.contains([' ', '/'])) && known(value)
}

/// What is a secret by itself within a value: its lines, the texts of JSON, what stands behind telling names.
fn parts_of(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    if value.starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Value>(value)
    {
        crate::json::texts(&json, &mut |pointer, text| {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            if is_telling(name) || is_token(text) || text.contains('\n') {
                parts.push(text.to_owned());
            }
        });
    }
    let inner: Vec<String> = parts.iter().filter(|part| part.contains('\n')).cloned().collect();
    for text in inner.iter().map(String::as_str).chain([value]).filter(|text| text.contains('\n')) {
        let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORT && !line.starts_with("-----"));
        parts.extend(lines.map(str::to_owned));
    }
    for piece in value.split([';', '&', ' ', ',', '\n']) {
        if let Some((name, behind)) = piece.split_once('=').filter(|(name, _)| is_telling(name)) {
            parts.extend((!name.is_empty()).then(|| behind.trim_matches(['"', '\'']).to_owned()));
        }
    }
    parts
}
