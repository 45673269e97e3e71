//! The positions of values in a text.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScanError, Span};
use serde_path_to_error::{Path, Segment};

use crate::json::escaped;

/// A position in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1; 0 for none.
    pub line: usize,
    /// The column, from 1; 0 for none.
    pub column: usize,
    /// The bytes in the text.
    pub bytes: Range<usize>,
}

impl Position {
    /// Returns the rest of the word at a line and column.
    pub(super) fn point(text: &str, line: usize, column: usize) -> Self {
        let start = offset(text, line, column.max(1) - 1);
        let word = text[start..].find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len() - start);
        // Outside a word, the range is one character, possibly of several bytes.
        let letter = text[start..].chars().next().map_or(0, char::len_utf8);
        Position { line, column, bytes: start..start + word.max(letter) }
    }

    /// Returns the rest of the word at a byte.
    pub(super) fn at_byte(text: &str, byte: usize) -> Self {
        let start = text[..byte].rfind('\n').map_or(0, |end| end + 1);
        Position::point(text, text[..byte].matches('\n').count() + 1, text[start..byte].chars().count() + 1)
    }

    /// Returns the first line of an extent: of a long one, only that is worth showing.
    fn of(text: &str, extent: &Extent) -> Self {
        let from = extent.bytes.start;
        let first = text[extent.bytes.clone()].split('\n').next().unwrap_or("").trim_end().len();
        Position { line: extent.line, column: extent.column, bytes: from..from + first }
    }
}

/// Returns the byte offset of a line (from 1) and a column (from 0, in characters).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[start..].split('\n').next().unwrap_or("");
    start + rest.char_indices().nth(column).map_or(rest.trim_end().len(), |(at, _)| at)
}

/// Writes a serde path as a JSON pointer.
pub(super) fn pointer(path: &Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Maximum depth that is searched; accepted texts are never that deep.
const MAX_DEPTH: usize = 256;

/// The position of every value of a text, and of its key if it has one, by JSON pointer.
#[derive(Debug, Default)]
pub(super) struct Positions(BTreeMap<String, Spot>);

#[derive(Clone, Debug)]
struct Spot {
    key: Option<Extent>,
    value: Extent,
}

/// A range in line and column positions.
#[derive(Clone, Debug)]
struct Extent {
    line: usize,
    column: usize,
    bytes: Range<usize>,
}

/// Converts a parser's markers to byte offsets, moving forward from one to the next: a file may have very many, all in
/// one line.
struct Cursor<'t> {
    text: &'t str,
    /// The line, from 1, with its first byte.
    line: (usize, usize),
    /// The column, from 0 and in characters, with its byte.
    column: (usize, usize),
}

impl Cursor<'_> {
    fn extent(&mut self, span: Span) -> Extent {
        let from = self.seek(span.start.line(), span.start.col());
        let to = self.seek(span.end.line(), span.end.col()).max(from);
        Extent { line: span.start.line(), column: span.start.col() + 1, bytes: from..to }
    }

    /// Returns the byte of a line and a column; the end of the line's text if it is shorter.
    fn seek(&mut self, line: usize, column: usize) -> usize {
        if line < self.line.0 {
            (self.line, self.column) = ((1, 0), (0, 0));
        }
        while self.line.0 < line {
            let rest = &self.text[self.line.1..];
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            self.line = (self.line.0 + 1, self.line.1 + length);
            self.column = (0, self.line.1);
        }
        while self.column.0 > column {
            let last = self.text[..self.column.1].chars().next_back().map_or(0, char::len_utf8);
            self.column = (self.column.0 - 1, self.column.1 - last);
        }
        while self.column.0 < column {
            match self.text[self.column.1..].chars().next().filter(|next| *next != '\n') {
                Some(next) => self.column = (self.column.0 + 1, self.column.1 + next.len_utf8()),
                None => return self.line.1 + self.text[self.line.1..self.column.1].trim_end().len(),
            }
        }
        self.column.1
    }
}

impl Positions {
    /// Finds the positions in the first document of a text; none if it does not parse.
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader::of(text);
        match reader.read(text) {
            Ok(()) => Positions(reader.found),
            Err(_) => Positions::default(),
        }
    }

    /// Returns the position at a JSON pointer, or at its longest existing prefix, or of a key in the map there.
    pub(super) fn locate(&self, text: &str, pointer: &str, key: Option<&str>) -> Position {
        let mut pointer = pointer;
        let spot = loop {
            match (self.0.get(pointer), pointer.rfind('/')) {
                (Some(spot), _) => break spot,
                (None, Some(at)) => pointer = &pointer[..at],
                (None, None) => return Position::default(),
            }
        };
        let of_key = key.and_then(|key| self.0.get(&format!("{pointer}/{}", escaped(key)))?.key.as_ref());
        // An empty value (`key:`) has no extent of its own; its key is used.
        let of_value = spot.key.as_ref().filter(|_| spot.value.bytes.is_empty()).unwrap_or(&spot.value);
        Position::of(text, of_key.unwrap_or(of_value))
    }
}

