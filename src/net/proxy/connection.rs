//! Serves one client connection of the proxy: opens a tunnel, or forwards a request.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1 as client;
use hyper::header::{CONNECTION, HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, UPGRADE};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::host_policy::{HostDecision, addresses};
use super::shared::Shared;
use crate::address::Host;

/// Maximum size of a request head, in bytes.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How long a client may take to send the head of its request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection to a host may take to be established.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum length of a host name, in bytes.
const MAX_HOST_BYTES: usize = 253;

/// Hop-by-hop headers, which are not forwarded.
const HOP: [HeaderName; 7] = [
    CONNECTION,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

type ProxyResponse = Response<Either<Full<Bytes>, Incoming>>;

/// Serves a connection, which holds its permit until it is closed.
pub(super) async fn connection(shared: Arc<Shared>, stream: TcpStream, place: OwnedSemaphorePermit) {
    let place = Arc::new(place);
    let service = service_fn(|request| {
        let (shared, place) = (Arc::clone(&shared), Arc::clone(&place));
        async move { Ok::<_, Infallible>(answer(shared, request, place).await) }
    });
    let mut settings = server::Builder::new();
    settings.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES).keep_alive(false);
    let serving = settings.serve_connection(TokioIo::new(stream), service).with_upgrades();
    // The client sees the errors on its connection, so they need no record.
    shared.bounded(async { drop(serving.await) }).await;
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>, place: Arc<OwnedSemaphorePermit>) -> ProxyResponse {
    let Some((host, port)) = target(request.uri()) else {
        let words = "this is the proxy of a rehearsal: it accepts CONNECT and absolute http URLs";
        return respond(StatusCode::BAD_REQUEST, words);
    };
    let decision = shared.policy.to(&host);
    let reached = match &decision {
        HostDecision::Here(here) => reach(async { Ok(here.iter().map(|ip| (*ip, port).into()).collect()) }).await,
        HostDecision::Named(name) => reach(addresses(name, port)).await,
        HostDecision::Shut | HostDecision::Unknown => {
            shared.note(&host, port);
            let why = match decision {
                HostDecision::Shut => "it belongs to the provider's real environments, which a rehearsal never reaches",
                HostDecision::Here(_) | HostDecision::Named(_) | HostDecision::Unknown => {
                    "a rehearsed build may reach this machine and the hosts that the profile lists under \
                     `rehearsal.allow_hosts`"
                }
            };
            tracing::info!("denied the partner's connection to {host}:{port}: {why}");
            return respond(StatusCode::FORBIDDEN, &format!("{host}:{port} is denied: {why}"));
        }
    };
    let passed = match reached {
        Ok(there) if request.method() == Method::CONNECT => Ok(tunnel(shared, request, there, place)),
        Ok(there) => pass_on(shared, request, there).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    passed
        .unwrap_or_else(|error| respond(StatusCode::BAD_GATEWAY, &format!("{host}:{port} cannot be reached: {error}")))
}

/// Returns the host and the port that a proxy request names.
fn target(uri: &Uri) -> Option<(String, u16)> {
    let authority = uri.authority()?;
    let usual = match uri.scheme_str() {
        Some("https") | None => 443,
        Some(_) => 80,
    };
    let host: String = authority.host().chars().take(MAX_HOST_BYTES).collect();
    Some((Host::spelling(&host), authority.port_u16().unwrap_or(usual)))
}

async fn reach(to: impl Future<Output = io::Result<Vec<SocketAddr>>>) -> io::Result<TcpStream> {
    let reached = async { TcpStream::connect(to.await?.as_slice()).await };
    tokio::time::timeout(CONNECT_TIMEOUT, reached).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Confirms a tunnel, and passes through everything that follows.
fn tunnel(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    mut there: TcpStream,
    place: Arc<OwnedSemaphorePermit>,
) -> ProxyResponse {
    tokio::spawn(async move {
        let carried = async {
            if let Ok(here) = hyper::upgrade::on(request).await {
                // Either side may close the tunnel, so its end is no error.
                drop(tokio::io::copy_bidirectional(&mut TokioIo::new(here), &mut there).await);
            }
        };
        shared.bounded(carried).await;
        drop(place);
    });
    Response::new(Either::Left(Full::default()))
}

/// Forwards a request and returns the response.
async fn pass_on(
    shared: Arc<Shared>,
    mut request: Request<Incoming>,
    there: TcpStream,
) -> Result<ProxyResponse, hyper::Error> {
    let (mut sender, connection) = client::handshake(TokioIo::new(there)).await?;
    tokio::spawn(async move { shared.bounded(async { drop(connection.await) }).await });
    let host = request.uri().authority().map(|authority| HeaderValue::from_str(authority.as_str()));
    for name in &HOP {
        request.headers_mut().remove(name);
    }
    if let Some(Ok(host)) = host {
        request.headers_mut().insert(HOST, host);
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    // A path that was parsed once parses again.
    *request.uri_mut() = path.parse().unwrap_or_default();
    Ok(sender.send_request(request).await?.map(Either::Right))
}

fn respond(status: StatusCode, words: &str) -> ProxyResponse {
    let mut answer = Response::new(Either::Left(Full::from(format!("preflight: {words}\n"))));
    *answer.status_mut() = status;
    answer.headers_mut().insert("content-type", HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
