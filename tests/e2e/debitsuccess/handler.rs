//! A configurable handler of notifications, with a comparison of its own.

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

/// The token that the profile and the handler share.
pub(crate) const TOKEN: &str = "a-Token-of-Test-1";

/// How the handler recognises a repeated notification.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Repeats {
    ByTrace,
    ByBody,
    /// By the second in which it arrives and its trace id.
    BySecond,
    Unknown,
}

/// Whether a received text counts as the token.
pub(crate) type Compares = fn(&str, &str) -> bool;

/// How the handler works. The default is the usual correct way.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// The token; `None` if an allow-list protects the handler instead.
    pub(crate) token: Option<&'static str>,
    /// How a received text is compared with the token.
    pub(crate) compares: Compares,
    /// The status of the response to a wrong token.
    pub(crate) refuses_with: u16,
    /// Whether the handler acknowledges everything and compares the token afterwards.
    pub(crate) later: bool,
    pub(crate) repeats: Repeats,
    /// The only facility whose notifications are accepted. Those of others are forbidden.
    pub(crate) facility: Option<&'static str>,
    /// The status of the response to a notification with the token, by the name of the event.
    pub(crate) answers: fn(&str) -> u16,
    /// Whether an event takes effect, by its name.
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

/// Starts a handler at `/hooks`. It answers at `/effects/TRACE` how often a notification took effect.
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
