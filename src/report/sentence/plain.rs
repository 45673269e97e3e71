//! Values, durations, names and numbers as they appear in a sentence.

use serde_json::{Map, Value};

use super::speaker::Speaker;
pub(super) use crate::pack::matcher_text::joined;
use crate::pack::types::{Age, Names, OneOrMany, Span};
use crate::report::text::clipped;

/// The longest value in a sentence, in characters.
const MAX_VALUE_CHARS: usize = 160;

impl Speaker<'_> {
    /// Renders a text that may hold templates. If the whole text is one template, renders its expression, with the
    /// value if the pack knows it.
    pub(super) fn text(self, text: &str) -> String {
        let Some(expression) = whole(text) else { return code(text) };
        match self.fact(expression) {
            Some(value) => format!("{} ({})", code(expression), clipped(&bare(value), MAX_VALUE_CHARS)),
            None => code(expression),
        }
    }

    /// Renders a value that may hold templates.
    pub(super) fn value(self, value: &Value) -> String {
        match value {
            Value::String(text) if text.is_empty() => "an empty string".to_owned(),
            Value::String(text) => self.text(text),
            Value::Array(list) if list.is_empty() => "an empty list".to_owned(),
            Value::Array(list) => list.iter().map(|one| self.value(one)).collect::<Vec<_>>().join(", "),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => code(&value.to_string()),
        }
    }

    /// Renders the members of a map; nested ones have dotted names.
    pub(super) fn members(self, map: &Map<String, Value>) -> String {
        let mut found = Vec::new();
        self.dotted("", map, &mut found);
        if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }
    }

    fn dotted(self, before: &str, map: &Map<String, Value>, found: &mut Vec<String>) {
        for (name, value) in map {
            let name = format!("{before}{name}");
            match value {
                Value::Object(inner) if !inner.is_empty() => self.dotted(&format!("{name}."), inner, found),
                other => found.push(format!("{} = {}", code(&name), self.value(other))),
            }
        }
    }

    /// Returns the pack's value for a plain dotted name such as `provider.facts.NAME[0]`; `None` for any other
    /// expression.
    fn fact(&self, expression: &str) -> Option<&Value> {
        let name = expression.strip_prefix("provider.")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.[]".contains(c);
        let pointer = name.replace('[', ".").replace(']', "").replace('.', "/");
        self.pack.facts.pointer(&format!("/{pointer}")).filter(|value| name.chars().all(plain) && !value.is_object())
    }
}

/// Returns the expression of a text that consists of exactly one template.
fn whole(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inner.contains("{{")).then(|| inner.trim())
}

/// Renders a value from the pack without any markup.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(bare).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// Renders a text as code.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { "an empty string".to_owned() } else { format!("`{text}`") }
}

/// Renders a list such as `` `a`, `b` and `c` ``.
pub(super) fn list<'t>(texts: impl IntoIterator<Item = &'t str>, word: &str) -> String {
    joined(texts.into_iter().map(code).collect(), word)
}

/// Joins rules that must all hold, with semicolons because a rule may contain commas.
pub(super) fn all_of(rules: &[String]) -> String {
    rules.join("; ")
}

/// Renders ` (called NAME below)` if there is a name.
pub(super) fn known_as(name: Option<&String>) -> String {
    name.map(|name| format!(" (called {} below)", code(name))).unwrap_or_default()
}

/// Renders the clients that a statement is about.
pub(super) fn clients(names: Option<&Names>) -> String {
    match names {
        None => "the client".to_owned(),
        Some(OneOrMany(names)) if names.iter().any(|name| name == "each") => "each client".to_owned(),
        Some(OneOrMany(names)) => {
            format!("{} {}", plural(names.len(), "the client"), list(names.iter().map(String::as_str), "and"))
        }
    }
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}

/// Formats a number with its noun: `1 call`, `2 calls`.
pub(super) fn many(n: u64, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

/// Formats an ordinal number: `1st`, `2nd`, `13th`.
pub(super) fn ordinal(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        (_, _) => "th",
    };
    format!("{n}{ending}")
}

/// Renders a duration in the largest unit that divides it.
pub(super) fn span(span: Span) -> String {
    const UNITS: [(u128, &str); 3] = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute")];
    let ms = span.0.as_millis();
    let check = UNITS.into_iter().find(|(check, _)| ms >= *check && ms.is_multiple_of(*check));
    match check {
        Some((check, word)) => many(u64::try_from(ms / check).unwrap_or(u64::MAX), word),
        None if ms < 1000 => format!("{ms} ms"),
        None => format!("{} s", span.0.as_secs_f64()),
    }
}

/// Renders the claimed age of a delivery.
pub(super) fn age(age: Age) -> String {
    let long = span(Span(std::time::Duration::from_secs(age.0.unsigned_abs())));
    match age.0 {
        0 => "sent now".to_owned(),
        1.. => format!("sent {long} ago"),
        _ => format!("sent {long} in the future"),
    }
}
