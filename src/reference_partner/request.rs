//! A call of Debitura's APIs, and its response.

use std::fmt;

use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::Value;
use url::Url;

use super::options::Hidden;

/// A call that can be retried unchanged: a different call is not a retry.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Value>,
    /// The partner key, for calls in our own name.
    pub(super) key: Option<Hidden>,
    /// The token of a client, for calls on its behalf.
    pub(super) token: Option<Hidden>,
}

impl Request {
    /// Creates a request for a path below a base URL, which may have a path of its own. Each segment is
    /// percent-encoded.
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

    /// Makes the call once.
    pub(super) async fn send(&self, http: &Client) -> Result<ApiResponse, NoResponse> {
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
        Ok(ApiResponse { status, body, in_doubt: false })
    }
}

/// A response of an API.
#[derive(Debug, Clone)]
pub(super) struct ApiResponse {
    pub(super) status: StatusCode,
    /// The JSON body; null if there is none.
    pub(super) body: Value,
    /// Whether an earlier attempt without a response may have been processed.
    pub(super) in_doubt: bool,
}

impl ApiResponse {
    /// Returns a string inside the body, by JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }

    /// Returns the seconds to wait after a 429; they are in the body, and may be fractional.
    pub(super) fn retry_after(&self) -> Option<f64> {
        self.body.get("retryAfter").and_then(Value::as_f64)
    }
}

/// There is no response: it is unknown whether the call was processed.
#[derive(Debug)]
pub(super) struct NoResponse(String);

impl fmt::Display for NoResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Debitura did not answer: {}", self.0)
    }
}

impl From<reqwest::Error> for NoResponse {
    fn from(error: reqwest::Error) -> Self {
        // Without the URL, which may contain something that does not belong in our log.
        Self(error.without_url().to_string())
    }
}
