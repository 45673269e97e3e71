//! Parses JSON and TOML into a tree. Numbers stay as written, so none is too large. Like many loaders, the JSON parser
//! accepts comments and trailing commas.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::tree::{Kind, Node};

/// Parses a JSON text. An empty text has no document.
///
/// # Errors
///
/// A syntax error, with its line.
pub(super) fn of_json(text: &str) -> Result<Vec<Node>, ConfigError> {
    let options = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options);
    let parsed = parsed.map_err(|error| ConfigError::syntax("JSON", error.line_display(), error.kind()))?;
    let lines = Lines::from_text(text);
    Ok(parsed.value.iter().map(|value| json(&lines, value)).collect())
}

fn json(lines: &Lines, value: &Value<'_>) -> Node {
    let kind = match value {
        Value::StringLit(literal) => Kind::Text(literal.value.clone().into_owned()),
        Value::NumberLit(literal) => Kind::Plain(literal.value.to_owned()),
        Value::BooleanLit(literal) => Kind::Plain(literal.value.to_string()),
        Value::NullKeyword(_) => Kind::Nothing,
        Value::Array(array) => Kind::List(array.elements.iter().map(|inner| json(lines, inner)).collect()),
        Value::Object(object) => {
            let name = |name: &ObjectPropName<'_>| name.as_str().to_owned();
            Kind::Map(object.properties.iter().map(|one| (name(&one.name), json(lines, &one.value))).collect())
        }
    };
    Node { line: lines.line_of(value.range().start), kind }
}

/// Parses a TOML text.
///
/// # Errors
///
/// A syntax error, with its line.
pub(super) fn of_toml(text: &str) -> Result<Vec<Node>, ConfigError> {
    let lines = &Lines::from_text(text);
    let parsed = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.line_of(span.start));
        ConfigError::syntax("TOML", line, error.message())
    })?;
    Ok(vec![Node { line: 1, kind: table(lines, parsed.get_ref()) }])
}

fn table(lines: &Lines, table: &DeTable<'_>) -> Kind {
    let member = |(name, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
        let node = Node { line: lines.line_of(value.span().start), kind: toml(lines, value.get_ref()) };
        (name.get_ref().to_string(), node)
    };
    Kind::Map(table.iter().map(member).collect())
}

fn toml(lines: &Lines, value: &DeValue<'_>) -> Kind {
    match value {
        DeValue::String(inner) => Kind::Text(inner.to_string()),
        DeValue::Integer(number) => Kind::Plain(number.to_string()),
        DeValue::Float(number) => Kind::Plain(number.to_string()),
        DeValue::Boolean(word) => Kind::Plain(word.to_string()),
        DeValue::Datetime(time) => Kind::Plain(time.to_string()),
        DeValue::Table(inner) => table(lines, inner),
        DeValue::Array(items) => {
            let item = |item: &toml::Spanned<DeValue<'_>>| Node {
                line: lines.line_of(item.span().start),
                kind: toml(lines, item.get_ref()),
            };
            Kind::List(items.iter().map(item).collect())
        }
    }
}

/// The offsets of line ends, for fast lookup of lines in files with very many values.
struct Lines(Vec<usize>);

impl Lines {
    fn from_text(text: &str) -> Self {
        Lines(text.match_indices('\n').map(|(end, _)| end).collect())
    }

    /// Returns the line of a byte offset, from 1.
    fn line_of(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }
}
