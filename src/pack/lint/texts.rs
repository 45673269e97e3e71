//! The texts of a file, checked for their length before anything parses them.

use serde_json::Value;

use crate::template;
use crate::yaml::{Document, Problem};

/// Texts with templates in them, each after its JSON pointer.
pub(crate) type Texts = Vec<(String, String)>;

/// The maximum length of an expression, in bytes: its compiler recurses as deep as the expression is nested.
const MAX_EXPRESSION_CHARS: usize = 2000;

/// The maximum length of a JSON path or a name, in bytes, for the same reason.
const MAX_PATH_CHARS: usize = 500;

/// The maximum depth of brackets in a JSON path: the time of its parser doubles with each.
const MAX_PATH_DEPTH: usize = 8;

/// Collects the texts with templates in them.
///
/// # Errors
///
/// Expressions, JSON paths and names that are too long or too deep to parse.
pub(crate) fn texts(document: &Document, value: &Value) -> Result<Texts, Vec<Problem>> {
    let (mut found, mut problems) = (Texts::new(), Vec::new());
    crate::json::texts(value, &mut |pointer, text| {
        if let Some(message) = too_long(pointer, text) {
            problems.push(document.problem(pointer, message));
        } else if template::is_template(text) {
            found.push((pointer.to_owned(), text.to_owned()));
        }
    });
    if has_long_name(value) {
        problems.push(Problem::of_file(
            &document.name,
            format!("it contains a name of more than {MAX_PATH_CHARS} bytes, or too deep a JSON path"),
        ));
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

pub(super) fn too_long(pointer: &str, text: &str) -> Option<String> {
    if is_long_path(text) {
        return Some(format!(
            "this JSON path is longer than {MAX_PATH_CHARS} bytes, or more than {MAX_PATH_DEPTH} deep"
        ));
    }
    let bare = pointer.ends_with("/if") && text.len() > MAX_EXPRESSION_CHARS;
    let inside =
        text.split("{{").skip(1).any(|part| part.split("}}").next().unwrap_or(part).len() > MAX_EXPRESSION_CHARS);
    (bare || inside).then(|| format!("this expression is longer than {MAX_EXPRESSION_CHARS} bytes"))
}

/// Whether a text is a JSON path that is too long or too deep to parse.
fn is_long_path(text: &str) -> bool {
    let mut depth = 0_usize;
    let too_deep = text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_PATH_DEPTH
    });
    text.starts_with('$') && (too_deep || text.len() > MAX_PATH_CHARS)
}

/// Whether a map has a name that is too long: the names of some maps are JSON paths.
fn has_long_name(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(has_long_name),
        Value::Object(map) => {
            map.iter().any(|(name, inner)| name.len() > MAX_PATH_CHARS || is_long_path(name) || has_long_name(inner))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
