//! A structured file of any format, and the selection of values in it by a key.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::entries::{ConfigValue, alike};
use super::error::ConfigError;

/// A value with its line.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The line number, from 1.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The members in file order; a name may occur twice.
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Text(String),
    /// A number or a keyword of the format, as written.
    Plain(String),
    Nothing,
    /// A value that only the loading program can determine; the text says why.
    Made(&'static str),
}

impl Node {
    fn said(&self) -> ConfigValue {
        match &self.kind {
            Kind::Text(text) | Kind::Plain(text) => ConfigValue::parse(text),
            Kind::Nothing => ConfigValue::Nothing,
            Kind::Map(_) | Kind::List(_) => ConfigValue::Several,
            Kind::Made(why) => ConfigValue::Unknown(why),
        }
    }

    /// Converts the value to JSON, so that paths can select in it. Of a duplicate key, the last value counts.
    fn json(&self) -> Value {
        match &self.kind {
            Kind::Map(members) => {
                Value::Object(members.iter().map(|(name, node)| (name.clone(), node.json())).collect::<Map<_, _>>())
            }
            Kind::List(items) => items.iter().map(Node::json).collect(),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::Plain(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
            Kind::Nothing | Kind::Made(_) => Value::Null,
        }
    }
}

/// Returns the values for a key in a document. The key is a JSON path or a dotted name.
///
/// # Errors
///
/// The key begins as a JSON path but is not a valid one.
pub(super) fn named(root: &Node, key: &str) -> Result<Vec<(usize, ConfigValue)>, ConfigError> {
    if key.starts_with('$') {
        match JsonPath::parse(key) {
            Ok(path) => return Ok(by_path(root, &path)),
            // In a JSON path, a name with a hyphen needs quotes. They are easily forgotten, so `$.a-b` is read as a
            // dotted name.
            Err(error) if !key.starts_with("$.") => {
                return Err(ConfigError::NotAPath { key: key.to_owned(), cause: error });
            }
            Err(_) => {}
        }
    }
    let dotted = key.trim_start_matches("$.");
    let by = |mark: char| dotted.split(mark).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let ways: [Vec<String>; 2] = [parts(dotted), by(':')];
    for same in [(|a, b| a == b) as fn(&str, &str) -> bool, alike] {
        for way in &ways {
            let mut found = Vec::new();
            below(root, way, same, &mut found);
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }
    Ok(Vec::new())
}

/// Splits a dotted name into its parts; `list[0]` becomes `list` and `0`.
fn parts(dotted: &str) -> Vec<String> {
    dotted.replace('[', ".").replace(']', "").split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn by_path(root: &Node, path: &JsonPath) -> Vec<(usize, ConfigValue)> {
    let json = root.json();
    let mut found = Vec::new();
    for place in path.query_located(&json).locations() {
        let parts: Vec<String> = place.iter().map(|part| part.to_string().trim_matches('\'').to_owned()).collect();
        below(root, &parts, |a, b| a == b, &mut found);
    }
    found
}

/// Collects the values at a path of parts. A name may contain dots itself, so several parts may be one name.
fn below(node: &Node, parts: &[String], same: fn(&str, &str) -> bool, found: &mut Vec<(usize, ConfigValue)>) {
    let Some(first) = parts.first() else {
        found.push((node.line, node.said()));
        return;
    };
    match &node.kind {
        Kind::Map(members) => {
            for taken in 1..=parts.len() {
                let name = parts[..taken].join(".");
                let meant = members.iter().filter(|(known, _)| same(known, &name));
                meant.for_each(|(_, inner)| below(inner, &parts[taken..], same, found));
            }
        }
        Kind::List(items) => match first.parse::<usize>() {
            Ok(at) => items.iter().skip(at).take(1).for_each(|item| below(item, &parts[1..], same, found)),
            Err(_) => items.iter().for_each(|item| of_item(item, parts, same, found)),
        },
        Kind::Text(_) | Kind::Plain(_) | Kind::Nothing | Kind::Made(_) => {}
    }
}

/// Collects the value of a variable from an item of a list. Lists of variables contain `NAME=value` or `{ name: NAME,
/// value: … }`.
fn of_item(item: &Node, parts: &[String], same: fn(&str, &str) -> bool, found: &mut Vec<(usize, ConfigValue)>) {
    let [name] = parts else { return };
    match &item.kind {
        Kind::Text(text) => {
            let value = text.split_once('=').filter(|(known, _)| same(known, name));
            found.extend(value.map(|(_, value)| (item.line, ConfigValue::parse(value))));
        }
        Kind::Map(members) => {
            let member = |wanted: &str| members.iter().find(|(name, _)| name == wanted).map(|(_, node)| node);
            let is_it = member("name").is_some_and(|node| matches!(&node.kind, Kind::Text(text) if same(text, name)));
            if is_it {
                let said = member("value").map_or(ConfigValue::Unknown("takes it from elsewhere"), Node::said);
                found.push((member("value").unwrap_or(item).line, said));
            }
        }
        Kind::List(_) | Kind::Plain(_) | Kind::Nothing | Kind::Made(_) => {}
    }
}
