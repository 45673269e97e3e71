//! Shows that the odd partners are odd: what happens to other calls when one call fails.

use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;

use super::partner::line::{Ask, Line, Stuck};
use super::partner::policy::Policy;

/// How long the provider wants no calls after a 429.
const LIMIT: Duration = Duration::from_secs(1);

/// Connects to a provider that works, limits or breaks, depending on the path.
async fn line(odd: &str) -> Line {
    let limited = json!({ "retryAfter": LIMIT.as_secs_f64() }).to_string();
    let routes = Router::new()
        .route("/well", post(async || "{}"))
        .route("/limits", post(async move || (StatusCode::TOO_MANY_REQUESTS, limited)))
        .route("/breaks", post(async || StatusCode::INTERNAL_SERVER_ERROR));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Line::new(base.clone(), base, "key".to_owned(), Policy::named(odd))
}

#[derive(Debug, PartialEq)]
enum Next {
    AtOnce,
    Waited,
    Refused,
}

#[tokio::test]
async fn a_failure_concerns_everybody_or_only_the_call_that_met_it() {
    let table = [
        ("breaker", "breaks", Next::Refused),
        ("breaker", "limits", Next::Refused),
        ("pause", "breaks", Next::AtOnce),
        ("pause", "limits", Next::Waited),
        ("queue", "breaks", Next::AtOnce),
        ("queue", "limits", Next::Refused),
        ("sequential", "limits", Next::AtOnce),
        ("workers", "limits", Next::AtOnce),
    ];
    futures_util::future::join_all(table.map(|(odd, fails, expected)| concerns(odd, fails, expected))).await;
}

async fn concerns(odd: &str, fails: &str, expected: Next) {
    let (line, failing, well) = (line(odd).await, Ask::post(fails, json!({})), Ask::post("well", json!({})));
    let next = async {
        // Late enough for the other call to have failed twice, and before its limit is over.
        tokio::time::sleep(LIMIT / 4).await;
        let started = Instant::now();
        match line.ask(&well).await {
            Ok(_) if started.elapsed() < LIMIT / 2 => Next::AtOnce,
            Ok(_) => Next::Waited,
            Err(Stuck::Later(_) | Stuck::Unlinked) => Next::Refused,
        }
    };
    let (first, next) = tokio::join!(line.ask(&failing), next);
    assert!(matches!(first, Err(Stuck::Later(_))), "{odd}: it {fails} for ever");
    assert_eq!(next, expected, "{odd} when it {fails}");
    tokio::time::sleep(LIMIT).await;
    assert!(line.ask(&well).await.is_ok(), "{odd}: it {fails}, and nobody calls any more");
}
