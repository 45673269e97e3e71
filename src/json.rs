//! Traversal and size of JSON values; how their fields are named, and when one counts as absent.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Escapes a key as a segment of a JSON pointer (RFC 6901).
pub fn escaped(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1").into() } else { key.into() }
}

/// Visits every string inside a value, with its JSON pointer.
pub fn texts(value: &Value, found: &mut impl FnMut(&str, &str)) {
    below(value, &mut String::new(), found);
}

fn below(value: &Value, pointer: &mut String, found: &mut impl FnMut(&str, &str)) {
    let length = pointer.len();
    let mut inside = |segment: &str, inner: &Value, pointer: &mut String| {
        pointer.push('/');
        pointer.push_str(&escaped(segment));
        below(inner, pointer, found);
        pointer.truncate(length);
    };
    match value {
        Value::String(text) => found(pointer, text),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, inner)| inside(&at.to_string(), inner, pointer)),
        Value::Object(map) => map.iter().for_each(|(name, inner)| inside(name, inner, pointer)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Writes the first letter of every field name of a value in lower case.
pub fn camel_case(value: Value) -> Value {
    let small = |name: &str| {
        let mut letters = name.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    rebuilt(value, &|(name, inner)| Some((small(&name), inner)))
}

/// Removes null fields from a value; they count as absent.
pub fn without_nulls(value: Value) -> Value {
    rebuilt(value, &|(name, inner)| (!inner.is_null()).then_some((name, inner)))
}

/// Rebuilds a value with `field` applied to every field, at every depth; `None` removes the field.
fn rebuilt(value: Value, field: &dyn Fn((String, Value)) -> Option<(String, Value)>) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.into_iter().filter_map(field);
            Value::Object(fields.map(|(name, inner)| (name, rebuilt(inner, field))).collect::<Map<_, _>>())
        }
        Value::Array(list) => list.into_iter().map(|inner| rebuilt(inner, field)).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

/// Estimates the memory of a value, in bytes; several times the length of its text.
pub fn weight(value: &Value) -> usize {
    /// Size of a value besides its content, in bytes.
    const PLAIN: usize = 32;
    /// Size of a field besides its name and value, in bytes.
    const FIELD_OVERHEAD_BYTES: usize = 64;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => PLAIN,
        Value::String(text) => PLAIN + text.len(),
        Value::Array(list) => PLAIN + list.iter().map(weight).sum::<usize>(),
        Value::Object(map) => {
            PLAIN + map.iter().map(|(name, inner)| FIELD_OVERHEAD_BYTES + name.len() + weight(inner)).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_renamed_and_left_out_at_every_depth_and_items_are_not() {
        let value = json!({ "Id": 1, "Øre": null, "List": [null, { "IBAN": "X", "none": null }] });
        assert_eq!(
            camel_case(value.clone()),
            json!({ "id": 1, "øre": null, "list": [null, { "iBAN": "X", "none": null }] })
        );
        assert_eq!(without_nulls(value), json!({ "Id": 1, "List": [null, { "IBAN": "X" }] }));
    }

    #[test]
    fn a_pointer_finds_what_its_escaped_key_names() {
        for key in ["plain", "a/b", "a~b", "~1", "/~/"] {
            assert_eq!(json!({ key: 1 }).pointer(&format!("/{}", escaped(key))), Some(&json!(1)), "{key}");
        }
    }

    #[test]
    fn every_text_is_told_with_its_place() {
        let value = json!({ "a/b": ["x", { "c": "y" }], "n": 1 });
        let mut seen = Vec::new();
        texts(&value, &mut |pointer, text| seen.push((pointer.to_owned(), text.to_owned())));
        assert_eq!(seen, [("/a~1b/0".into(), "x".into()), ("/a~1b/1/c".into(), "y".into())] as [(String, String); 2]);
        assert!(seen.iter().all(|(pointer, text)| value.pointer(pointer) == Some(&json!(text))));
    }
}