/// Consumes the parser's events.
struct Reader<'t> {
    cursor: Cursor<'t>,
    found: BTreeMap<String, Spot>,
    open: Vec<Open>,
    pointer: String,
}

/// An open list or map.
struct Open {
    pointer: usize,
    start: Extent,
    own_key: Option<Extent>,
    inside: Inside,
}

enum Inside {
    List(usize),
    Map(Option<(String, Extent)>),
}

impl<'t> Reader<'t> {
    fn of(text: &'t str) -> Self {
        let cursor = Cursor { text, line: (1, 0), column: (0, 0) };
        Reader { cursor, found: BTreeMap::new(), open: Vec::new(), pointer: String::new() }
    }

    fn read(&mut self, text: &str) -> Result<(), ScanError> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event?;
            let span = self.cursor.extent(span);
            match event {
                Event::Scalar(value, ..) => self.single(value.into_owned(), span),
                Event::Alias(_) => self.single(String::new(), span),
                Event::SequenceStart(..) => self.begin(span, Inside::List(0)),
                Event::MappingStart(..) => self.begin(span, Inside::Map(None)),
                Event::SequenceEnd | Event::MappingEnd => self.end(&span),
                Event::DocumentEnd => return Ok(()),
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
            }
            if self.open.len() > MAX_DEPTH {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Records a scalar, or keeps it as the key of the next value.
    fn single(&mut self, text: String, span: Extent) {
        if let Some(Open { inside: Inside::Map(key @ None), .. }) = self.open.last_mut() {
            *key = Some((text, span));
            return;
        }
        let length = self.pointer.len();
        let key = self.enter();
        self.found.insert(self.pointer.clone(), Spot { key, value: span });
        self.pointer.truncate(length);
    }

    fn begin(&mut self, span: Extent, inside: Inside) {
        // A list or map as a key: JSON has no such keys, so its content does not matter.
        if let Some(Open { inside: Inside::Map(key @ None), .. }) = self.open.last_mut() {
            *key = Some((String::new(), span.clone()));
        }
        let pointer = self.pointer.len();
        let own_key = self.enter();
        self.open.push(Open { pointer, start: span, own_key, inside });
    }

    fn end(&mut self, span: &Extent) {
        let Some(open) = self.open.pop() else { return };
        let from = open.start.bytes.start;
        let value = Extent { bytes: from..span.bytes.start.max(from), ..open.start };
        self.found.insert(self.pointer.clone(), Spot { key: open.own_key, value });
        self.pointer.truncate(open.pointer);
    }

    /// Moves to the next element of the open list or map; returns its key.
    fn enter(&mut self) -> Option<Extent> {
        let (segment, key) = match &mut self.open.last_mut()?.inside {
            Inside::List(at) => {
                *at += 1;
                ((*at - 1).to_string(), None)
            }
            Inside::Map(key) => key.take().map_or_else(Default::default, |(text, span)| (text, Some(span))),
        };
        self.pointer.extend(["/", &escaped(&segment)]);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "id: a.b\nwhen:\n  - { request: GET /me, as: me }\n  - wait: \"ø\"\nthen:\n";

    fn locate(text: &str, pointer: &str, key: Option<&str>) -> Position {
        Positions::of(text).locate(text, pointer, key)
    }

    #[test]
    fn a_pointer_leads_to_line_and_column() {
        let place = locate(TEXT, "/when/0/request", None);
        assert_eq!((place.line, place.column, &TEXT[place.bytes]), (3, 16, "GET /me"));
        let place = locate(TEXT, "/when/1/wait", None);
        assert_eq!((place.line, &TEXT[place.bytes]), (4, "\"ø\""));
    }

    #[test]
    fn a_place_ends_where_a_letter_ends() {
        for text in ["\u{85}x", "\u{2028}x", "\u{1f600}", " x", ""] {
            let place = Position::point(text, 1, 1);
            assert!(text.is_char_boundary(place.bytes.end), "{text:?} {place:?}");
        }
    }

    #[test]
    fn a_key_and_a_missing_end_are_found_as_well() {
        let place = locate(TEXT, "/when/0", Some("as"));
        assert_eq!((place.line, &TEXT[place.bytes]), (3, "as"));
        assert_eq!(locate(TEXT, "/when/7/x", None).line, 2.max(locate(TEXT, "/when", None).line));
        assert_eq!(locate("[a", "/a", None), Position::default());
    }
}
