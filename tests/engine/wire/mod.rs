//! The HTTP client against hostile, broken and well-behaved servers on loopback.

mod answers;
mod broken;
mod encoded;
mod redirects;
mod tls;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use preflight::evidence::{Outcome, Response, TransportError, TransportErrorKind};
use preflight::net::client::{CallResult, Limits, Sender, SimulatedEnvironments, SimulatedHost};
use preflight::net::gate::{Draft, Gate, ProviderHosts, Purpose, Rules};
use preflight::pack::types::{Environment, Stage};
use preflight::redact::Redactor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Long enough for anything on loopback.
const PATIENCE: Duration = Duration::from_secs(20);

/// Creates a gate for a provider with one API in each environment.
fn gate() -> Arc<Gate> {
    let provider_hosts = |base: &str| ProviderHosts {
        apis: BTreeMap::from([("main".to_owned(), base.parse().unwrap())]),
        other_hosts: vec![],
    };
    let rules = Rules {
        environments: BTreeMap::from([
            (Environment::Test, provider_hosts("https://testapi.provider.example:8443/")),
            (Environment::Production, provider_hosts("https://api.provider.example/")),
        ]),
        ..Rules::default()
    };
    Arc::new(Gate::new(&rules).unwrap())
}

fn wire() -> Sender {
    Sender::new(gate(), &SimulatedEnvironments::default(), Redactor::new())
}

/// Returns simulated environments on these ports, with the authority that they are trusted by.
fn simulated_environments(hosts: &[(&str, u16)], ca_pem: Option<String>) -> SimulatedEnvironments {
    let simulated_host = |port| SimulatedHost { port, address: "203.0.113.5".parse().unwrap() };
    SimulatedEnvironments {
        hosts: hosts.iter().map(|(name, port)| ((*name).to_owned(), simulated_host(*port))).collect(),
        ca_pem,
    }
}

fn draft(purpose: Purpose, method: &str, url: impl Into<String>) -> Draft {
    let (method, url) = (method.to_owned(), url.into());
    Draft { purpose, method, url, headers: vec![], body: vec![], credentials: vec![] }
}

fn partner(url: impl Into<String>) -> Draft {
    draft(Purpose::Partner { stage: Stage::Rehearsal }, "GET", url)
}

async fn send(wire: &Sender, draft: Draft, limits: Limits) -> CallResult {
    let admitted = wire.gate().admit(draft).expect("the gate admits it");
    wire.send(admitted, limits).await
}

/// Returns the result of a plain lookup at a local server.
async fn look(address: SocketAddr) -> CallResult {
    send(&wire(), partner(format!("http://{address}/")), Limits::within(PATIENCE)).await
}

fn answer(sent: &CallResult) -> &Response {
    sent.outcome.answer().unwrap_or_else(|| panic!("{:?}", sent.outcome))
}

fn trouble(sent: &CallResult) -> &TransportError {
    match &sent.outcome {
        Outcome::TransportError(trouble) => trouble,
        Outcome::Answered(answer) => panic!("{answer:?}"),
    }
}

#[track_caller]
fn assert_trouble(sent: &CallResult, kind: TransportErrorKind, detail: &str) {
    let trouble = trouble(sent);
    assert_eq!(trouble.kind, kind, "{trouble:?}");
    assert!(trouble.detail.contains(detail), "{trouble:?}");
    assert!(sent.raw.is_none());
}

/// Serves every connection with `handle` for as long as the test runs.
async fn serve<F: Future<Output = ()> + Send + 'static>(
    handle: impl Fn(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(handle(stream));
        }
    });
    address
}

/// Reads the head of a request; `None` at the end of the connection.
async fn head(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// Answers the first request with these bytes, and ends the connection.
async fn once(answer: impl AsRef<[u8]> + Clone + Send + Sync + 'static) -> SocketAddr {
    serve(move |mut stream| {
        let answer = answer.clone();
        async move {
            head(&mut stream).await;
            stream.write_all(answer.as_ref()).await.ok();
            stream.shutdown().await.ok();
        }
    })
    .await
}

/// Returns a complete response with this body.
fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}
