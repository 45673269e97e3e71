//! Converts requests and responses to evidence: bounded, redacted, and from production only with the allowed fields.

use reqwest::header::{HeaderMap, HeaderName, SET_COOKIE};
use serde_json::Value;

use crate::evidence::{Body, Request, Response};
use crate::net::gate::{Admitted, Draft};
use crate::net::header_case::USER_AGENT;
use crate::redact::{Redactor, letters};

/// Maximum recorded length of a text that is not JSON, in bytes.
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The headers that are recorded of production responses.
const KEPT_HEADERS: [&str; 4] = ["content-type", "content-length", "date", "retry-after"];

/// Makes the record of a request that is about to be sent.
pub(super) fn request(admitted: &Admitted, redactor: &Redactor) -> Request {
    let mut headers = headers(&admitted.headers, redactor, |_| true);
    if !admitted.headers.contains_key("user-agent") {
        headers.push(("user-agent".to_owned(), USER_AGENT.to_owned()));
    }
    Request {
        method: admitted.method.to_string(),
        url: redactor.text(admitted.url.as_str()),
        headers,
        body: body(&admitted.body, redactor),
    }
}

/// Makes the record of a request that was not sent.
pub(super) fn drafted(draft: &Draft, redactor: &Redactor) -> Request {
    Request {
        method: draft.method.clone(),
        url: redactor.text(&draft.url),
        headers: redactor.headers(draft.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
        body: body(&draft.body, redactor),
    }
}

/// Makes the record of a response. With `keep`, it has only these JSON fields, and of other bodies only the length.
pub(super) fn answer(
    status: u16,
    all: &HeaderMap,
    bytes: &[u8],
    keep: Option<&[String]>,
    redactor: &Redactor,
) -> Response {
    let wanted = |name: &HeaderName| keep.is_none() || KEPT_HEADERS.contains(&name.as_str());
    let body = match (keep, Body::read(None, bytes)) {
        (None, read) => redacted(read, redactor),
        (Some(_), Body::Empty) => Body::Empty,
        (Some(keep), Body::Json(value)) if value.is_object() || value.is_array() => {
            Body::Json(redactor.json(&keep_fields(&value, keep)))
        }
        (Some(_), Body::Json(_) | Body::Text(_) | Body::Binary(_)) => Body::Binary(bytes.len()),
    };
    Response { status, headers: headers(all, redactor, wanted), body }
}

fn headers(all: &HeaderMap, redactor: &Redactor, wanted: impl Fn(&HeaderName) -> bool) -> Vec<(String, String)> {
    let shown = |name: &HeaderName, value: &[u8]| {
        if name == SET_COOKIE { "<cookie>".to_owned() } else { letters(value) }
    };
    let all = all.iter().filter(|(name, _)| wanted(name));
    let pairs: Vec<_> = all.map(|(name, value)| (name.as_str(), shown(name, value.as_bytes()))).collect();
    redactor.headers(pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

/// Makes the record of a body, whatever its media type.
fn body(bytes: &[u8], redactor: &Redactor) -> Body {
    redacted(Body::read(None, bytes), redactor)
}

fn redacted(body: Body, redactor: &Redactor) -> Body {
    match body {
        Body::Json(value) => Body::Json(redactor.json(&value)),
        // Truncated after redaction, which would not find a truncated secret.
        Body::Text(text) => {
            let mut text = redactor.text(&text);
            text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
            Body::Text(text)
        }
        Body::Empty | Body::Binary(_) => body,
    }
}

/// Keeps only the listed fields of objects, at every depth. The case of names does not matter.
fn keep_fields(value: &Value, keep: &[String]) -> Value {
    match value {
        Value::Object(members) => {
            let listed = members.iter().filter(|(name, _)| keep.iter().any(|kept| kept.eq_ignore_ascii_case(name)));
            Value::Object(listed.map(|(name, value)| (name.clone(), keep_fields(value, keep))).collect())
        }
        Value::Array(list) => list.iter().map(|one| keep_fields(one, keep)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_listed_members_of_production_answers_are_kept() {
        let all =
            json!([{ "id": 1, "Name": "x", "links": { "id": 2, "url": "u" } }, "text", { "name": [{ "id": 3 }] }]);
        let keep = ["id".to_owned(), "name".to_owned()];
        assert_eq!(keep_fields(&all, &keep), json!([{ "id": 1, "Name": "x" }, "text", { "name": [{ "id": 3 }] }]));
        let text = answer(200, &HeaderMap::new(), b"<p>Jane</p>", Some(&keep), &Redactor::new());
        assert_eq!(text.body, Body::Binary(11));
        let scalar = answer(200, &HeaderMap::new(), b"\"Jane\"", Some(&keep), &Redactor::new());
        assert_eq!(scalar.body, Body::Binary(6));
    }

    #[test]
    fn bodies_are_json_text_or_binary_by_what_they_are() {
        let redactor = Redactor::new();
        redactor.capture("key", "abcd-efgh");
        assert_eq!(body(b"", &redactor), Body::Empty);
        assert_eq!(body(b"\xef\xbb\xbf{\"a\":\"abcd-efgh\"}", &redactor), Body::Json(json!({ "a": "<key>" })));
        assert_eq!(body(b"{\"a\":abcd-efgh", &redactor), Body::Text("{\"a\":<key>".into()));
        assert_eq!(body(b"\xff\xfe", &redactor), Body::Binary(2));
        let long = format!("{}abcd-efgh", "x".repeat(MAX_TEXT_BYTES - 4));
        assert_eq!(body(long.as_bytes(), &redactor), Body::Text(format!("{}<key", "x".repeat(MAX_TEXT_BYTES - 4))));
    }
}
