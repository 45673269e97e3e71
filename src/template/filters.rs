//! Finds unknown filters and tests in templates, which the engine reports only when it evaluates them.

use std::sync::LazyLock;

use minijinja::ErrorKind;
use regex::Regex;

use super::engine::ENGINE;

/// The filters that templates of profiles and packs are likely to mean.
pub const FILTERS: [&str; 24] = [
    "abs",
    "base64",
    "capitalize",
    "default",
    "first",
    "float",
    "host",
    "int",
    "intersect",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "origin",
    "replace",
    "reverse",
    "round",
    "select",
    "sort",
    "title",
    "tojson",
    "trim",
    "upper",
];

/// Returns the unknown filters in a text.
pub fn unknown_filters(text: &str) -> Vec<String> {
    static FILTER: LazyLock<Option<Regex>> = LazyLock::new(|| outside_quotes(r"\|\s*([A-Za-z_]\w*)"));
    let unknown = |name: &String| fails(&format!("0|{name}"), ErrorKind::UnknownFilter);
    FILTER.iter().flat_map(|pattern| used(text, pattern)).filter(unknown).collect()
}

/// Returns the unknown tests (`is NAME`) in a text.
pub fn unknown_tests(text: &str) -> Vec<String> {
    static TEST: LazyLock<Option<Regex>> = LazyLock::new(|| outside_quotes(r"\bis\s+(?:not\s+)?([A-Za-z_]\w*)"));
    let unknown = |name: &String| fails(&format!("0 is {name}"), ErrorKind::UnknownTest);
    TEST.iter().flat_map(|pattern| used(text, pattern)).filter(unknown).collect()
}

/// Builds a pattern with one group that matches only outside quotes.
fn outside_quotes(pattern: &str) -> Option<Regex> {
    Regex::new(&format!(r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|{pattern}"#)).ok()
}

/// Returns the matches of a pattern's group in the expressions of a text.
fn used(text: &str, pattern: &Regex) -> Vec<String> {
    let expressions = text.split("{{").skip(1).map(|part| part.split("}}").next().unwrap_or(part));
    let found = expressions.flat_map(|expression| pattern.captures_iter(expression));
    found.filter_map(|found| found.get(1)).map(|name| name.as_str().to_owned()).collect()
}

fn fails(expression: &str, kind: ErrorKind) -> bool {
    let tried = ENGINE.compile_expression(expression).and_then(|expression| expression.eval(()));
    tried.err().is_some_and(|error| error.kind() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_nobody_has_is_named_and_what_stands_in_quotes_is_no_filter() {
        for (text, unknown) in [
            ("{{ a | shout }}", vec!["shout"]),
            ("{{ a|upper | whisper(1) | shout }}", vec!["whisper", "shout"]),
            ("{{ a | host | intersect(b) | default('| none') | replace(\"|x\", '') }}", vec![]),
            ("a | pipe outside {{ a or b }} | b", vec![]),
        ] {
            assert_eq!(unknown_filters(text), unknown, "{text}");
        }
    }

    #[test]
    fn what_is_offered_is_there_and_a_test_that_nobody_has_is_named() {
        for name in FILTERS {
            assert!(unknown_filters(&format!("{{{{ a | {name} }}}}")).is_empty(), "{name}");
        }
        assert_eq!(unknown_tests("{{ a is defined and b is not definedd }} is odd"), ["definedd"]);
    }
}
