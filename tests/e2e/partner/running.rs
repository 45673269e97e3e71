//! A running partner, and a signer that shares no code with it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use preflight::reference_partner::{Options, OptionsError, ServeError, bind};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::{sync::oneshot, task::JoinHandle};

pub(crate) const SECRET: &str = "dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=";
pub(crate) const RETURN_URL: &str = "https://app.acme.example/done?case=a&x=1";

/// The environment variables of a partner in a rehearsal.
pub(crate) const VARIABLES: [(&str, &str); 9] = [
    ("PORT", "0"),
    ("DATABASE", ":memory:"),
    ("DEBITURA_REFERRAL_API", "http://127.0.0.1:9"),
    ("DEBITURA_CUSTOMER_API", "http://127.0.0.1:9"),
    ("DEBITURA_KEY", "key-1"),
    ("DEBITURA_SECRET", SECRET),
    ("APP_MODE", "rehearsal"),
    ("RETURN_URL", RETURN_URL),
    ("RETRY_BACKOFF", "5"),
];

/// Reads the options of a rehearsal with some variables replaced. An empty value removes a variable.
pub(crate) fn read(changes: &[(&str, &str)]) -> Result<Options, OptionsError> {
    let variables: BTreeMap<_, _> = VARIABLES.iter().chain(changes).copied().collect();
    Options::read(|name| variables.get(name).map(ToString::to_string))
}

pub(crate) fn options(changes: &[(&str, &str)]) -> Options {
    read(changes).unwrap()
}

pub(crate) struct Running {
    base: String,
    http: reqwest::Client,
    /// Writes header names in lower case; `http` writes them with capitals.
    small: reqwest::Client,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    pub(crate) async fn start(options: Options) -> Self {
        let partner = bind(options).await.unwrap();
        let base = format!("http://{}", partner.address());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(partner.run(async move { drop(stopped.await) }));
        let [http, small] = clients();
        Self { base, http, small, stop, task }
    }

    /// Returns a partner that runs in another process.
    pub(crate) fn elsewhere(address: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let [http, small] = clients();
        let (stop, task) = (oneshot::channel().0, tokio::spawn(async { Ok(()) }));
        Self { base: address.to_owned(), http, small, stop, task }
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        drop((self.http, self.small));
        self.task.await.unwrap().unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub(crate) async fn count(&self, path: &str) -> u64 {
        json_of(self.get(path).await).await["count"].as_u64().unwrap()
    }

    pub(crate) async fn effects(&self, id: &str) -> u64 {
        self.count(&format!("/ops/events/{id}")).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.http.request(Method::POST, format!("{}{path}", self.base));
        let response = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
        (response.status(), json_of(response).await)
    }

    /// Posts a text that no endpoint accepts, to see whether the endpoint exists.
    pub(crate) async fn post_text(&self, path: &str) -> StatusCode {
        self.http.post(format!("{}{path}", self.base)).body("knock").send().await.unwrap().status()
    }

    /// Posts JSON with headers. Returns the status.
    pub(crate) async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: Value) -> u16 {
        self.post_by(&self.http, path, headers, body.to_string()).await
    }

    /// Posts a text with header names in lower case. Returns the status.
    pub(crate) async fn post_small(&self, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        self.post_by(&self.small, path, headers, body.to_owned()).await
    }

    async fn post_by(&self, http: &reqwest::Client, path: &str, headers: &[(&str, &str)], body: String) -> u16 {
        let request = http.post(format!("{}{path}", self.base)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn deliver(&self, delivery: &Delivery) -> u16 {
        let request = self.http.post(format!("{}/hooks/debitura", self.base)).body(delivery.body.clone());
        let request = match &delivery.signature {
            Some(signature) => request.header("X-Debitura-Signature", signature),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    }
}

fn clients() -> [reqwest::Client; 2] {
    let builder = || reqwest::Client::builder().no_proxy().tls_certs_only([]);
    [builder().http1_title_case_headers(), builder()].map(|builder| builder.build().unwrap())
}

pub(crate) async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null)
}

#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) body: String,
    pub(crate) signature: Option<String>,
}

/// Returns an id that no other delivery of this test run has.
pub(crate) fn fresh_id() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("event-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn event(id: &str, event: &str, data: &Value) -> String {
    event_of(id, event, data, 0)
}

/// Returns an event that happened a number of seconds ago.
pub(crate) fn event_of(id: &str, event: &str, data: &Value, age: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds_ago(age)).unwrap().format(&Rfc3339).unwrap();
    json!({ "id": id, "specVersion": "1.0", "event": event, "timestamp": time, "data": data }).to_string()
}

pub(crate) fn linked(id: &str) -> String {
    event(id, "client.linked", &json!({ "externalTenantId": "partner-client-123" }))
}

pub(crate) fn mac(key: &[u8], message: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message);
    hex::encode(mac.finalize().into_bytes())
}

pub(crate) fn key() -> Vec<u8> {
    BASE64_STANDARD.decode(SECRET).unwrap()
}

pub(crate) fn seconds_ago(age: i64) -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap() - age
}

/// Signs a body with `key` as if it had been sent `age` seconds ago.
pub(crate) fn signed(body: &str, key: &[u8], age: i64) -> Delivery {
    let t = seconds_ago(age);
    let v1 = mac(key, &format!("{t}.{body}"));
    Delivery { body: body.to_owned(), signature: Some(format!("t={t},v1={v1}")) }
}

pub(crate) fn genuine(body: &str) -> Delivery {
    signed(body, &key(), 0)
}
