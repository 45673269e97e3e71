//! Where a value stands in its text.

use std::ops::Range;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_path_to_error::{Path, Segment};

/// A place in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1; 0 where there is none.
    pub line: usize,
    /// The column, from 1; 0 where there is none.
    pub column: usize,
    /// The bytes in the text.
    pub bytes: Range<usize>,
}

impl Place {
    /// The rest of the word at a line and column.
    pub(super) fn point(text: &str, line: usize, column: usize) -> Self {
        let start = offset(text, line, column.max(1) - 1);
        let word = text[start..].find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len() - start);
        Place { line, column, bytes: start..start + word.max(usize::from(start < text.len())) }
    }
}

/// The byte offset of a line (from 1) and a column (from 0, in characters).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[start..].split('\n').next().unwrap_or("");
    start + rest.char_indices().nth(column).map_or(rest.trim_end().len(), |(at, _)| at)
}

/// The JSON pointer of a path that serde was on.
pub(super) fn pointer(path: &Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// The place of a JSON pointer, or as much of it as exists, or of a key of the map there.
pub(super) fn locate(text: &str, pointer: &str, key: Option<&str>) -> Place {
    let Ok(documents) = MarkedYaml::load_from_str(text) else { return Place::default() };
    let Some(mut node) = documents.first() else { return Place::default() };
    let mut span = node.span;
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let Some((key_span, child)) = member(node, &segment) else { break };
        node = child;
        // An empty value (`key:`) has no extent of its own: its key stands for it.
        span = if child.span.is_empty() { key_span } else { child.span };
    }
    if let Some((key_span, _)) = key.and_then(|key| member(node, key)) {
        span = key_span;
    }
    let (start, end) = (span.start, span.end);
    let from = offset(text, start.line(), start.col());
    let to = offset(text, end.line(), end.col()).max(from);
    // Only the first line of something long is worth showing.
    let first = text[from..to].split('\n').next().unwrap_or("").trim_end().len();
    Place { line: start.line(), column: start.col() + 1, bytes: from..from + first }
}

/// A member of a map or a list, with the span of its key (or its own).
fn member<'n, 'y>(node: &'n MarkedYaml<'y>, name: &str) -> Option<(saphyr_parser::Span, &'n MarkedYaml<'y>)> {
    match &node.data {
        YamlData::Mapping(map) => {
            map.iter().find(|(key, _)| key_text(key) == name).map(|(key, child)| (key.span, child))
        }
        YamlData::Sequence(list) => {
            name.parse::<usize>().ok().and_then(|at| list.get(at)).map(|child| (child.span, child))
        }
        YamlData::Tagged(_, inner) => member(inner, name),
        YamlData::Representation(..) | YamlData::Value(_) | YamlData::Alias(_) | YamlData::BadValue => None,
    }
}

fn key_text(key: &MarkedYaml<'_>) -> String {
    match &key.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => "null".into(),
            Scalar::Boolean(value) => value.to_string(),
            Scalar::Integer(value) => value.to_string(),
            Scalar::FloatingPoint(value) => value.to_string(),
            Scalar::String(text) => text.to_string(),
        },
        YamlData::Representation(text, ..) => text.to_string(),
        YamlData::Sequence(_)
        | YamlData::Mapping(_)
        | YamlData::Tagged(..)
        | YamlData::Alias(_)
        | YamlData::BadValue => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "id: a.b\nwhen:\n  - { request: GET /me, as: me }\n  - wait: \"ø\"\nthen:\n";

    #[test]
    fn a_pointer_leads_to_line_and_column() {
        let place = locate(TEXT, "/when/0/request", None);
        assert_eq!((place.line, place.column, &TEXT[place.bytes]), (3, 16, "GET /me"));
        let place = locate(TEXT, "/when/1/wait", None);
        assert_eq!((place.line, &TEXT[place.bytes]), (4, "\"ø\""));
    }

    #[test]
    fn a_key_and_a_missing_end_are_found_as_well() {
        let place = locate(TEXT, "/when/0", Some("as"));
        assert_eq!((place.line, &TEXT[place.bytes]), (3, "as"));
        assert_eq!(locate(TEXT, "/when/7/x", None).line, 2.max(locate(TEXT, "/when", None).line));
        assert_eq!(locate("[a", "/a", None), Place::default());
    }
}
