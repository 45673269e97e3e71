//! Inserts environment variables into a profile.

use serde_json::Value;

use crate::json::escaped;
use crate::template::{self, MissingVariable};

/// A profile with its variables inserted. A text whose variable is not set, or empty, becomes null: absent, not empty.
pub(super) struct SubstitutedProfile<'v> {
    variables: Variables<'v>,
    /// Whether the text at a pointer is a template, in which no inserted value may be evaluated.
    is_template: &'v dyn Fn(&str) -> bool,
    /// The pointers of texts whose variable is not set, each with its name.
    pub(super) unset: Vec<(String, String)>,
}

impl<'v> SubstitutedProfile<'v> {
    pub(super) fn new(variables: Variables<'v>, is_template: &'v dyn Fn(&str) -> bool) -> Self {
        SubstitutedProfile { variables, is_template, unset: Vec::new() }
    }

    /// Inserts variables into every text of a value.
    pub(super) fn put(&mut self, value: &mut Value, pointer: &str) {
        match value {
            Value::String(text) if text.contains("${") => {
                let value_of = |name: &str| (self.variables)(name).filter(|value| !value.is_empty());
                let full = if (self.is_template)(pointer) {
                    template::filled(text, value_of)
                } else {
                    expanded(text, value_of)
                };
                match full {
                    Ok(full) => *text = full,
                    Err(MissingVariable(variable)) => {
                        self.unset.push((pointer.to_owned(), variable));
                        *value = Value::Null;
                    }
                }
            }
            Value::Array(list) => {
                list.iter_mut().enumerate().for_each(|(at, inner)| self.put(inner, &format!("{pointer}/{at}")));
            }
            Value::Object(map) => {
                map.iter_mut().for_each(|(key, inner)| self.put(inner, &format!("{pointer}/{}", escaped(key))));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// Replaces each `${NAME}` in a text, or returns the first name without a value.
fn expanded(text: &str, value_of: impl Fn(&str) -> Option<String>) -> Result<String, MissingVariable> {
    let mut full = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        full.push_str(before);
        let Some((name, after)) = template::variable(from) else {
            rest = from;
            break;
        };
        full.push_str(&value_of(name).ok_or_else(|| MissingVariable(name.to_owned()))?);
        rest = after;
    }
    full.push_str(rest);
    Ok(full)
}

/// Finds what is written in `${}` but cannot be the name of a variable, such as a name with a default; with its
/// pointer.
pub(super) fn no_names(written: &Value, variables: Variables<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let is_name = |name: &str| {
        let mut letters = name.chars();
        let first = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
        first && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    crate::json::texts(written, &mut |pointer, text| {
        let wrong = named(text).into_iter().find(|name| !is_name(name) && variables(name).is_none());
        found.extend(wrong.map(|name| (pointer.to_owned(), name.to_owned())));
    });
    found
}

/// Returns the names of the variables in a text.
pub(super) fn named(text: &str) -> Vec<&str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// A function that looks up environment variables.
pub type Variables<'v> = &'v (dyn Fn(&str) -> Option<String> + Sync);
