//! A partner that does what it should, or one thing that it should not. It is this test program, started again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

/// A host that somebody left in the code.
const LEFT_IN: &str = "http://api.play.example";

struct Partner {
    api: String,
    key: String,
    http: reqwest::Client,
    /// The ids of the clients that the partner has created.
    known: Mutex<Vec<String>>,
}

/// Returns the command that starts the partner.
pub(crate) fn command() -> [String; 5] {
    let own = std::env::current_exe().unwrap().display().to_string();
    [own, "--ignored".into(), "--exact".into(), "containment::partner::it_serves".into(), "--nocapture".into()]
}

fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[test]
#[ignore = "this is the partner that the other tests start"]
fn it_serves() {
    let Some(port) = told("PARTNER_PORT") else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
        drop(rustls::crypto::ring::default_provider().install_default());
        let (api, key) = (told("PARTNER_API").unwrap(), told("PARTNER_KEY").unwrap());
        let partner = Arc::new(Partner { api, key, http: reqwest::Client::new(), known: Mutex::default() });
        let endpoints = Router::new()
            .route("/ready", get(async || "ready"))
            .route("/env", get(async || environment()))
            .route("/{door}", post(act))
            .with_state(partner);
        axum::serve(listener, endpoints).await.unwrap();
    });
}

fn environment() -> String {
    std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect()
}

async fn act(State(partner): State<Arc<Partner>>, Path(door): Path<String>, body: String) -> Response {
    let asked: Value = serde_json::from_str(&body).unwrap_or_default();
    let mine = asked["tenant"].as_str().unwrap_or_default();
    match door.as_str() {
        "onboard" => partner.onboard(&asked, None).await,
        // A failed call is retried at the host that was left in the code.
        "onboard_with_a_host_left_in" => partner.onboard(&asked, Some(LEFT_IN)).await,
        // A failed call is retried at the host that the environment names.
        "onboard_by_another_way" => partner.onboard(&asked, told("PARTNER_OTHER").as_deref()).await,
        "hang" => {
            tokio::time::sleep(Duration::from_hours(1)).await;
            "late".into_response()
        }
        "crash" => {
            println!("out of luck");
            std::process::exit(7)
        }
        "freeze" => {
            nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP).unwrap();
            "thawed".into_response()
        }
        // No thread is left that could answer anything.
        "lock" => busy(Duration::from_hours(1)).await,
        "be_slow" => busy(Duration::from_secs(7)).await,
        "flood_own" => partner.flood(&format!("/clients/{mine}"), 10_000).await,
        // More than the simulated provider keeps.
        "flood_large" => {
            for at in 0..70 {
                let email = format!("{}{at}@large.example", "x".repeat(400_000));
                partner.send(&partner.api, &json!({ "email": email })).await.ok();
            }
            "flooded".into_response()
        }
        "flood_nobody" => partner.flood("/clients/nobody-at-all", 3_000).await,
        "flood_other" => {
            let other = partner.known.lock().unwrap().iter().find(|known| *known != mine).cloned();
            partner.flood(&format!("/clients/{}", other.unwrap_or_default()), 3_000).await
        }
        "page" => {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
            (headers, "<p>https://pages.play.example/sign/x</p>\n".repeat(1_000_000)).into_response()
        }
        "links" => (0..20_000)
            .map(|n| format!("<a href='https://pages.play.example/{n}'>"))
            .collect::<String>()
            .into_response(),
        "silent" => StatusCode::ACCEPTED.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Blocks every thread that could answer.
async fn busy(time: Duration) -> Response {
    let all = std::thread::available_parallelism().unwrap().get();
    let all: Vec<_> = (0..all).map(|_| tokio::spawn(async move { std::thread::sleep(time) })).collect();
    drop(all);
    tokio::time::sleep(Duration::from_millis(1)).await;
    "done".into_response()
}

impl Partner {
    async fn send(&self, base: &str, asked: &Value) -> Result<Value, String> {
        // The partner's own id for the client, which depends only on the email address.
        let email = asked["email"].as_str().unwrap_or_default();
        let id = told("PARTNER_ID").unwrap_or_else(|| format!("own-{}", email.split('@').next().unwrap_or_default()));
        self.known.lock().unwrap().push(id.clone());
        let body = json!({ "id": id, "email": email }).to_string();
        let request = self.http.post(format!("{base}/clients")).header("x-api-key", &self.key);
        let answer = request.header("content-type", "application/json").body(body).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status).map_err(|error| error.to_string())?;
        serde_json::from_str(&answer.text().await.map_err(|error| error.to_string())?)
            .map_err(|error| error.to_string())
    }

    async fn onboard(&self, asked: &Value, other: Option<&str>) -> Response {
        let mut answer = self.send(&self.api, asked).await;
        if let (Err(_), Some(other)) = (&answer, other) {
            answer = self.send(other, asked).await;
        }
        match answer {
            Ok(client) => axum::Json(client).into_response(),
            Err(why) => (StatusCode::BAD_GATEWAY, why).into_response(),
        }
    }

    /// Makes a number of calls, several at a time.
    async fn flood(&self, path: &str, calls: usize) -> Response {
        let url = format!("{}{path}", self.api);
        let one = async || {
            for _ in 0..calls / 20 {
                self.http.get(&url).header("x-api-key", &self.key).send().await.ok();
            }
        };
        futures_util::future::join_all((0..20).map(|_| one())).await;
        "flooded".into_response()
    }
}
