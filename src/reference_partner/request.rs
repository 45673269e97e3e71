//! One call of Debitura's APIs, and what was answered.

use std::fmt;

use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::Value;
use url::Url;

use super::options::Hidden;

/// A call that can be made again, to the letter: a repetition that differs is another call.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Value>,
    /// The partner key, for what we do in our own name.
    pub(super) key: Option<Hidden>,
    /// The token of a client, for what we do in its name.
    pub(super) token: Option<Hidden>,
}

impl Request {
    /// A path under a base URL, which may have a path of its own. Each segment is percent-encoded.
    pub(super) fn new(method: Method, base: &Url, path: &[&str]) -> Self {
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Self { method, url, body: None, key: None, token: None }
    }

    pub(super) fn with_body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    pub(super) fn with_key(self, key: &Hidden) -> Self {
        Self { key: Some(key.clone()), ..self }
    }

    pub(super) fn with_token(self, token: &Hidden) -> Self {
        Self { token: Some(token.clone()), ..self }
    }

    /// Makes the call, once.
    pub(super) async fn send(&self, http: &Client) -> Result<Answer, NoAnswer> {
        let mut request = http.request(self.method.clone(), self.url.clone());
        if let Some(key) = &self.key {
            request = request.header("XApiKey", key.reveal());
        }
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status();
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
        Ok(Answer { status, body, in_doubt: false })
    }
}

/// What an API answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The JSON body, or null when there is none.
    pub(super) body: Value,
    /// An attempt before the one that got this answer may have been processed, though nobody told us.
    pub(super) in_doubt: bool,
}

impl Answer {
    /// A text inside the body, by JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }

    /// The seconds a 429 asks us to wait: they are in the body, and may be fractional.
    pub(super) fn retry_after(&self) -> Option<f64> {
        self.body.get("retryAfter").and_then(Value::as_f64)
    }
}

/// There is no answer: nobody knows whether the call was processed.
#[derive(Debug)]
pub(super) struct NoAnswer(String);

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Debitura did not answer: {}", self.0)
    }
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        // Without the URL, which may hold what is not meant for our log.
        Self(error.without_url().to_string())
    }
}
