//! Adding lines to a block of a YAML text, which keeps its comments and its layout.

/// The text with lines at the end of the block below a key at the top; the key is added where there is none. `None`:
/// the key's value is not a block.
pub(super) fn extended(text: &str, key: &str, lines: &[String]) -> Option<String> {
    let all: Vec<&str> = text.lines().collect();
    let head = format!("{key}:");
    let Some(at) = all.iter().position(|line| line.starts_with(&head)) else {
        let mut text = text.trim_end().to_owned() + "\n\n" + &head + "\n";
        text.extend(lines.iter().flat_map(|line| ["  ", line, "\n"]));
        return Some(text);
    };
    let rest = all[at][head.len()..].trim();
    if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    let inside = |line: &&&str| line.is_empty() || line.starts_with([' ', '\t', '-', '#']);
    let block: Vec<&str> = all[at + 1..].iter().take_while(inside).copied().collect();
    // What stands at the margin below the last line belongs to what comes after.
    let own = |line: &&str| line.starts_with([' ', '\t', '-']) && !line.trim().is_empty();
    let length = block.iter().rposition(own).map_or(0, |last| last + 1);
    let first = block[..length].iter().find(|line| own(line) && !line.trim_start().starts_with('#'));
    let indent = first.map_or(2, |line| line.len() - line.trim_start().len());
    let end = at + 1 + length;
    let new: Vec<String> = lines.iter().map(|line| format!("{}{line}", " ".repeat(indent))).collect();
    let parts = all[..end].iter().copied().chain(new.iter().map(String::as_str)).chain(all[end..].iter().copied());
    Some(parts.collect::<Vec<_>>().join("\n") + "\n")
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
        ] {
            assert_eq!(extended(text, "items", &line).as_deref(), expected, "{text}");
        }
    }
}
