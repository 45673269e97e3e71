//! Whole fields of a text: a short secret is replaced only as one, because it occurs inside many words.

use std::ops::Range;

/// Authentication schemes before a credential, in lower case.
const SCHEMES: [&[u8]; 3] = [b"bearer ", b"basic ", b"token "];

/// Whether a place in a text is a whole field: the text or line, or everything after `=`, `: ` or a quote up to the end
/// of the field.
pub(super) fn is_field(text: &[u8], place: &Range<usize>) -> bool {
    let (before, after) = (text.get(..place.start).unwrap_or_default(), text.get(place.end..).unwrap_or_default());
    let begins = matches!(before.last(), None | Some(b'=' | b'"' | b'\'' | b'\n' | b'>'))
        || before.ends_with(b": ")
        || SCHEMES.iter().any(|scheme| ends_with(before, scheme));
    let ends = after.first().is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'\\,;&)}]<".contains(byte));
    begins && ends
}

fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len().checked_sub(end.len()).and_then(|at| text.get(at..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}
