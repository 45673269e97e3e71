//! Which parts of an external value are secret: all, except parts that readers must see and that give no access.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::encodings::SHORT;
use super::heuristics::{is_address, is_plain_path, is_telling, is_token, is_wording};
use super::redactor::Redactor;
use super::urls::{Kind, Origin, Part, urls, whole_url};

/// A value inside a text, such as a variable in a line of a profile.
#[derive(Clone, Debug)]
pub struct Placed<'v> {
    /// Its position in the text.
    pub range: Range<usize>,
    /// The label that replaces it in shown texts.
    pub label: String,
    /// The value itself, which may be secret.
    pub value: Cow<'v, str>,
}

impl Redactor {
    /// Registers a value from the environment or a configuration file. It is secret, whatever its name, except for
    ///
    /// - values that `known` reports as public, such as names of a pack and the partner's name;
    /// - hosts and plain paths; of a URL everything except the parts that give access: user info, query values, the
    ///   fragment, and path segments that are not plain words;
    /// - numbers and single words that are so short that they occur everywhere.
    ///
    /// In a value of several lines, each line is a secret too; in JSON and in connection strings, each value.
    pub fn learn_given(&self, label: &str, value: &str, known: &dyn Fn(&str) -> bool) {
        let trimmed = value.trim();
        if is_open(trimmed, known) {
            return;
        }
        if let Some(parts) = whole_url(trimmed) {
            self.learn_parts(label, trimmed, &parts, Origin::Given, known);
            return;
        }
        self.capture(label, trimmed);
        if value != trimmed {
            self.capture(label, value);
        }
        for part in parts_of(trimmed).into_iter().filter(|part| !is_open(part, known)) {
            match whole_url(&part) {
                Some(parts) => self.learn_parts(label, &part, &parts, Origin::Given, known),
                None => drop(self.capture(label, &part)),
            }
        }
    }

    /// Registers values by their position in a text: a value that is the scheme, host, port or plain path of a URL
    /// there stays readable.
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
                self.capture(&value.label, &value.value);
            }
            self.learn_parts(&value.label, text, &secret, Origin::Given, known);
        }
    }

    /// Registers the parts that give access in URLs that a person wrote.
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
                    self.capture(label, &secret);
                }
            }
            if let (Kind::User, Some((user, password))) = (&part.kind, written.split_once(':')) {
                for secret in [password, &percent_decode_str(password).decode_utf8_lossy()] {
                    self.capture(label, secret);
                }
                if is_token(user) {
                    self.capture(label, user);
                }
            }
        }
    }
}

/// Whether a value discloses nothing, or occurs too often to be searched for.
fn is_open(value: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let short = value.len() < SHORT;
    let number =
        value.strip_prefix(['-', '+']).unwrap_or(value).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let word = value.bytes().all(|byte| byte.is_ascii_alphabetic());
    // A short word could be any word, and a short number could be a count.
    value.is_empty()
        || short && (number || word)
        || is_address(value)
        || is_plain_path(value)
        || (is_wording(value) || value.contains([' ', '/'])) && known(value)
}

/// Returns the separate secrets within a value: its lines, JSON strings, and values after telling names.
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
