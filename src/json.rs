//! Traversal and size of JSON values.

use std::borrow::Cow;

use serde_json::Value;

/// A key as a segment of a JSON pointer (RFC 6901).
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

/// Approximate memory of a value, in bytes; several times the length of its text.
pub fn weight(value: &Value) -> usize {
    /// Size of a value, in bytes.
    const PLAIN: usize = 32;
    /// Size of a field besides its name and value, in bytes.
    const MEMBER: usize = 64;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => PLAIN,
        Value::String(text) => PLAIN + text.len(),
        Value::Array(list) => PLAIN + list.iter().map(weight).sum::<usize>(),
        Value::Object(map) => {
            PLAIN + map.iter().map(|(name, inner)| MEMBER + name.len() + weight(inner)).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
