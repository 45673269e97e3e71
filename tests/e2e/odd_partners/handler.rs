//! A partner's handler that works in many configurable ways, with a verification of its own.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::net::TcpListener;

/// The secret that the profile and the handler share.
pub(crate) const SECRET: &str = "dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=";

/// When the handler verifies a signature.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Verifies {
    AtOnce,
    /// After the response: every delivery is acknowledged.
    Later,
    WhenThereIsAHeader,
    Never,
}

/// How the handler recognises a repeated event.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Repeats {
    ById,
    ByBody,
    /// By the header that signs a delivery.
    BySignature,
    /// By the second in which a delivery arrives, and its id.
    BySecond,
    /// By its id, which is looked up first but remembered only when the work is done.
    Late,
    /// It does not recognise one.
    Unknown,
}

/// Which timestamp gives the age of a delivery.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum AgeFrom {
    Signed,
    Header,
    Body,
    /// The freshest of all timestamps.
    Freshest,
    /// The oldest of all timestamps.
    Oldest,
}

/// How the handler works. The default is the usual correct way.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) verification: Verifies,
    /// Whether the secret is decoded from Base64 to form the key.
    pub(crate) decodes: bool,
    /// The maximum age of a delivery that is accepted, in seconds.
    pub(crate) oldest: i64,
    pub(crate) age_from: AgeFrom,
    /// The status of the response while another delivery of the same event is being processed.
    pub(crate) twin: Option<u16>,
    pub(crate) accepts_with: (u16, &'static str),
    pub(crate) refuses_with: u16,
    pub(crate) repeats: Repeats,
    /// How long after the response an event takes effect.
    pub(crate) effect_after: Duration,
    /// How long the handler works before it responds, by the number of concurrent deliveries.
    pub(crate) works: fn(usize) -> Duration,
    pub(crate) one_at_a_time: bool,
    /// Whether events about clients that it does not know get a 404.
    pub(crate) wants_known_clients: bool,
    /// The status of the response to genuine deliveries of an event.
    pub(crate) answers: fn(&str) -> Option<u16>,
    /// How long the handler works on an event, by its name.
    pub(crate) slow: fn(&str) -> Duration,
    /// Whether an acknowledged event takes effect, by its name.
    pub(crate) notes: fn(&str) -> bool,
}

impl Default for Way {
    fn default() -> Self {
        Way {
            verification: Verifies::AtOnce,
            decodes: true,
            oldest: 300,
            age_from: AgeFrom::Signed,
            twin: None,
            accepts_with: (200, ""),
            refuses_with: 401,
            repeats: Repeats::ById,
            effect_after: Duration::ZERO,
            works: |_| Duration::ZERO,
            one_at_a_time: false,
            wants_known_clients: false,
            answers: |_| None,
            slow: |_| Duration::ZERO,
            notes: |_| true,
        }
    }
}

/// A running handler.
pub(crate) struct Partner {
    way: Way,
    seen: Mutex<HashSet<Vec<u8>>>,
    /// The ids of the events that are being processed.
    working: Mutex<HashSet<String>>,
    effects: Mutex<HashMap<String, u64>>,
    clients: Mutex<HashSet<String>>,
    under_way: Mutex<usize>,
    turn: tokio::sync::Mutex<()>,
}

