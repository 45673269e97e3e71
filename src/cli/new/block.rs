//! Adds lines to a block of a YAML text and keeps its comments and layout.

/// Returns the text with lines added at the end of the block below a top-level key; a missing key is added. Existing
/// lines stay byte for byte, and new lines end like the first one. `None` if the key's value is not a block.
pub(super) fn extended(text: &str, key: &str, lines: &[String]) -> Option<String> {
    let whole: Vec<&str> = text.split_inclusive('\n').collect();
    let all: Vec<&str> = text.lines().collect();
    let end_of_line = if whole.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let new = |indent: usize| -> String {
        lines.iter().map(|line| format!("{}{line}{end_of_line}", " ".repeat(indent))).collect()
    };
    let head = format!("{key}:");
    let Some(at) = all.iter().position(|line| line.starts_with(&head)) else {
        return Some([text.trim_end(), end_of_line, end_of_line, &head, end_of_line, &new(2)].concat());
    };
    let rest = all[at][head.len()..].trim();
    if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    let inside = |line: &&&str| line.is_empty() || line.starts_with([' ', '\t', '-', '#']);
    let block: Vec<&str> = all[at + 1..].iter().take_while(inside).copied().collect();
    // Comments at the margin below the last entry belong to what follows.
    let own = |line: &&str| line.starts_with([' ', '\t', '-']) && !line.trim().is_empty();
    let length = block.iter().rposition(own).map_or(0, |last| last + 1);
    let first = block[..length].iter().find(|line| own(line) && !line.trim_start().starts_with('#'));
    let indent = first.map_or(2, |line| line.len() - line.trim_start().len());
    let (before, after) = whole.split_at(at + 1 + length);
    let mut text = before.concat();
    if !text.ends_with('\n') {
        text.push_str(end_of_line);
    }
    Some(text + &new(indent) + &after.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_at_the_end_of_the_block_and_nothing_else_changes() {
        let line = ["- b".to_owned()];
        for (text, expected) in [
            ("items:\n  - a\n\n# c\nx: 1\n", Some("items:\n  - a\n  - b\n\n# c\nx: 1\n")),
            ("items:\n- a\nx: 1\n", Some("items:\n- a\n- b\nx: 1\n")),
            ("items: # all\n    # one\n    - a # two\n", Some("items: # all\n    # one\n    - a # two\n    - b\n")),
            ("items:\nx: 1\n", Some("items:\n  - b\nx: 1\n")),
            ("x: 1\n", Some("x: 1\n\nitems:\n  - b\n")),
            ("items: [a]\nx: 1\n", None),
            ("items:\r\n  - a\r\nx: 1\r\n", Some("items:\r\n  - a\r\n  - b\r\nx: 1\r\n")),
            ("x: 1\r\n", Some("x: 1\r\n\r\nitems:\r\n  - b\r\n")),
            ("items:\n  - a", Some("items:\n  - a\n  - b\n")),
            ("items:\n  - a\nx: 1", Some("items:\n  - a\n  - b\nx: 1")),
        ] {
            assert_eq!(extended(text, "items", &line).as_deref(), expected, "{text}");
        }
    }
}
