//! Lines that are put together from pieces of text.

use super::line::Line;

/// Lines under way.
pub(super) struct Gathering<'t> {
    source: &'t str,
    /// How far the line feeds of the source are counted, and how many there were.
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

    /// Adds text that stands at a byte of the source. Bytes never go back.
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

    /// A box to tick stands here.
    pub(super) fn boxed(&mut self) {
        self.boxed = true;
    }

    /// Ends a line.
    pub(super) fn end(&mut self) {
        let text = one_line(&std::mem::take(&mut self.text));
        if !text.is_empty() {
            let list = self.lists.last().copied();
            self.done.push(Line { text, at: self.at, list, boxed: std::mem::take(&mut self.boxed) });
        }
    }

    /// A list begins.
    pub(super) fn open(&mut self) {
        self.end();
        self.all_lists += 1;
        self.lists.push(self.all_lists);
    }

    /// A list ends.
    pub(super) fn close(&mut self) {
        self.end();
        self.lists.pop();
    }

    /// Whether what comes is part of a list.
    pub(super) fn in_list(&self) -> bool {
        !self.lists.is_empty()
    }

    /// All lines.
    pub(super) fn all(mut self) -> Vec<Line> {
        self.end();
        self.done
    }
}

/// All of a text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
