//! A handler of notifications in as many ways as there are, with a comparison of its own.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpListener;

/// The token that profile and handler share.
pub(crate) const TOKEN: &str = "a-Token-of-Test-1";

/// What tells a repeated notification.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Repeats {
    ByTrace,
    ByBody,
    /// By the second in which it comes, and its trace.
    BySecond,
    Unknown,
}

/// Whether a text that came is the token.
pub(crate) type Compares = fn(&str, &str) -> bool;

/// How the handler works. The default is the usual correct way.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// The token; none where an allow-list stands in front.
    pub(crate) token: Option<&'static str>,
    /// Whether what came is the token.
    pub(crate) compares: Compares,
    /// What is answered to a wrong token.
    pub(crate) refuses_with: u16,
    /// Whether everything is acknowledged, and compared afterwards.
    pub(crate) later: bool,
    pub(crate) repeats: Repeats,
    /// The facility whose notifications alone are taken; others are forbidden.
    pub(crate) facility: Option<&'static str>,
    /// What is answered to what has the token, by the name of the event.
    pub(crate) answers: fn(&str) -> u16,
    /// The events that take effect.
    pub(crate) wants: fn(&str) -> bool,
}

impl Default for Way {
    fn default() -> Self {
        Way {
            token: Some(TOKEN),
            compares: |given, token| given == token,
            refuses_with: 401,
            later: false,
            repeats: Repeats::ByTrace,
            facility: None,
            answers: |_| 200,
            wants: |event| !event.to_lowercase().starts_with("customer.account"),
        }
    }
}

#[derive(Default)]
struct Seen {
    known: HashSet<String>,
    effects: HashMap<String, u64>,
    attempts: u64,
}

#[derive(Clone)]
struct Handler {
    way: Way,
    seen: Arc<Mutex<Seen>>,
}

/// Starts a handler at `/hooks`, which says at `/effects/TRACE` how often a notification took effect.
pub(crate) async fn start(way: Way) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let handler = Handler { way, seen: Arc::default() };
    let app = Router::new().route("/hooks", post(receive)).route("/effects/{trace}", get(effects)).with_state(handler);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    at
}

async fn receive(State(Handler { way, seen }): State<Handler>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (event, trace) = (header("x-eventname"), header("x-traceid"));
    let mut seen = seen.lock().unwrap();
    seen.attempts += 1;
    let genuine = way.token.is_none_or(|token| (way.compares)(header("x-token"), token));
    if !genuine && !way.later {
        return StatusCode::from_u16(way.refuses_with).unwrap();
    }
    let about: Value = serde_json::from_slice(&body).unwrap();
    let elsewhere = |facility: &str| about.get("FacilityNo").is_some_and(|named| named != facility);
    if way.facility.is_some_and(elsewhere) {
        return StatusCode::FORBIDDEN;
    }
    let key = match way.repeats {
        Repeats::ByTrace => trace.to_owned(),
        Repeats::ByBody => String::from_utf8(body.to_vec()).unwrap(),
        Repeats::BySecond => format!("{trace} at {}", OffsetDateTime::now_utc().unix_timestamp()),
        Repeats::Unknown => seen.attempts.to_string(),
    };
    if genuine && (way.wants)(event) && seen.known.insert(key) {
        *seen.effects.entry(trace.to_owned()).or_default() += 1;
    }
    StatusCode::from_u16((way.answers)(event)).unwrap()
}

async fn effects(State(handler): State<Handler>, Path(trace): Path<String>) -> axum::Json<Value> {
    let count = handler.seen.lock().unwrap().effects.get(&trace).copied().unwrap_or_default();
    axum::Json(json!({ "count": count }))
}
