//! Listens for HTTP requests, with one listener per API because the paths of APIs overlap.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::delivery::{body_of, weight_of};
use super::journal::Entry;
use super::limits::LimitReached;
use super::reply::RequestResult;
use super::request::Received;
use super::state::Inner;
use crate::evidence;
use crate::redact::letters;

/// Maximum size of a request body that is read, in bytes.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// Serves one API until the simulator stops.
pub(super) async fn serve(inner: Arc<Inner>, api: String, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let router = Router::new().fallback(handle).with_state((inner, Arc::<str>::from(api)));
    let service = router.into_make_service_with_connect_info::<Cut>();
    let stopped = async move {
        // An error means that the simulator was dropped, which also ends the server.
        drop(stop.wait_for(|stop| *stop).await);
    };
    // Only the signal ends the server. The listener retries after its own errors.
    drop(axum::serve(Cutting(listener), service).with_graceful_shutdown(stopped).await);
}

async fn handle(
    State((inner, api)): State<(Arc<Inner>, Arc<str>)>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let from = Instant::now();
    let received = receive(&api, request).await;
    // A separate task, because the call must be recorded even if the partner disconnects.
    let work = tokio::spawn(async move { carry_out(&inner, received, from).await });
    let Ok(answered) = work.await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    if answered.manner.dropped {
        cut.0.store(true, Ordering::SeqCst);
    }
    respond(answered)
}

async fn receive(api: &str, request: Request) -> Received {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), letters(value.as_bytes())));
    let body = to_bytes(body, MAX_REQUEST_BYTES).await;
    Received {
        api: api.to_owned(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers.collect(),
        too_large: body.is_err(),
        body: body.map(Into::into).unwrap_or_default(),
    }
}

async fn carry_out(inner: &Arc<Inner>, received: Received, from: Instant) -> RequestResult {
    let answered = inner.answer(&received);
    if !answered.manner.delay.is_zero() {
        tokio::time::sleep(answered.manner.delay).await;
    }
    let (method, path, status) = (&received.method, &received.path, answered.reply.status);
    tracing::debug!("the partner called {method} {path} of the API {}: {status}", received.api);
    let what = call(&received, &answered);
    let bytes = size(&what);
    if !inner.journal.add(Entry { from, to: Instant::now(), what }, bytes, answered.owner.as_deref()) {
        inner.full.note(LimitReached::Calls);
    }
    answered
}

/// Returns the approximate memory of a recorded call, in bytes.
fn size(call: &evidence::RecordedCall) -> usize {
    let headers = call.request.headers.iter().chain(&call.answer.headers);
    let headers: usize = headers.map(|(name, value)| name.len() + value.len() + 80).sum();
    call.request.url.len() + headers + weight_of(&call.request.body) + weight_of(&call.answer.body) + 1024
}

fn call(received: &Received, answered: &RequestResult) -> evidence::RecordedCall {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(&received.query).finish();
    let dropped = answered.manner.dropped;
    let body = answered.reply.body.clone().map_or(evidence::Body::Empty, evidence::Body::Json);
    evidence::RecordedCall {
        api: received.api.clone(),
        request: evidence::Request {
            method: received.method.clone(),
            url: if query.is_empty() { received.path.clone() } else { format!("{}?{query}", received.path) },
            headers: received.headers.clone(),
            // A form is recorded as JSON, so that its fields are compared by name.
            body: body_of(received.header("content-type"), &received.body),
        },
        // Status 0 stands for a dropped connection.
        answer: evidence::Response {
            status: if dropped { 0 } else { answered.reply.status },
            headers: if dropped { Vec::new() } else { answered.reply.headers.clone() },
            body: if dropped { evidence::Body::Empty } else { body },
        },
        arranged: answered.arranged,
        route: answered.route.clone(),
        not_played: answered.not_played,
        about: answered.about.clone(),
        client: answered.owner.clone(),
        token_of: answered.token_of.clone(),
    }
}

fn respond(answered: RequestResult) -> Response {
    let status = StatusCode::from_u16(answered.reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match answered.reply.body {
        Some(body) => (status, axum::Json(body)).into_response(),
        None => status.into_response(),
    };
    for (name, value) in answered.reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Whether to end a connection without sending another byte.
#[derive(Clone, Debug, Default)]
struct Cut(Arc<AtomicBool>);

impl Connected<IncomingStream<'_, Cutting>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Cutting>) -> Self {
        stream.io().cut.clone()
    }
}

/// A listener whose connections can be cut.
struct Cutting(TcpListener);

impl Listener for Cutting {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Without this, a keep-alive connection would add tens of milliseconds to the measured times.
        drop(stream.set_nodelay(true));
        (Connection { stream, cut: Cut::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that can be cut.
struct Connection {
    stream: TcpStream,
    cut: Cut,
}

impl Connection {
    fn alive(&self) -> io::Result<()> {
        if self.cut.0.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.alive()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
