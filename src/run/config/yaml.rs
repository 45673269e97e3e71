//! Parses YAML into a tree: every document of a file, with aliases and merge keys expanded. Scalars stay as written, so
//! that no number is too large.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::error::ConfigError;
use super::tree::{Kind, Node};

/// Maximum number of values in a file after alias expansion; a long text counts as several values.
const MAX_VALUES: usize = 100_000;

/// Length of text that counts as one more value, in bytes.
const MAX_KEY_BYTES: usize = 100;

/// Maximum nesting depth of lists and maps.
const MAX_DEPTH: usize = 200;

/// Parses the documents of a text.
///
/// # Errors
///
/// A syntax error, or a document beyond the limits.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, ConfigError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            ConfigError::syntax("YAML", at.line(), error.info())
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.documents)
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    count: usize,
    /// Number of values that are kept for aliases.
    kept: usize,
}

/// An open list or map: its line, its anchor, its elements so far, and the number of values before it.
struct Open {
    line: usize,
    anchor: usize,
    made: Option<&'static str>,
    inside: Inside,
    before: usize,
}

enum Inside {
    List(Vec<Node>),
    Map(Vec<(String, Node)>, Option<String>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), ConfigError> {
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let size = 1 + text.len() / MAX_KEY_BYTES;
                let kind = scalar(text.into_owned(), style, tag.as_deref());
                self.put(Node { line, kind }, anchor, size)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let (node, size) = known.unwrap_or((Node { line, kind: Kind::Nothing }, 1));
                self.put(node, 0, size)
            }
            Event::SequenceStart(anchor, tag) => self.begin(line, anchor, tag.as_deref(), Inside::List(Vec::new())),
            Event::MappingStart(anchor, tag) => self.begin(line, anchor, tag.as_deref(), Inside::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, tag: Option<&Tag>, inside: Inside) -> Result<(), ConfigError> {
        if self.open.len() == MAX_DEPTH {
            return Err(ConfigError::TooDeep { most: MAX_DEPTH, line });
        }
        self.open.push(Open { line, anchor, made: made_by(tag), inside, before: self.count });
        Ok(())
    }

    fn end(&mut self) -> Result<(), ConfigError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let kind = match (open.made, open.inside) {
            (Some(why), _) => Kind::Made(why),
            (None, Inside::List(items)) => Kind::List(items),
            (None, Inside::Map(members, _)) => Kind::Map(merged(members)),
        };
        let size = self.count - open.before + 1;
        self.count = open.before;
        self.put(Node { line: open.line, kind }, open.anchor, size)
    }

    /// Adds a finished value to its parent, or to the documents.
    fn put(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), ConfigError> {
        self.count += size;
        self.kept += if anchor > 0 { size } else { 0 };
        if self.count.max(self.kept) > MAX_VALUES {
            return Err(ConfigError::TooLarge { line: node.line });
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.documents.push(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(members, key)) => match key.take() {
                Some(key) => members.push((key, node)),
                None => *key = Some(as_key(&node)),
            },
        }
        Ok(())
    }
}

/// Returns a map key as text. A key that is not a scalar becomes empty and cannot be selected.
fn as_key(node: &Node) -> String {
    match &node.kind {
        Kind::Text(text) | Kind::Plain(text) => text.clone(),
        Kind::Map(_) | Kind::List(_) | Kind::Nothing | Kind::Made(_) => String::new(),
    }
}

/// Applies the merge keys (`<<`) of a map. The map's own members take precedence, in any order.
fn merged(members: Vec<(String, Node)>) -> Vec<(String, Node)> {
    if !members.iter().any(|(name, _)| name == "<<") {
        return members;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| name == "<<");
    let maps = merges.into_iter().flat_map(|(_, node)| match node.kind {
        Kind::List(items) => items,
        Kind::Map(_) | Kind::Text(_) | Kind::Plain(_) | Kind::Nothing | Kind::Made(_) => vec![node],
    });
    for map in maps {
        if let Kind::Map(others) = map.kind {
            let known: BTreeSet<String> = own.iter().map(|(name, _)| name.clone()).collect();
            own.extend(others.into_iter().filter(|(name, _)| !known.contains(name)));
        }
    }
    own
}

fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>) -> Kind {
    if let Some(why) = made_by(tag) {
        return Kind::Made(why);
    }
    if style != ScalarStyle::Plain || tag.is_some() {
        return Kind::Text(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Nothing,
        "true" | "false" => Kind::Plain(text),
        number if number.starts_with(|c: char| c.is_ascii_digit() || c == '-') => Kind::Plain(text),
        _ => Kind::Text(text),
    }
}

/// Returns why a value is unknown if it has an application-specific tag (`!vault`, `!Sub`, `!env`): the loading program
/// changes such a value.
fn made_by(tag: Option<&Tag>) -> Option<&'static str> {
    let own = |tag: &&Tag| !tag.is_yaml_core_schema() && !tag.suffix.is_empty();
    tag.filter(own).map(|_| "has a tag by which the loading program changes the value")
}
