//! Limits how many quoted attributes a tag may have: the tokenizer calls itself for each value in double quotes, so a
//! tag with too many of them would overflow the stack.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use html5gum::{Readable, Reader, StringReader};

/// The most values in double quotes that one tag may have.
const MAX_ATTRIBUTES: usize = 100;

/// The error for a tag with too many attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "has a tag with more than {MAX_ATTRIBUTES} attributes")
    }
}

impl std::error::Error for TooMany {}

/// A text that fails to read on within a tag with too many attributes.
pub(super) struct Tags<'t> {
    text: StringReader<'t>,
    quotes: Rc<Cell<usize>>,
}

/// Resets the count at the start of each token.
pub(super) struct Next(Rc<Cell<usize>>);

impl Next {
    pub(super) fn begins(&self) {
        self.0.set(0);
    }
}

impl<'t> Tags<'t> {
    pub(super) fn of(text: &'t str) -> (Self, Next) {
        let quotes = Rc::new(Cell::new(0));
        (Tags { text: text.to_reader(), quotes: quotes.clone() }, Next(quotes))
    }

    fn counted<T>(&self, read: T, is_quote: impl FnOnce(&T) -> bool) -> Result<T, TooMany> {
        let quotes = self.quotes.get() + usize::from(is_quote(&read));
        self.quotes.set(quotes);
        if quotes > 2 * MAX_ATTRIBUTES { Err(TooMany) } else { Ok(read) }
    }
}

impl Reader for Tags<'_> {
    type Error = TooMany;

    fn read_byte(&mut self) -> Result<Option<u8>, TooMany> {
        let Ok(read) = self.text.read_byte();
        self.counted(read, |byte| *byte == Some(b'"'))
    }

    fn read_until<'b>(&'b mut self, needle: &[u8], buffer: &'b mut [u8; 4]) -> Result<Option<&'b [u8]>, TooMany> {
        let Ok(read) = self.text.read_until(needle, buffer);
        let quotes = self.quotes.get() + usize::from(read == Some(b"\"".as_slice()));
        self.quotes.set(quotes);
        if quotes > 2 * MAX_ATTRIBUTES { Err(TooMany) } else { Ok(read) }
    }

    fn try_read_string(&mut self, text: &[u8], case_sensitive: bool) -> Result<bool, TooMany> {
        let Ok(read) = self.text.try_read_string(text, case_sensitive);
        Ok(read)
    }
}