/// Starts a handler on a free port. Returns its address.
pub(crate) async fn start(way: Way) -> std::net::SocketAddr {
    let partner = Arc::new(Partner {
        way,
        seen: Mutex::default(),
        working: Mutex::default(),
        effects: Mutex::default(),
        clients: Mutex::default(),
        under_way: Mutex::default(),
        turn: tokio::sync::Mutex::default(),
    });
    let app = Router::new()
        .route("/hooks", post(receive))
        .route("/clients", post(take_in))
        .route("/effects/{id}", get(effects))
        .with_state(partner);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

async fn take_in(State(partner): State<Arc<Partner>>, body: Bytes) -> String {
    let id = format!("tenant-of-{}", serde_json::from_slice::<Value>(&body).unwrap()["email"].as_str().unwrap());
    partner.clients.lock().unwrap().insert(id.clone());
    json!({ "id": id }).to_string()
}

async fn effects(State(partner): State<Arc<Partner>>, Path(id): Path<String>) -> String {
    let count = partner.effects.lock().unwrap().get(&id).copied().unwrap_or_default();
    json!({ "count": count }).to_string()
}

async fn receive(State(partner): State<Arc<Partner>>, headers: HeaderMap, body: Bytes) -> Response {
    let _turn = if partner.way.one_at_a_time { Some(partner.turn.lock().await) } else { None };
    let others = {
        let mut under_way = partner.under_way.lock().unwrap();
        *under_way += 1;
        *under_way
    };
    let id = serde_json::from_slice::<Value>(&body).unwrap()["id"].as_str().unwrap().to_owned();
    let known = partner.seen.lock().unwrap().contains(id.as_bytes());
    let first = partner.working.lock().unwrap().insert(id.clone());
    tokio::time::sleep((partner.way.works)(others)).await;
    let event = headers.get("x-debitura-event").and_then(|event| event.to_str().ok()).unwrap_or_default();
    tokio::time::sleep((partner.way.slow)(event)).await;
    *partner.under_way.lock().unwrap() -= 1;
    let (status, text) = match partner.way.twin {
        Some(status) if !first => (status, "busy with it"),
        Some(_) | None => partner.treat(&headers, &body, known),
    };
    if first {
        partner.working.lock().unwrap().remove(&id);
    }
    (StatusCode::from_u16(status).unwrap(), text).into_response()
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

impl Partner {
    fn treat(self: &Arc<Self>, headers: &HeaderMap, body: &Bytes, known: bool) -> (u16, &'static str) {
        let genuine = match self.way.verification {
            Verifies::Never => true,
            Verifies::WhenThereIsAHeader if !headers.contains_key("x-debitura-signature") => true,
            Verifies::AtOnce | Verifies::Later | Verifies::WhenThereIsAHeader => self.verify(headers, body).is_some(),
        };
        if !genuine {
            return if self.way.verification == Verifies::Later {
                self.way.accepts_with
            } else {
                (self.way.refuses_with, "no")
            };
        }
        let envelope: Value = serde_json::from_slice(body).unwrap();
        let client = envelope["data"]["externalTenantId"].as_str().unwrap_or_default();
        if self.way.wants_known_clients && !self.clients.lock().unwrap().contains(client) {
            return (404, "no such client");
        }
        if let Some(status) = (self.way.answers)(envelope["event"].as_str().unwrap()) {
            return (status, "not this one");
        }
        if (self.way.notes)(envelope["event"].as_str().unwrap()) {
            let signature =
                headers.get("x-debitura-signature").map(|value| value.as_bytes().to_vec()).unwrap_or_default();
            self.take_effect(&envelope, body, signature, known);
        }
        self.way.accepts_with
    }

    fn take_effect(self: &Arc<Self>, envelope: &Value, body: &Bytes, signature: Vec<u8>, known: bool) {
        let id = envelope["id"].as_str().unwrap().to_owned();
        let fresh = match self.way.repeats {
            Repeats::ById => self.seen.lock().unwrap().insert(id.clone().into_bytes()),
            Repeats::ByBody => self.seen.lock().unwrap().insert(body.to_vec()),
            Repeats::BySignature => self.seen.lock().unwrap().insert(signature),
            Repeats::BySecond => self.seen.lock().unwrap().insert(format!("{id} at {}", now()).into_bytes()),
            Repeats::Late => {
                self.seen.lock().unwrap().insert(id.clone().into_bytes());
                !known
            }
            Repeats::Unknown => true,
        };
        if !fresh {
            return;
        }
        let (partner, after) = (self.clone(), self.way.effect_after);
        let happens = move || *partner.effects.lock().unwrap().entry(id).or_default() += 1;
        if after.is_zero() {
            return happens();
        }
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            happens();
        });
    }

    /// Verifies a signature `t=...,v1=...` over `t`, a dot and the body.
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Option<()> {
        let parts = headers.get("x-debitura-signature")?.to_str().ok()?.split(',');
        let parts: HashMap<&str, &str> = parts.filter_map(|part| part.split_once('=')).collect();
        let (t, v1) = (parts.get("t")?, hex::decode(parts.get("v1")?).ok()?);
        let signed = t.parse::<i64>().ok()?;
        let header = headers.get("x-debitura-timestamp")?.to_str().ok()?.parse().ok()?;
        let body_says = serde_json::from_slice::<Value>(body).ok()?["timestamp"].as_str()?.to_owned();
        let body_says = OffsetDateTime::parse(&body_says, &Rfc3339).ok()?.unix_timestamp();
        let sent = match self.way.age_from {
            AgeFrom::Signed => signed,
            AgeFrom::Header => header,
            AgeFrom::Body => body_says,
            AgeFrom::Freshest => signed.max(header).max(body_says),
            AgeFrom::Oldest => signed.min(header).min(body_says),
        };
        let age = now() - sent;
        if !(-60..=self.way.oldest).contains(&age) {
            return None;
        }
        let key = if self.way.decodes { BASE64_STANDARD.decode(SECRET).unwrap() } else { SECRET.into() };
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(format!("{t}.")).chain_update(body);
        mac.verify_slice(&v1).ok()
    }
}
