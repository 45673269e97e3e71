//! The line of a text that is shown with a problem.

use std::borrow::Cow;
use std::ops::Range;

/// Number of bytes after the position that are passed to the renderer; shorter lines are passed whole.
const MAX_EXCERPT_BYTES: usize = 1000;

/// Returns the line at a position, its number and the position in it, cut so that little is shown however long the line
/// is. The renderer also cuts text far from the position, but handles only letters one column wide, so others are
/// replaced. The column stays right.
pub(super) fn line<'t>(text: &'t str, place: &Range<usize>) -> (Cow<'t, str>, usize, Range<usize>) {
    // There is no line after the last one.
    let start = if place.start < text.len() { place.start } else { text.strip_suffix('\n').unwrap_or(text).len() };
    let from = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let to = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let end = place.end.clamp(start, to);
    let number = text[..from].matches('\n').count() + 1;
    let line = &text[from..to.min(text.floor_char_boundary(end + MAX_EXCERPT_BYTES))];
    if line.len() <= MAX_EXCERPT_BYTES || line.is_ascii() {
        return (Cow::Borrowed(line), number, start - from..end - from);
    }
    let column = |byte: usize| text[from..byte].chars().count();
    let plain = line.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    (Cow::Owned(plain), number, column(start)..column(end))
}
