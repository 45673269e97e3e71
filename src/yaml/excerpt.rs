//! The line of a text that is shown beside a problem.

use std::borrow::Cow;
use std::ops::Range;

/// So many bytes after the place are given to whoever shows the line, and lines up to so many are given as they are.
const NEAR: usize = 1000;

/// The line of a place, its number and the place in it, so that little is shown however long it is. Whoever shows it leaves out what is
/// far from the place, but only of letters that each take one column: others are replaced. The column stays right.
pub(super) fn line<'t>(text: &'t str, place: &Range<usize>) -> (Cow<'t, str>, usize, Range<usize>) {
    // After the last line there is none to show.
    let start = if place.start < text.len() { place.start } else { text.strip_suffix('\n').unwrap_or(text).len() };
    let from = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let to = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let end = place.end.clamp(start, to);
    let number = text[..from].matches('\n').count() + 1;
    let line = &text[from..to.min(text.floor_char_boundary(end + NEAR))];
    if line.len() <= NEAR || line.is_ascii() {
        return (Cow::Borrowed(line), number, start - from..end - from);
    }
    let column = |byte: usize| text[from..byte].chars().count();
    let plain = line.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    (Cow::Owned(plain), number, column(start)..column(end))
}
