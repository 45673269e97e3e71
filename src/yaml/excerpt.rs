//! The part of a text that is shown beside a problem.

use std::borrow::Cow;
use std::ops::Range;

/// Lines up to so many bytes are shown as they are.
const SHORT: usize = 1000;

/// A text and a place in it, so that little is shown of a line however long it is. Whoever shows it leaves out what is far
/// from the place, but only of letters that each take one column: others are replaced. Line and column stay right.
pub(super) fn shown<'t>(text: &'t str, place: &Range<usize>) -> (Cow<'t, str>, Range<usize>) {
    let from = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
    let to = text[place.start..].find('\n').map_or(text.len(), |end| place.start + end);
    let line = &text[from..to];
    if line.len() <= SHORT || line.is_ascii() {
        return (Cow::Borrowed(text), place.clone());
    }
    let replaced: String = line.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    let column = |byte: usize| from + text[from..byte.min(to)].chars().count();
    let place = column(place.start)..column(place.end.max(place.start));
    (Cow::Owned([&text[..from], &replaced, &text[to..]].concat()), place)
}
