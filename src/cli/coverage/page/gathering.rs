//! Assembles lines from pieces of text.

use super::line::Line;

/// The lines of a page while they are assembled.
pub(super) struct Gathering<'t> {
    source: &'t str,
    /// The position up to which line feeds are counted, and their number.
    counted: (usize, usize),
    done: Vec<Line>,
    text: String,
    at: usize,
    boxed: bool,
    lists: Vec<usize>,
    all_lists: usize,
}

impl<'t> Gathering<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Gathering {
            source,
            counted: (0, 0),
            done: Vec::new(),
            text: String::new(),
            at: 1,
            boxed: false,
            lists: Vec::new(),
            all_lists: 0,
        }
    }

    /// Adds a piece of text that begins at a byte of the source. Pieces come in the order of the source.
    pub(super) fn add(&mut self, text: &str, byte: usize) {
        if self.text.trim().is_empty() && !text.trim().is_empty() {
            let (from, passed) = self.counted;
            let start = byte + text.len() - text.trim_start().len();
            let start = start.clamp(from, self.source.len());
            let feeds = self.source.as_bytes()[from..start].split(|byte| *byte == b'\n').count() - 1;
            self.counted = (start, passed + feeds);
            self.at = self.counted.1 + 1;
        }
        self.text.push_str(text);
    }

    /// Marks the current line as one with a checkbox.
    pub(super) fn boxed(&mut self) {
        self.boxed = true;
    }

    /// Ends the current line.
    pub(super) fn end(&mut self) {
        let text = one_line(&std::mem::take(&mut self.text));
        if !text.is_empty() {
            let list = self.lists.last().copied();
            self.done.push(Line { text, at: self.at, list, boxed: std::mem::take(&mut self.boxed) });
        }
    }

    /// Begins a list.
    pub(super) fn open(&mut self) {
        self.end();
        self.all_lists += 1;
        self.lists.push(self.all_lists);
    }

    /// Ends a list.
    pub(super) fn close(&mut self) {
        self.end();
        self.lists.pop();
    }

    /// Whether the current position is within a list.
    pub(super) fn in_list(&self) -> bool {
        !self.lists.is_empty()
    }

    /// Returns all lines.
    pub(super) fn all(mut self) -> Vec<Line> {
        self.end();
        self.done
    }
}

/// Puts a text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
