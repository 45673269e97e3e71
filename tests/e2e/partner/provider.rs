//! A provider that answers as a test says, and remembers who called, with what, and when.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The answer to a call.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(u16, Value),
    /// The call is processed as usual, and the connection breaks before the caller gets the answer.
    Lost,
}

/// A call that the provider received.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The method and the path without ids, such as `POST /cases`.
    pub(crate) route: String,
    pub(crate) body: Value,
    pub(crate) bearer: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

#[derive(Default)]
struct Held {
    calls: Vec<Call>,
    next: HashMap<String, VecDeque<Reply>>,
    always: HashMap<String, Reply>,
    tokens: usize,
    references: Vec<String>,
}

pub(crate) struct Provider {
    pub(crate) base: String,
    held: Arc<Mutex<Held>>,
}

impl Provider {
    /// Starts a provider that knows every client as ready, accepts every case, and gives everybody a token.
    pub(crate) async fn start() -> Self {
        let held = Arc::new(Mutex::new(Held::default()));
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&held));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { base, held }
    }

    /// Sets the answers to the next calls of a route.
    pub(crate) fn next(&self, route: &str, replies: impl IntoIterator<Item = Reply>) {
        self.held.lock().unwrap().next.entry(route.to_owned()).or_default().extend(replies);
    }

    /// Sets the answer to every call of a route that has no other answer next.
    pub(crate) fn always(&self, route: &str, reply: Reply) {
        self.held.lock().unwrap().always.insert(route.to_owned(), reply);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.held.lock().unwrap().calls.clone()
    }

    pub(crate) fn calls_of(&self, route: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.route == route).collect()
    }

    pub(crate) fn forget(&self) {
        self.held.lock().unwrap().calls.clear();
    }

    /// Waits until a route got a number of calls. Returns false if they do not come in time.
    pub(crate) async fn heard(&self, route: &str, count: usize, within: Duration) -> bool {
        let enough = async {
            while self.calls_of(route).len() < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(within, enough).await.is_ok()
    }

    /// Summarises the calls: `mint, preview, case x3`.
    pub(crate) fn trace(&self) -> String {
        let mut trace = String::new();
        for chunk in self.calls().chunk_by(|one, other| one.route == other.route) {
            let separator = if trace.is_empty() { "" } else { ", " };
            let _ = write!(trace, "{separator}{}", word(&chunk[0].route));
            if chunk.len() > 1 {
                let _ = write!(trace, " x{}", chunk.len());
            }
        }
        trace
    }
}

fn word(route: &str) -> &str {
    match route {
        "POST /clients" => "client",
        "GET /clients" => "poll",
        "POST /oauth/token" => "mint",
        "POST /cases/preview" => "preview",
        "POST /cases" => "case",
        "GET /cases/by-creditor-reference" => "look-up",
        other => other,
    }
}

/// Returns the method and the path of a call, without ids.
fn route_of(method: &Method, path: &str) -> String {
    let known = ["/clients", "/cases/by-creditor-reference"];
    let path = known.into_iter().find(|known| path.starts_with(&format!("{known}/"))).unwrap_or(path);
    format!("{method} {path}")
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let bearer = header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned());
    let (route, began) = (route_of(&method, uri.path()), Instant::now());
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut held = held.lock().unwrap();
    let scripted = held.next.get_mut(&route).and_then(VecDeque::pop_front);
    let scripted = scripted.or_else(|| held.always.get(&route).cloned());
    let reply = match scripted {
        Some(reply @ Reply::Json(..)) => reply,
        Some(Reply::Lost) => {
            ordinary(&mut held, &route, &uri, &body);
            Reply::Lost
        }
        None => ordinary(&mut held, &route, &uri, &body),
    };
    held.calls.push(Call { route, body, bearer, key: header("xapikey"), began, ended: Instant::now() });
    respond(reply)
}

fn ordinary(held: &mut Held, route: &str, uri: &Uri, body: &Value) -> Reply {
    match route {
        "POST /clients" => Reply::Json(201, json!({ "onboardingDone": true })),
        "GET /clients" => Reply::Json(200, json!({ "onboardingDone": false })),
        "POST /oauth/token" => {
            held.tokens += 1;
            let token = format!("token {} of {}", held.tokens, body["externalTenantId"].as_str().unwrap());
            Reply::Json(200, json!({ "accessToken": token, "expiresIn": 1800 }))
        }
        "POST /cases/preview" => Reply::Json(200, json!({ "result": { "isEligible": true } })),
        "POST /cases" => {
            let reference = body["creditorReference"].as_str().unwrap_or_default().to_owned();
            if held.references.contains(&reference) {
                return duplicate();
            }
            held.references.push(reference);
            Reply::Json(200, json!({ "id": format!("case-{}", held.references.len()) }))
        }
        "GET /cases/by-creditor-reference" => {
            let known = held.references.iter().any(|reference| uri.path().ends_with(reference));
            if known { Reply::Json(200, json!({ "id": "case-found" })) } else { Reply::Json(404, json!({})) }
        }
        _ => Reply::Json(404, json!({ "error": "Not found" })),
    }
}

fn respond(reply: Reply) -> Response {
    match reply {
        Reply::Json(status, body) => Response::builder().status(status).body(Body::from(body.to_string())).unwrap(),
        Reply::Lost => {
            let broken = stream::once(async { Err::<Bytes, _>(io::Error::other("lost")) });
            Response::builder().status(200).body(Body::from_stream(broken)).unwrap()
        }
    }
}

/// Returns the body of a 422 with these errors, each with its type and the path of the page that resolves it.
pub(crate) fn errors(errors: &[(&str, Option<&str>)]) -> Value {
    let error = |(kind, page): &(&str, Option<&str>)| {
        let url = page.map(|page| format!("https://ui.example/{page}"));
        json!({ "type": kind, "message": format!("This is {kind}."), "solutionUrl": url })
    };
    json!({ "businessErrors": errors.iter().map(error).collect::<Vec<_>>() })
}

pub(crate) fn duplicate() -> Reply {
    Reply::Json(422, errors(&[("DuplicateCreditorReference", None)]))
}

/// Returns a 429 that asks for a wait, in seconds.
pub(crate) fn limited(seconds: f64) -> Reply {
    Reply::Json(429, json!({ "error": "rate_limit_exceeded", "retryAfter": seconds }))
}

pub(crate) fn broken() -> Reply {
    Reply::Json(500, json!({ "businessErrors": [] }))
}
