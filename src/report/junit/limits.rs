//! How long texts and files may be, since readers cut or fail where they are longer.

use crate::report::text::{clipped, one_line};

/// The most bytes that the text of one case may have: readers cut, or fail, where texts are long.
pub(super) const MAX_TEXT_BYTES: usize = 32 * 1024;

/// The most bytes that a file may have.
pub(super) const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// The bounds that are tried, one after another, until the file is small enough.
pub(super) const BOUNDS: [usize; 4] = [MAX_TEXT_BYTES, MAX_TEXT_BYTES / 8, MAX_TEXT_BYTES / 64, 128];

/// The most characters that a name, a message or a property may have.
pub(super) const MAX_LINE_CHARS: usize = 400;

/// The end of a text that was cut.
pub(super) const CUT: &str = "\n… cut here; the JSON report is complete\n";

/// A text for an attribute.
pub(super) fn line(text: &str) -> String {
    clipped(&one_line(text), MAX_LINE_CHARS).into_owned()
}
