//! What came of a request: an answer, or why there was none.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::http::{Answer, Body};
use super::plain;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was answered.
    Answered(Answer),
    /// It was not.
    Trouble(Trouble),
}

impl Outcome {
    /// The answer, if there was one.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Trouble(_) => None,
        }
    }
}

impl Outcome {
    /// As many characters of it as have room in a sentence.
    pub const SENTENCE: usize = 200;

    /// As a reader is shown it, on one line of at most so many characters: the status with the beginning of what was
    /// said, or why there was no answer.
    pub fn brief(&self, most: usize) -> String {
        let text = match self {
            Outcome::Answered(answer) => answer.brief(),
            Outcome::Trouble(trouble) => trouble.detail.clone(),
        };
        match text.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// Whether the other side failed: it crashed, or gave no answer at all.
    pub fn failed(&self) -> bool {
        match self {
            Outcome::Answered(answer) => answer.status >= 500,
            Outcome::Trouble(trouble) => trouble.kind != TroubleKind::Refused,
        }
    }

    /// The answer as templates read it.
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

impl Answer {
    /// Where it sends a reader, if it sends one elsewhere. 300 and 304 have no single place to go.
    pub fn redirects(&self) -> Option<&str> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308).then(|| self.header("location").unwrap_or_default())
    }

    fn brief(&self) -> String {
        let status = self.status;
        let said = match &self.body {
            Body::Json(json) => json.to_string(),
            Body::Text(text) => plain(text),
            Body::Empty | Body::Binary(_) => String::new(),
        };
        match self.redirects() {
            Some("") => format!("{status}, a redirect that names no Location"),
            Some(to) => format!("{status}, a redirect to {to}"),
            None if said.is_empty() => status.to_string(),
            None => format!("{status} {said}"),
        }
    }
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// The kind, which decides who must act.
    pub kind: TroubleKind,
    /// One sentence for the reader.
    pub detail: String,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// A safety rule of this tool refused to send it.
    Refused,
    /// The host name does not resolve.
    Dns,
    /// Nobody listens, or nothing gets through.
    Connect,
    /// The certificate is not trusted, not for this host, or out of date.
    Certificate,
    /// No whole answer within the time allowed.
    Timeout,
    /// The connection ended in the middle of an answer.
    Broken,
    /// The answer is larger than this tool reads.
    TooLarge,
    /// The answer is none that the call can give.
    Shape,
    /// Too many redirects, or one that leads nowhere.
    Redirects,
}
