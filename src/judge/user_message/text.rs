//! Extracts the words of a response, without markup, addresses, numbers and names.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::evidence::{Body, Response, plain};

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?i)https?://(?:<[^<>]*>|[^\s"'<>])+"#).ok());

/// Returns the words of a response, without those that belong only to the client or the action.
pub(super) fn message_words<'o>(answer: &Response, own: impl Iterator<Item = &'o str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match &answer.body {
        Body::Json(json) => of_json(json, &mut found),
        Body::Text(text) => of_text(text, &mut found),
        Body::Empty | Body::Binary(_) => {}
    }
    let mut without = BTreeSet::new();
    own.for_each(|text| of_text(text, &mut without));
    found.retain(|word| !without.contains(word));
    found
}

/// Collects the words of a value, from its keys and its values.
fn of_json(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => of_text(text, found),
        Value::Bool(yes) => of_text(if *yes { "true" } else { "false" }, found),
        Value::Array(list) => list.iter().for_each(|value| of_json(value, found)),
        Value::Object(members) => members.iter().filter(|(_, value)| !value.is_null()).for_each(|(name, value)| {
            of_text(name, found);
            of_json(value, found);
        }),
        Value::Null | Value::Number(_) => {}
    }
}

/// Collects the words of a text. A part with a digit, up to the next blank or bracket, is a number or an id and is
/// dropped.
fn of_text(text: &str, found: &mut BTreeSet<String>) {
    let text = ADDRESS.as_ref().map_or(text.into(), |address| address.replace_all(text, " "));
    let text = plain(&text);
    let chunks = text.split(|c: char| c.is_whitespace() || "\"'()[]{}<>,;:=".contains(c));
    for chunk in chunks.filter(|chunk| !chunk.chars().any(char::is_numeric)) {
        let words = chunk.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        found.extend(words.map(str::to_lowercase));
    }
}
