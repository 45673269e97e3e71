//! Distributes requests over several processes, one after the other.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

struct Front {
    workers: Vec<(Child, String)>,
    next: AtomicUsize,
    http: Client,
}

pub(super) async fn router(processes: usize) -> Router {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let workers = futures_util::future::join_all((0..processes).map(|_| worker())).await;
    let http = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let front = Arc::new(Front { workers, next: AtomicUsize::new(0), http });
    Router::new().fallback(async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        front.pass_on(method, &uri, headers, body).await.unwrap_or_else(|| StatusCode::BAD_GATEWAY.into_response())
    })
}

/// Starts a process. Returns it with the address that it prints.
async fn worker() -> (Child, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(std::env::args().skip(1)).env("WORKER", "1").env("PORT", "0");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(address) = line.strip_prefix("listening on ") {
            // The process dies of a closed pipe if it prints again, as a test does that runs for more than a minute.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, address.to_owned());
        }
    }
    panic!("the process ended without telling its address");
}

impl Front {
    async fn pass_on(&self, method: Method, uri: &Uri, mut headers: HeaderMap, body: Bytes) -> Option<Response> {
        let (_, worker) = &self.workers[self.next.fetch_add(1, Ordering::Relaxed) % self.workers.len()];
        headers.remove(header::HOST);
        headers.remove(header::CONTENT_LENGTH);
        let call = self.http.request(method, format!("{worker}{uri}")).headers(headers).body(body);
        let answer = call.send().await.ok()?;
        let status = answer.status();
        let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
        let mut passed = (status, Body::from(answer.bytes().await.ok()?)).into_response();
        kind.and_then(|kind| passed.headers_mut().insert(header::CONTENT_TYPE, kind));
        Some(passed)
    }
}
