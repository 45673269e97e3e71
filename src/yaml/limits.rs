//! Limits checked before a parser reads a text that would take too much time or memory.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScanError, Span};
use serde::de::IgnoredAny;

use super::document::Document;
use super::parse_errors;
use super::position::Position;
use super::problem::Problem;

/// Maximum nesting of brackets; the parser's time grows with its square.
const MAX_DEPTH: usize = 1000;

/// Maximum nesting of lists and maps, with or without brackets; the parser's own limit.
const MAX_VALUE_DEPTH: usize = 127;

/// Maximum number of values in a text, including those repeated by aliases (`*name`).
const MAX_VALUES: usize = 50_000;

/// Maximum number of values repeated by aliases: the parser copies each one.
const MAX_REPEATED: usize = 20_000;

/// Maximum number of bytes repeated by aliases.
const MAX_BYTES: usize = 1 << 20;

/// Maximum total length of the JSON pointers of all values, in bytes: a few long keys above many values add up.
const MAX_PATH_BYTES: usize = 16 << 20;

/// A shorter text without aliases is never too large, in bytes.
const SMALL_FILE_BYTES: usize = 16 << 10;

/// Returns the limit that a text exceeds; for a text with aliases, also any syntax error.
pub(super) fn exceeded(document: &Document) -> Vec<Problem> {
    let text: &str = &document.text;
    if let Some(byte) = too_deep(text) {
        let message = format!("brackets are nested more than {MAX_DEPTH} deep here");
        return vec![Problem::at(document, Position::at_byte(text, byte), message)];
    }
    let repeats = text.contains('*') && text.contains('&');
    if let Some((byte, name)) = repeats.then(|| twice(text)).flatten() {
        let problem =
            Problem::at(document, Position::at_byte(text, byte), format!("the anchor `&{name}` is defined twice"));
        return vec![problem.hint("give each anchor a name of its own")];
    }
    if !repeats && text.len() < SMALL_FILE_BYTES {
        return Vec::new();
    }
    match Count::default().count_all(text) {
        Ok(()) => Vec::new(),
        Err(Stopped::Exceeded(span, message)) => {
            let place = Position::point(text, span.start.line(), span.start.col() + 1);
            vec![Problem::at(document, place, message).hint("remove what is not needed")]
        }
        // Without aliases nothing grows, and the other parser's errors have explanations.
        Err(Stopped::NoYaml(_)) if !repeats => Vec::new(),
        // A text that cannot be counted must not be expanded. The other parser finds the error without expanding it.
        Err(Stopped::NoYaml(error)) => match serde_yaml::from_str::<IgnoredAny>(text) {
            Err(error) => parse_errors::problems(document, &error),
            Ok(_) => {
                let place = Position::point(text, error.marker().line(), error.marker().col() + 1);
                vec![Problem::at(document, place, format!("this is not valid YAML: {}", error.info()))]
            }
        },
    }
}

/// Finds the first bracket beyond the maximum nesting. Brackets inside texts count too; they close as well.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

/// Finds an anchor that is defined twice, with its name: the parser would confuse the two, and the expanded size could
/// not be computed. Anything that looks like one in a text or comment counts too.
fn twice(text: &str) -> Option<(usize, &str)> {
    let mut known = BTreeSet::new();
    text.match_indices('&').find_map(|(at, _)| {
        let within = |c: char| c.is_alphanumeric() || "=/.%&".contains(c);
        let name = &text[at + 1..];
        let name = &name[..name.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).unwrap_or(name.len())];
        let begins = !name.is_empty() && !text[..at].ends_with(within);
        (begins && !known.insert(name)).then_some((at, name))
    })
}

/// Why counting stopped early.
enum Stopped {
    Exceeded(Span, String),
    NoYaml(ScanError),
}

/// An amount of content.
#[derive(Clone, Copy, Default)]
struct Size {
    values: usize,
    bytes: usize,
    /// Total length of the JSON pointers, in bytes.
    paths: usize,
}

impl Size {
    fn add(&mut self, other: Size) {
        self.values = self.values.saturating_add(other.values);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.paths = self.paths.saturating_add(other.paths);
    }
}

/// An open list or map.
struct Open {
    anchor: usize,
    size: Size,
    /// The length of its JSON pointer.
    path: usize,
    is_map: bool,
    /// The length of the key whose value comes next.
    key: Option<usize>,
}

/// The counts so far.
#[derive(Default)]
struct Count {
    /// The size of the value at each anchor.
    sizes: BTreeMap<usize, Size>,
    open: Vec<Open>,
    all: Size,
    repeated: Size,
}

impl Count {
    fn count_all(mut self, text: &str) -> Result<(), Stopped> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(Stopped::NoYaml)?;
            self.take(&event);
            if let Some(message) = self.too_much() {
                return Err(Stopped::Exceeded(span, message));
            }
        }
        Ok(())
    }

    fn too_much(&self) -> Option<String> {
        let repeated = |what: String| Some(format!("with this alias, more than {what} are repeated"));
        if self.repeated.values > MAX_REPEATED {
            repeated(format!("{MAX_REPEATED} values"))
        } else if self.repeated.bytes > MAX_BYTES {
            repeated(format!("{MAX_BYTES} bytes"))
        } else if self.all.values > MAX_VALUES {
            Some(format!("from here on there are more than {MAX_VALUES} values"))
        } else if self.open.len() > MAX_VALUE_DEPTH {
            Some(format!("lists and maps are nested more than {MAX_VALUE_DEPTH} deep here"))
        } else if self.all.paths > MAX_PATH_BYTES {
            Some("the keys above this are too long for the number of values below them".into())
        } else {
            None
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        let path = self.open.last().map_or(0, |above| above.path + 1 + above.key.unwrap_or_default());
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let size = Size { values: 1, bytes: text.len(), paths: path };
                self.all.add(size);
                self.done(*anchor, size, text.len());
            }
            Event::Alias(anchor) => {
                let mut size = self.sizes.get(anchor).copied().unwrap_or_default();
                size.add(Size { values: 0, bytes: 0, paths: path.saturating_mul(size.values) });
                self.repeated.add(size);
                self.all.add(size);
                self.done(0, size, size.bytes);
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                let size = Size { values: 1, bytes: 0, paths: path };
                self.all.add(size);
                let is_map = matches!(event, Event::MappingStart(..));
                self.open.push(Open { anchor: *anchor, size, path, is_map, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.done(open.anchor, open.size, 0);
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
    }

    /// Records a complete value; `length` is its length if it is the key of a map.
    fn done(&mut self, anchor: usize, size: Size, length: usize) {
        if anchor > 0 {
            self.sizes.insert(anchor, size);
        }
        if let Some(above) = self.open.last_mut() {
            above.size.add(size);
            above.key = (above.is_map && above.key.is_none()).then_some(length);
        }
    }
}
