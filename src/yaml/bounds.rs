//! What is refused before a parser sees it, because it would take too long or too much memory.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, Span};

use super::{Document, Place, Problem};

/// Brackets may be nested so deep; the parser's time grows with the square of that.
const DEEPEST: usize = 1000;

/// So many values may be written by aliases (`*name`): the parser writes each out.
const MOST_REPEATED: usize = 20_000;

/// What makes a text too much, if anything does.
pub(super) fn exceeded(document: &Document) -> Option<Problem> {
    let text: &str = &document.text;
    if let Some((line, column)) = too_deep(text) {
        let message = format!("brackets are nested more than {DEEPEST} deep here");
        return Some(Problem::at(document, Place::point(text, line, column), message));
    }
    let aliased = text.contains('*') && text.contains('&');
    let span = if aliased { too_many(text) } else { None }?;
    let place = Place::point(text, span.start.line(), span.start.col() + 1);
    let message = format!("with this alias more than {MOST_REPEATED} values are repeated");
    Some(Problem::at(document, place, message).hint("write what is meant, or repeat less"))
}

/// Line and column of a bracket that is one too many. Brackets in texts are counted as well, since they have an end.
fn too_deep(text: &str) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            let line = text[..at].matches('\n').count();
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            return Some((line + 1, text[start..at].chars().count() + 1));
        }
    }
    None
}

/// The alias with which too many values are repeated.
fn too_many(text: &str) -> Option<Span> {
    // How many values stand under each anchor, and in what is open; the latter with its anchor.
    let (mut sizes, mut open) = (BTreeMap::new(), vec![(0, 0_usize)]);
    let mut repeated = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let (anchor, size) = match event {
            Event::Scalar(_, _, anchor, _) => (anchor, 1),
            Event::Alias(anchor) => {
                let size = sizes.get(&anchor).copied().unwrap_or(1);
                repeated = repeated.saturating_add(size);
                if repeated > MOST_REPEATED {
                    return Some(span);
                }
                (0, size)
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                open.push((anchor, 1));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop()?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                continue;
            }
        };
        if anchor > 0 {
            sizes.insert(anchor, size);
        }
        if let Some((_, whole)) = open.last_mut() {
            *whole = whole.saturating_add(size);
        }
    }
    None
}
