//! Reads pages as plain text, and normalises texts for comparison.

use sha2::{Digest, Sha256};

use super::gathering::one_line;
use super::line::Line;

/// Characters that begin a list entry.
const BULLETS: [char; 9] = ['-', '*', '+', '•', '◦', '▪', '‣', '·', '–'];

/// The spellings of a checkbox.
const BOXES: [&str; 8] = ["[ ]", "[x]", "[X]", "☐", "☑", "☒", "✓", "✔"];

/// Splits a text into lines. List entries that follow each other form one list.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let (mut lists, mut within) = (0, false);
    let line = |(at, line): (usize, &str)| {
        let (rest, boxed) = without_mark(line);
        let listed = rest.len() < line.trim_start().len();
        lists += usize::from(listed && !within);
        within = listed || (within && line.trim().is_empty());
        Line { text: one_line(rest), at: at + 1, list: listed.then_some(lists), boxed }
    };
    text.lines().enumerate().map(line).filter(|line| !line.text.is_empty()).collect()
}

/// Returns a text without the bullets, numbers and checkboxes at its start, and whether there was a checkbox.
fn without_mark(text: &str) -> (&str, bool) {
    let (mut text, mut boxed) = (text.trim_start(), false);
    loop {
        let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = if number.len() < text.len() { number.strip_prefix(['.', ')']) } else { None };
        let ticked = BOXES.iter().find_map(|mark| text.strip_prefix(mark));
        // `-5` and `3.14` are content, not marks: a mark is followed by white space.
        match ticked.or_else(|| text.strip_prefix(BULLETS)).or(numbered) {
            Some(rest) if rest.starts_with(char::is_whitespace) => {
                (text, boxed) = (rest.trim_start(), boxed || ticked.is_some());
            }
            Some(_) | None => return (text, boxed),
        }
    }
}

/// Normalises a text for comparison: without markup, marks, repeated white space, upper case, and punctuation at its
/// end.
pub(crate) fn normalised(text: &str) -> String {
    let unmarked: String = without_mark(text).0.chars().filter(|c| !matches!(c, '`' | '*' | '_' | '~')).collect();
    let lower = one_line(&unmarked).to_lowercase();
    lower.trim_end_matches(['.', ',', ';', ':', '!', '?', '…', ' ']).to_owned()
}

/// Returns the fingerprint of a text, in the form in which an item may pin it.
pub(crate) fn fingerprint(text: &str) -> String {
    let digest = hex::encode(Sha256::digest(normalised(text)));
    format!("sha256:{}", &digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_marks_case_and_final_punctuation_make_no_difference() {
        for text in ["- [ ] Call  `GET /me`!", "2. ☐ **call** get /ME.", "* call get /me", "Call GET /me"] {
            assert_eq!((normalised(text), fingerprint(text)), ("call get /me".into(), fingerprint("call get /me")));
        }
        assert_ne!(fingerprint("at least 3.5"), fingerprint("at least 3"));
        assert_eq!(normalised("3.14 is no mark, -5 neither"), "3.14 is no mark, -5 neither");
    }

    #[test]
    fn entries_that_follow_each_other_are_one_list() {
        let found = lines("Before you begin\n\n- one\n- two\n\nThen\n[ ] three\n");
        let told: Vec<_> = found.iter().map(|line| (line.text.as_str(), line.at, line.list, line.boxed)).collect();
        let wanted = [
            ("Before you begin", 1, None, false),
            ("one", 3, Some(1), false),
            ("two", 4, Some(1), false),
            ("Then", 6, None, false),
            ("three", 7, Some(2), true),
        ];
        assert_eq!(told, wanted);
    }
}
