//! The connection to the provider: who may call now, what happens when a call fails, and the tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};

use super::policy::Policy;

/// The first pause before a call is retried. Each further pause is twice as long.
const PAUSE: Duration = Duration::from_millis(80);

/// The longest time that any caller is kept waiting.
const LONGEST: Duration = Duration::from_secs(3);

/// A request to the provider.
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

impl Ask {
    pub(crate) fn post(path: &str, body: Value) -> Self {
        Ask { method: Method::POST, path: path.to_owned(), body: Some(body) }
    }

    pub(crate) fn get(path: String) -> Self {
        Ask { method: Method::GET, path, body: None }
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Why there is no usable answer.
pub(crate) enum Stuck {
    /// The provider is in trouble or wants no calls; retry after this time.
    Later(Duration),
    /// The provider does not let the partner act for the customer.
    Unlinked,
}

/// Failures and limits that keep callers away.
#[derive(Default)]
struct Trouble {
    failures_in_a_row: u32,
    broken_until: Option<Instant>,
    limited_until: Option<Instant>,
}

type Slot = Arc<tokio::sync::Mutex<Option<String>>>;

pub(crate) struct Line {
    pub(crate) http: Client,
    pub(crate) referral: String,
    pub(crate) customer: String,
    pub(crate) key: String,
    pub(crate) policy: Policy,
    trouble: Mutex<Trouble>,
    tokens: Mutex<HashMap<String, Slot>>,
}

impl Line {
    pub(crate) fn new(referral: String, customer: String, key: String, policy: Policy) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().redirect(redirect::Policy::none()).timeout(Duration::from_secs(10));
        // The rehearsal runs without TLS, and loading the system's certificates takes time.
        let http = http.tls_certs_only([]).build().unwrap();
        Line { http, referral, customer, key, policy, trouble: Mutex::default(), tokens: Mutex::default() }
    }

    /// Calls the provider in the partner's own name.
    pub(crate) async fn ask(&self, ask: &Ask) -> Result<Answer, Stuck> {
        self.persist(ask, None).await
    }

    /// Calls the provider in the name of a customer. A rejected token is replaced once, and the call is retried once.
    pub(crate) async fn ask_for(&self, account: &str, ask: &Ask) -> Result<Answer, Stuck> {
        let mut refused = None;
        for _ in 0..2 {
            let token = self.token(account, refused.as_deref()).await?;
            let answer = self.persist(ask, Some(&token)).await?;
            if answer.status != 401 {
                return Ok(answer);
            }
            refused = Some(token);
        }
        Err(Stuck::Unlinked)
    }

    async fn token(&self, account: &str, refused: Option<&str>) -> Result<String, Stuck> {
        let slot = self.tokens.lock().unwrap().entry(account.to_owned()).or_default().clone();
        let mut kept = slot.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| Some(token.as_str()) != refused) {
            return Ok(token.clone());
        }
        *kept = None;
        let answer = self.ask(&Ask::post("oauth/token", json!({ "externalTenantId": account }))).await?;
        *kept = answer.body["accessToken"].as_str().map(str::to_owned);
        kept.clone().ok_or(Stuck::Unlinked)
    }

    /// Retries a call until it is decided, as far as the policy allows.
    async fn persist(&self, ask: &Ask, token: Option<&str>) -> Result<Answer, Stuck> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            self.leave().await?;
            let answer = self.once(ask, token).await;
            let (wait, limited) = match answer {
                Some(answer) if answer.status == 429 => (self.limited(&answer), true),
                Some(answer) if answer.status < 500 => {
                    self.trouble.lock().unwrap().failures_in_a_row = 0;
                    return Ok(answer);
                }
                Some(_) | None => (pause, false),
            };
            self.failed();
            if attempt >= self.policy.attempts || wait > LONGEST || limited && !self.policy.waits {
                return Err(Stuck::Later(wait));
            }
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        unreachable!("the attempts come to an end")
    }

    /// Makes one call. Returns `None` without an answer; then it is unknown whether the call was processed.
    async fn once(&self, ask: &Ask, token: Option<&str>) -> Option<Answer> {
        let base = if token.is_some() { &self.customer } else { &self.referral };
        let call = self.http.request(ask.method.clone(), format!("{base}/{}", ask.path));
        let call = match token {
            Some(token) => call.header("authorization", format!("Bearer {token}")),
            None => call.header("xapikey", &self.key),
        };
        let call = match &ask.body {
            Some(body) => call.header("content-type", "application/json").body(body.to_string()),
            None => call,
        };
        let answer = call.send().await.ok()?;
        let status = answer.status().as_u16();
        let body = serde_json::from_slice(&answer.bytes().await.ok()?).unwrap_or_default();
        Some(Answer { status, body })
    }

    /// Returns how long the provider wants no calls. Depending on the policy, this holds for all callers.
    fn limited(&self, answer: &Answer) -> Duration {
        let wait = answer.body["retryAfter"].as_f64().map_or(PAUSE, Duration::from_secs_f64);
        if self.policy.pauses_all {
            self.trouble.lock().unwrap().limited_until = Some(Instant::now() + wait);
        }
        wait
    }

    fn failed(&self) {
        let mut trouble = self.trouble.lock().unwrap();
        trouble.failures_in_a_row += 1;
        if let Some((most, rest)) = self.policy.breaker
            && trouble.failures_in_a_row >= most
        {
            trouble.failures_in_a_row = 0;
            trouble.broken_until = Some(Instant::now() + rest);
        }
    }

    fn barred(&self) -> Duration {
        let trouble = self.trouble.lock().unwrap();
        let until = trouble.broken_until.max(trouble.limited_until);
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Waits for permission to call. Fails if that would take too long or the policy does not wait.
    async fn leave(&self) -> Result<(), Stuck> {
        loop {
            let left = self.barred();
            if left.is_zero() {
                return Ok(());
            }
            if !self.policy.waits || left > LONGEST {
                return Err(Stuck::Later(left));
            }
            tokio::time::sleep(left).await;
        }
    }
}
