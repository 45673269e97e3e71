//! What the YAML parser and our types refuse, in words that help who wrote it.

use super::document::Document;
use super::flow;
use super::position::Place;
use super::problem::{Problem, without_position};
use crate::json::escaped;

/// Usual causes: what the parser says, what then stands in its line, and what to do. The first that fits is told.
const CAUSES: [(&str, &str, &str); 6] = [
    ("alphabetic or numeric", "[*", "inside `{ }` a JSON path with brackets must stand in quotes: \"$.list[*]\""),
    ("expected ',' or", "$.", "inside `{ }` a JSON path with brackets must stand in quotes: \"$.list[*]\""),
    ("expected ',' or", "", "a bracket or brace before this is not closed"),
    ("mapping values are not allowed", ": ", "a text with `: ` in it must stand in quotes"),
    ("cannot start any token", "\t", "indent with blanks; YAML knows no tabs there"),
    ("more than one document", "", "one document a file: take the line `---` out"),
];

/// What the parser refuses, where it stands, with the usual cause if it looks like one.
pub(super) fn problems(document: &Document, error: &serde_yaml::Error) -> Vec<Problem> {
    let place = error.location().map_or_else(Place::default, |at| Place::point(&document.text, at.line(), at.column()));
    let message = without_position(&error.to_string());
    let twice = message.strip_prefix("duplicate entry with key \"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(key) = twice {
        let place = second(&document.text, &place, key).unwrap_or(place);
        return vec![Problem::at(document, place, format!("the key `{key}` stands in this map twice"))];
    }
    if message.contains(" as u128") || message.contains(" as i128") {
        let number = message.split('`').nth(1).unwrap_or_default();
        let problem = Problem::at(document, place, format!("the number {number} is too large to be kept as it is"));
        return vec![problem.hint(format!("put it into quotes: \"{number}\""))];
    }
    // The parser says where it gave up. What it stumbled over stands there or before.
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

/// What a type refuses, in our words where its own would puzzle.
pub(super) fn value(document: &Document, pointer: &str, message: &str) -> Problem {
    if let Some(text) = message.strip_prefix("relative URL without a base: ") {
        return document.problem(pointer, format!("{text} is not a whole URL such as `https://acme.example/path`"));
    }
    if message == "invalid socket address syntax" {
        return document.problem(pointer, "this is not an address with a port such as `127.0.0.1:8443`");
    }
    // The names of a map are not in its schema where they are an enum; then the map is blamed for one of them.
    match unknown_name(message) {
        Some((key, known)) => document.problem_at_key(pointer, key, format!("`{key}` is not one of {known}")),
        None => document.problem(pointer, message),
    }
}

/// The pointer of what a type refuses.
pub(super) fn place(pointer: &str, message: &str) -> String {
    unknown_name(message).map_or_else(|| pointer.to_owned(), |(key, _)| format!("{pointer}/{}", escaped(key)))
}

/// The name that is none of those that a map may have, and those.
fn unknown_name(message: &str) -> Option<(&str, &str)> {
    message.strip_prefix("unknown variant `")?.split_once("`, expected ")
}

/// Where a key stands for the second time: the parser knows only where its map begins.
fn second(text: &str, map: &Place, key: &str) -> Option<Place> {
    let indent = " ".repeat(map.column.saturating_sub(1));
    let mut lines = text.lines().enumerate().skip(map.line.saturating_sub(1)).filter(|(_, line)| {
        let rest = line.strip_prefix(&indent).and_then(|line| line.trim_matches('"').strip_prefix(key));
        rest.is_some_and(|rest| rest.starts_with(':'))
    });
    let (at, _) = lines.nth(1)?;
    Some(Place::point(text, at + 1, map.column))
}
