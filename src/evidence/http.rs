//! Requests and their answers, as they are recorded.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request as it was sent or received.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The whole URL, or the path where the simulator received it.
    pub url: String,
    /// Names in lower case, values redacted.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, values redacted.
    pub headers: Vec<(String, String)>,
    /// The body, bounded in size.
    pub body: Body,
}

impl Answer {
    /// The first value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// A body as far as it can be understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Valid JSON.
    Json(Value),
    /// Valid UTF-8 that is not JSON; cut at a bound.
    Text(String),
    /// Anything else, by its length in bytes.
    Binary(usize),
}

impl Body {
    /// The JSON value, if it is one.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Body::Json(value) => Some(value),
            Body::Empty | Body::Text(_) | Body::Binary(_) => None,
        }
    }
}
