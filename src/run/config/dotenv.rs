//! Reads `.env` files: `NAME=value`, with or without `export`. Where the usual loaders disagree, the value is unknown.

use super::entries::{ConfigValue, Entry};

/// Why a line is not an entry.
pub(super) const NOT_AN_ENTRY: &str = "is not NAME=value";

const NO_ENTRY: ConfigValue = ConfigValue::Unknown(NOT_AN_ENTRY);

/// Returns the entries of a text, in order. An invalid entry does not affect the others.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(line) = lines.get(at) {
        let from = at;
        at += 1;
        let Some((name, value)) = split(line) else { continue };
        let value = match value.chars().next().filter(|first| "'\"`".contains(*first)) {
            Some(quote) => match quoted(value, lines.get(at..).unwrap_or_default(), quote) {
                Some((inner, more)) => {
                    at += more;
                    within(&inner, quote)
                }
                None => NO_ENTRY,
            },
            None => bare(value),
        };
        found.push(Entry { line: from + 1, name: name.to_owned(), value });
    }
    found
}

/// Splits a line into its name and the text after the equals sign.
fn split(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let (name, value) = exported.unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let is_name = !name.is_empty() && name.chars().all(fits) && !line.starts_with('#');
    is_name.then(|| (name, value.trim()))
}

/// Returns a quoted text, and how many further lines it spans. `None` if the quote is never closed or other text
/// follows it; the following lines then count as lines of their own.
fn quoted(first: &str, rest: &[&str], quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let lines = std::iter::once(first.strip_prefix(quote)?).chain(rest.iter().copied());
    for (more, line) in lines.enumerate() {
        if more > 0 {
            inner.push('\n');
        }
        match closed(line, quote) {
            Some(at) => {
                let after = line[at + quote.len_utf8()..].trim_start();
                inner.push_str(&line[..at]);
                return (after.is_empty() || after.starts_with('#')).then_some((inner, more));
            }
            None => inner.push_str(line),
        }
    }
    None
}

/// Returns the position of the closing quote in a line.
fn closed(line: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        if letter == quote && !escaped {
            return Some(at);
        }
        escaped = quote == '"' && letter == '\\' && !escaped;
    }
    None
}

/// Interprets a quoted text. A dollar sign is literal in single quotes.
fn within(inner: &str, quote: char) -> ConfigValue {
    if quote == '\'' {
        return super::placeholder::replaced(inner).map_or_else(|| ConfigValue::plain(inner), ConfigValue::Unknown);
    }
    if quote == '`' {
        return ConfigValue::Unknown("is in backticks, which loaders read differently");
    }
    let dollars = inner.replace("\\$", "");
    if let unknown @ ConfigValue::Unknown(_) = ConfigValue::parse(&dollars) {
        return unknown;
    }
    let mut value = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(same @ ('"' | '\\' | '$')) => value.push(same),
                Some(_) | None => return ConfigValue::Unknown("has a backslash, which loaders read differently"),
            },
            (letter, false) => value.push(letter),
        }
    }
    ConfigValue::plain(&value)
}

/// Interprets an unquoted text, up to its comment.
fn bare(text: &str) -> ConfigValue {
    let comment = text.match_indices('#').find(|(at, _)| *at == 0 || text[..*at].ends_with([' ', '\t']));
    let value = comment.map_or(text, |(at, _)| &text[..at]).trim_end();
    if value.contains('#') {
        return ConfigValue::Unknown("has a `#` without quotes, which loaders read differently");
    }
    if value.contains(['\'', '"', '`', '\\']) {
        return ConfigValue::Unknown("has quotes or a backslash within its value, which loaders read differently");
    }
    match ConfigValue::parse(value) {
        ConfigValue::Value(value) if value.contains(char::is_whitespace) => NO_ENTRY,
        said => said,
    }
}
