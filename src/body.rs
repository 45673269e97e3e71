//! Reads bodies: raw bytes as JSON or as a form, by media type and content. The only place with this rule.

use serde_json::{Map, Value};

/// Reads a body: the fields of a form if its media type says so, else JSON whatever its media type; `None` for any
/// other body.
pub fn value(content_type: Option<&str>, bytes: &[u8]) -> Option<Value> {
    if content_type.is_some_and(is_form) { Some(form(bytes).into()) } else { json(bytes) }
}

/// Parses JSON, with or without the byte order mark that some programs send.
pub fn json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()
}

/// Reads the fields of a form; all values are strings.
pub fn form(bytes: &[u8]) -> Map<String, Value> {
    let fields = url::form_urlencoded::parse(bytes);
    fields.map(|(name, text)| (name.into_owned(), text.into_owned().into())).collect()
}

/// Whether a content type is that of a form, whatever its parameters.
pub fn is_form(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_read_by_its_media_type_and_its_content() {
        let form = Some("Application/X-WWW-Form-Urlencoded; charset=utf-8");
        for (content_type, bytes, read) in [
            (form, &b"a=1&b=x+y"[..], Some(json!({ "a": "1", "b": "x y" }))),
            (form, b"", Some(json!({}))),
            (None, b"a=1", None),
            (None, b"", None),
            (Some("text/html"), b"{\"a\":1}", Some(json!({ "a": 1 }))),
            (Some("application/json"), b"\xef\xbb\xbf[1]", Some(json!([1]))),
            (Some("application/json"), b"{\"a\":", None),
            (None, b"\xff\xfe", None),
        ] {
            assert_eq!(value(content_type, bytes), read, "{content_type:?} {bytes:?}");
        }
    }
}
