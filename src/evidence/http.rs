//! Requests and responses, as they are recorded.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::body;

/// A request that was sent or received.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The whole URL; for a call to the simulator, the path with the query.
    pub url: String,
    /// Headers with lower-case names and redacted values.
    pub headers: Vec<(String, String)>,
    /// The body, decoded as far as possible.
    pub body: Body,
}

/// A response that was received, or that the simulator sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers with lower-case names and redacted values.
    pub headers: Vec<(String, String)>,
    /// The body; its size is bounded.
    pub body: Body,
}

impl Response {
    /// Returns the first value of a header; the case of the name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// A body, decoded as far as possible.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// A JSON value.
    Json(Value),
    /// UTF-8 text that is not JSON, truncated if it is long.
    Text(String),
    /// Any other body, as its length in bytes.
    Binary(usize),
}

impl Body {
    /// Decodes a body as far as possible.
    pub fn read(content_type: Option<&str>, bytes: &[u8]) -> Self {
        match (body::value(content_type, bytes), std::str::from_utf8(bytes)) {
            (Some(value), _) => Body::Json(value),
            (None, _) if bytes.is_empty() => Body::Empty,
            (None, Ok(text)) => Body::Text(text.to_owned()),
            (None, Err(_)) => Body::Binary(bytes.len()),
        }
    }

    /// Returns the JSON value if the body is JSON.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Body::Json(value) => Some(value),
            Body::Empty | Body::Text(_) | Body::Binary(_) => None,
        }
    }
}
