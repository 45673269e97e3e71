//! The outcome of a request: a response, or why there was none.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::http::{Body, Response};
use super::plain;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A response arrived.
    Answered(Response),
    /// No usable response arrived.
    TransportError(TransportError),
}

impl Outcome {
    /// Returns the response if there was one.
    pub fn answer(&self) -> Option<&Response> {
        match self {
            Outcome::Answered(answer) => Some(answer),
            Outcome::TransportError(_) => None,
        }
    }
}

impl Outcome {
    /// Maximum length of an outcome inside a sentence, in characters.
    pub const MAX_SENTENCE_CHARS: usize = 200;

    /// Returns the outcome on one line of at most `most` characters: the status with the beginning of the text, or why
    /// there was no response.
    pub fn brief(&self, most: usize) -> String {
        let text = match self {
            Outcome::Answered(answer) => answer.brief(),
            Outcome::TransportError(trouble) => trouble.detail.clone(),
        };
        match text.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// Whether the other side failed: it crashed, or gave no response. A denied call does not count.
    pub fn failed(&self) -> bool {
        match self {
            Outcome::Answered(answer) => answer.status >= 500,
            Outcome::TransportError(trouble) => trouble.kind != TransportErrorKind::Refused,
        }
    }

    /// Returns the response as templates read it: its `status` and its `reply`.
    pub(super) fn values(&self) -> serde_json::Map<String, Value> {
        let mut map = serde_json::Map::new();
        if let Some(answer) = self.answer() {
            map.insert("status".into(), answer.status.into());
            let reply = match &answer.body {
                Body::Json(value) => value.clone(),
                Body::Text(text) => text.clone().into(),
                Body::Empty | Body::Binary(_) => Value::Null,
            };
            map.insert("reply".into(), reply);
        }
        map
    }
}

/// Whether a status is a redirect; 300 and 304 have no single target.
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

impl Response {
    /// Returns the target of a redirect, which is empty without a `Location`. `None` for other responses.
    pub fn redirects(&self) -> Option<&str> {
        is_redirect(self.status).then(|| self.header("location").unwrap_or_default())
    }

    fn brief(&self) -> String {
        let status = self.status;
        let said = match &self.body {
            Body::Json(json) => json.to_string(),
            Body::Text(text) => plain(text),
            Body::Empty | Body::Binary(_) => String::new(),
        };
        match self.redirects() {
            Some("") => format!("{status}, a redirect without Location"),
            Some(to) => format!("{status}, a redirect to {to}"),
            None if said.is_empty() => status.to_string(),
            None => format!("{status} {said}"),
        }
    }
}

/// Why there was no usable response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransportError {
    /// The kind of the error, which decides who must act.
    pub kind: TransportErrorKind,
    /// What went wrong, in one sentence for the reader.
    pub detail: String,
}

/// The kinds of transport errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransportErrorKind {
    /// A safety rule of Preflight denied the call.
    Refused,
    /// The host name does not resolve.
    Dns,
    /// Nothing listens at the address, or the network does not let the connection through.
    Connect,
    /// The certificate is not trusted, not valid for this host, or not valid at this time.
    Certificate,
    /// No complete response came before the timeout.
    Timeout,
    /// The connection broke off, or what came was no complete and valid response.
    Broken,
    /// The response is larger than Preflight allows.
    TooLarge,
    /// The response does not have the shape that the call requires.
    Shape,
    /// There were too many redirects, or one without a usable target.
    Redirects,
}
