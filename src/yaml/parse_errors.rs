//! Explains errors of the YAML parser and of our types.

use super::document::Document;
use super::flow;
use super::position::Position;
use super::problem::{Problem, without_position};
use crate::json::escaped;

/// Usual causes: the parser's message, a text in the line, and the hint. The first match is used.
const CAUSES: [(&str, &str, &str); 6] = [
    ("alphabetic or numeric", "[*", "inside `{ }`, quote a JSON path with brackets: \"$.list[*]\""),
    ("expected ',' or", "$.", "inside `{ }`, quote a JSON path with brackets: \"$.list[*]\""),
    ("expected ',' or", "", "close the bracket or brace before this"),
    ("mapping values are not allowed", ": ", "quote a text that contains `: `"),
    ("cannot start any token", "\t", "indent with spaces; YAML allows no tabs there"),
    ("more than one document", "", "use one document per file: remove the line `---`"),
];

/// Explains a parser error, with its position and, if it is recognised, its usual cause.
pub(super) fn problems(document: &Document, error: &serde_yaml::Error) -> Vec<Problem> {
    let place =
        error.location().map_or_else(Position::default, |at| Position::point(&document.text, at.line(), at.column()));
    let message = without_position(&error.to_string());
    let twice = message.strip_prefix("duplicate entry with key \"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(key) = twice {
        let place = second(&document.text, &place, key).unwrap_or(place);
        return vec![Problem::at(document, place, format!("the map has the key `{key}` twice"))];
    }
    if message.contains(" as u128") || message.contains(" as i128") {
        let number = message.split('`').nth(1).unwrap_or_default();
        let problem = Problem::at(document, place, format!("the number {number} is too large to be kept exactly"));
        return vec![problem.hint(format!("quote it: \"{number}\""))];
    }
    // The parser reports where it stopped; the cause is there or before.
    let before = |problem: &Problem| place.line == 0 || problem.place.line <= place.line;
    let unquoted = flow::unquoted(document);
    if unquoted.first().is_some_and(before) {
        return unquoted;
    }
    if let Some(tab) = flow::tabs(document).filter(before) {
        return vec![tab];
    }
    let line = document.text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
    let cause = CAUSES.iter().find(|(said, written, _)| message.contains(said) && line.contains(written));
    let problem = Problem::at(document, place, format!("this is not valid YAML: {message}"));
    vec![match cause {
        Some((_, _, hint)) => problem.hint(*hint),
        None => problem,
    }]
}

/// Explains an error of a type, reworded where its own message would puzzle.
pub(super) fn value(document: &Document, pointer: &str, message: &str) -> Problem {
    if let Some(text) = message.strip_prefix("relative URL without a base: ") {
        return document.problem(pointer, format!("{text} is not an absolute URL such as `https://acme.example/path`"));
    }
    if message == "invalid socket address syntax" {
        return document.problem(pointer, "this is not an address with a port such as `127.0.0.1:8443`");
    }
    // If the keys of a map are an enum, its schema does not contain them, and the error points at the map instead of
    // the key.
    match unknown_name(message) {
        Some((key, known)) => document.problem_at_key(pointer, key, format!("`{key}` is not one of {known}")),
        None => document.problem(pointer, message),
    }
}

/// Returns the JSON pointer for an error of a type.
pub(super) fn place(pointer: &str, message: &str) -> String {
    unknown_name(message).map_or_else(|| pointer.to_owned(), |(key, _)| format!("{pointer}/{}", escaped(key)))
}

/// Returns the unknown key in an error message, and the known keys.
fn unknown_name(message: &str) -> Option<(&str, &str)> {
    message.strip_prefix("unknown variant `")?.split_once("`, expected ")
}

/// Finds the second position of a duplicate key: the parser reports only the start of the map.
fn second(text: &str, map: &Position, key: &str) -> Option<Position> {
    let indent = " ".repeat(map.column.saturating_sub(1));
    let mut lines = text.lines().enumerate().skip(map.line.saturating_sub(1)).filter(|(_, line)| {
        let rest = line.strip_prefix(&indent).and_then(|line| line.trim_matches('"').strip_prefix(key));
        rest.is_some_and(|rest| rest.starts_with(':'))
    });
    let (at, _) = lines.nth(1)?;
    Some(Position::point(text, at + 1, map.column))
}
