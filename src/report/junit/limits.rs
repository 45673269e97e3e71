//! Limits on the length of texts and files: readers cut what is longer, or fail.

use crate::report::text::{clipped, one_line};

/// The longest text of one case, in bytes.
pub(super) const MAX_TEXT_BYTES: usize = 32 * 1024;

/// The largest file, in bytes.
pub(super) const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// The limits on a text that are tried in turn until the file is small enough.
pub(super) const BOUNDS: [usize; 4] = [MAX_TEXT_BYTES, MAX_TEXT_BYTES / 8, MAX_TEXT_BYTES / 64, 128];

/// The longest name, message or property, in characters.
pub(super) const MAX_LINE_CHARS: usize = 400;

/// The last line of a text that was cut.
pub(super) const CUT: &str = "\n… cut here; the JSON report is complete\n";

/// Makes a text fit for an attribute: one line, clipped.
pub(super) fn line(text: &str) -> String {
    clipped(&one_line(text), MAX_LINE_CHARS).into_owned()
}
