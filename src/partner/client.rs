//! Debitura's two APIs, as far as this integration calls them.

use std::{collections::HashMap, fmt, sync::Mutex, sync::PoisonError, time::Duration};

use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
    redirect::Policy,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use super::options::{Hidden, Options};

/// A token slot for one client; whoever holds its lock mints, the others wait for the result.
type Slot = Arc<AsyncMutex<Option<String>>>;

/// The way to both APIs.
pub(super) struct Debitura {
    http: reqwest::Client,
    referral_api: Url,
    customer_api: Url,
    key: Hidden,
    /// Tokens by tenant id: a token is for one client only, and never shared.
    tokens: Mutex<HashMap<String, Slot>>,
}

/// What an API answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The JSON body, or null when there is none.
    pub(super) body: Value,
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

impl Debitura {
    pub(super) fn new(options: &Options) -> Result<Self, reqwest::Error> {
        // One of TLS's cryptographic back ends has to be chosen for the process; if it already is, that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A redirect is not followed: it could carry the key to another host.
        let builder = reqwest::Client::builder().redirect(Policy::none());
        let http = builder.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(20)).build()?;
        let (referral_api, customer_api) = (options.referral_api.clone(), options.customer_api.clone());
        Ok(Self { http, referral_api, customer_api, key: options.key.clone(), tokens: Mutex::default() })
    }

    /// `POST /clients`: creates the client, or answers how it stands.
    pub(super) async fn create_client(&self, body: &Value) -> Result<Answer, NoAnswer> {
        self.send(self.referral(Method::POST, &["clients"]), Some(body)).await
    }

    /// `GET /clients/{externalTenantId}`.
    pub(super) async fn client(&self, tenant: &str) -> Result<Answer, NoAnswer> {
        self.send(self.referral(Method::GET, &["clients", tenant]), None).await
    }

    /// `POST /cases` on behalf of a client. An expired token is replaced once; a second refusal is the answer.
    pub(super) async fn create_case(&self, tenant: &str, body: &Value) -> Result<Answer, NoAnswer> {
        let token = match self.token(tenant, None).await? {
            Ok(token) => token,
            Err(refusal) => return Ok(refusal),
        };
        let answer = self.post_case(&token, body).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match self.token(tenant, Some(&token)).await? {
            Ok(token) => self.post_case(&token, body).await,
            Err(refusal) => Ok(refusal),
        }
    }

    async fn post_case(&self, token: &str, body: &Value) -> Result<Answer, NoAnswer> {
        let request = self.http.request(Method::POST, under(&self.customer_api, &["cases"]));
        self.send(request.header(AUTHORIZATION, format!("Bearer {token}")), Some(body)).await
    }

    /// The token of a client, minted when there is none, or when the one we have is the one that was `refused`.
    async fn token(&self, tenant: &str, refused: Option<&str>) -> Result<Result<String, Answer>, NoAnswer> {
        let slot = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tokens.entry(tenant.to_owned()).or_default())
        };
        let mut held = slot.lock().await;
        if let Some(token) = held.as_deref().filter(|token| Some(*token) != refused) {
            return Ok(Ok(token.to_owned()));
        }
        *held = None;
        let body = json!({ "externalTenantId": tenant });
        let answer = self.send(self.referral(Method::POST, &["oauth", "token"]), Some(&body)).await?;
        match answer.text("/accessToken").filter(|_| answer.status.is_success()) {
            Some(token) => Ok(Ok(held.insert(token.to_owned()).clone())),
            None => Ok(Err(answer)),
        }
    }

    fn referral(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.http.request(method, under(&self.referral_api, path)).header("XApiKey", self.key.reveal())
    }

    async fn send(&self, request: RequestBuilder, body: Option<&Value>) -> Result<Answer, NoAnswer> {
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => request,
        };
        let response = request.send().await?;
        let status = response.status();
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }
}

/// A path under a base URL, which may have a path of its own. Each segment is percent-encoded.
fn under(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}
