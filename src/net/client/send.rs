//! Sends what the gate admitted, within limits, and records it without secrets.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{HOST, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode};
use url::Url;

use super::connections::{self, ClientError, ClientKind, Clients};
use super::decoding::{Decoded, decoded};
use super::record;
use super::simulated_environments::{SimulatedEnvironments, SimulatedHost, ports};
use super::transport_error::{self, trouble};
use crate::address::Host;
use crate::evidence::{Body, Outcome, Request, TransportError, TransportErrorKind, is_redirect};
use crate::net::gate::{Admitted, Draft, Gate, Purpose};
use crate::net::header_case;
use crate::pack::types::Environment;
use crate::redact::Redactor;

/// The largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Maximum number of redirects that are followed.
const MAX_REDIRECTS: usize = 5;

/// The limits of one call.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long the complete response may take, from sending the request to the last byte.
    pub deadline: Duration,
    /// The largest body that is read, in bytes; never more than [`MAX_BODY_BYTES`].
    pub body: usize,
    /// Whether to follow redirects, which only calls without a key do.
    pub follow: bool,
    /// The JSON fields that are recorded; all others are dropped. Of responses from the provider's production, no field
    /// is recorded if this is `None`.
    pub keep: Option<Vec<String>>,
}

impl Limits {
    /// Returns the usual limits with a deadline.
    pub fn within(deadline: Duration) -> Self {
        Limits { deadline, body: MAX_BODY_BYTES, follow: false, keep: None }
    }
}

/// The outcome of a call, with the request as it is recorded.
#[derive(Clone)]
pub struct CallResult {
    /// The request, redacted.
    pub request: Request,
    /// The response, or why there was none, redacted.
    pub outcome: Outcome,
    /// The raw body, for a caller that looks for a token in it. It must not be recorded.
    pub raw: Option<Vec<u8>>,
    /// The address that the call connected to or would have connected to. In a simulated environment, it is the address
    /// that the profile assigns.
    pub address: Option<IpAddr>,
    /// The time from sending the request to the end of the response, or to the failure.
    pub latency: Duration,
}

/// Sends calls through the gate. Only calls to a provider reuse connections.
pub struct Sender {
    gate: Arc<Gate>,
    redactor: Redactor,
    simulated_environments: BTreeMap<Host, SimulatedHost>,
    clients: Clients,
}

/// Creates an HTTP client for a simulated provider that delivers webhooks itself.
///
/// # Errors
///
/// The certificate authority of the simulated environments cannot be read.
pub fn player(simulated_environments: &SimulatedEnvironments) -> Result<reqwest::Client, ClientError> {
    connections::for_play(ports(&simulated_environments.parsed()), simulated_environments.ca_pem.as_deref())
}

/// How far a call has come, for the report if it times out.
#[derive(Default)]
struct Progress {
    host: String,
    address: Option<IpAddr>,
    status: Option<u16>,
}

/// A response whose body was read, to its end or to the limit.
struct CompleteResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Whether the body continues beyond the limit. Of a page without a key, the beginning suffices.
    more: bool,
    /// The length of the body, if its encoding could not be decoded.
    unread: Option<usize>,
    environment: Option<Environment>,
}

impl Sender {
    /// Creates a sender behind a gate. Redirects pass the gate too.
    pub fn new(gate: Arc<Gate>, simulated_environments: &SimulatedEnvironments, redactor: Redactor) -> Self {
        let known = simulated_environments.parsed();
        let clients = Clients::new(ports(&known), simulated_environments.ca_pem.clone());
        Sender { gate, redactor, simulated_environments: known, clients }
    }

    /// Returns the gate, for other parts that need a call admitted.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Sends a call if the gate admits it. A denied call results in a transport error.
    pub async fn call(&self, draft: Draft, limits: Limits) -> CallResult {
        let request = record::drafted(&draft, &self.redactor);
        match self.gate.admit(draft) {
            Ok(admitted) => self.send(admitted, limits).await,
            Err(refusal) => {
                tracing::info!("denied {} {}: {refusal}", request.method, request.url);
                let outcome = Outcome::TransportError(TransportError::from(&refusal));
                CallResult { request, outcome, raw: None, address: None, latency: Duration::ZERO }
            }
        }
    }

    /// Sends an admitted call. A failure is an outcome like any other.
    pub async fn send(&self, admitted: Admitted, limits: Limits) -> CallResult {
        let mut request = record::request(&admitted, &self.redactor);
        if is_spelled(&admitted.purpose, &admitted.url) {
            for (name, _) in &mut request.headers {
                if let Some(written) = admitted.spelled.iter().find(|written| written.eq_ignore_ascii_case(name)) {
                    name.clone_from(written);
                }
            }
        }
        let open = admitted.purpose == Purpose::Open;
        // Created before the clock starts, because loading this machine's root certificates is no latency of the other
        // side.
        self.clients.get(self.road(&admitted.url)).await.ok();
        let (started, mut progress) = (Instant::now(), Progress::default());
        let exchanging = tokio::time::timeout(limits.deadline, self.exchange(admitted, &limits, &mut progress)).await;
        let whole =
            exchanging.unwrap_or_else(|_| Err(transport_error::late(limits.deadline, &progress.host, progress.status)));
        let latency = started.elapsed();
        if whole.is_err() && open && progress.address.is_none() {
            progress.address = connections::led_to(&progress.host).await;
        }
        let (outcome, raw) = match whole {
            Ok(whole) => {
                let nothing = Vec::new();
                let keep = match whole.environment {
                    Some(Environment::Production) => Some(limits.keep.as_ref().unwrap_or(&nothing)),
                    Some(Environment::Test) | None => limits.keep.as_ref(),
                };
                let (status, keep) = (whole.status.as_u16(), keep.map(Vec::as_slice));
                let mut answer = record::answer(status, &whole.headers, &whole.body, keep, &self.redactor);
                // A truncated text may contain part of a secret, which redaction does not find, and an undecoded body
                // may contain a whole one.
                if let Some(length) = whole.unread.or(whole.more.then_some(whole.body.len())) {
                    answer.body = Body::Binary(length);
                }
                (Outcome::Answered(answer), Some(whole.body))
            }
            Err(trouble) => {
                let detail = self.redactor.text(&trouble.detail);
                (Outcome::TransportError(TransportError { detail, ..trouble }), None)
            }
        };
        let (method, url, said) = (&request.method, &request.url, outcome.brief(Outcome::MAX_SENTENCE_CHARS));
        tracing::debug!("sent {method} {url}: {said} (after {} ms)", latency.as_millis());
        CallResult { request, outcome, raw, address: progress.address, latency }
    }

    async fn exchange(
        &self,
        first: Admitted,
        limits: &Limits,
        progress: &mut Progress,
    ) -> Result<CompleteResponse, TransportError> {
        let open = first.purpose == Purpose::Open;
        let follows = limits.follow && open;
        let mut admitted = first;
        for _ in 0..=MAX_REDIRECTS {
            let environment = admitted.environment;
            let next = Draft {
                purpose: Purpose::Open,
                method: admitted.method.to_string(),
                url: admitted.url.to_string(),
                headers: written(&admitted.headers),
                body: Vec::new(),
                credentials: Vec::new(),
            };
            let mut response = self.head(admitted, progress).await?;
            let location =
                response.headers().get(LOCATION).filter(|_| follows && is_redirect(response.status().as_u16()));
            let Some(location) = location else {
                let (status, headers) = (response.status(), response.headers().clone());
                let (body, more) = read(&mut response, limits.body.min(MAX_BODY_BYTES), &progress.host).await?;
                if more && !open {
                    let detail = format!("the response of {} is larger than {} bytes", progress.host, body.len());
                    return Err(trouble(TransportErrorKind::TooLarge, detail));
                }
                if more {
                    return Ok(CompleteResponse { status, headers, body, more, unread: None, environment });
                }
                let most = limits.body.min(MAX_BODY_BYTES);
                let (body, unread) = match decoded(&headers, body, most) {
                    Decoded::Plain(body) => (body, None),
                    Decoded::Unread(length) => (Vec::new(), Some(length)),
                    Decoded::TooLarge => {
                        let detail = format!("the response of {} decodes to more than {most} bytes", progress.host);
                        return Err(trouble(TransportErrorKind::TooLarge, detail));
                    }
                };
                return Ok(CompleteResponse { status, headers, body, more, unread, environment });
            };
            admitted = self.redirected(next, location)?;
        }
        Err(trouble(
            TransportErrorKind::Redirects,
            format!("more than {MAX_REDIRECTS} redirects, the last one from {}", progress.host),
        ))
    }

    /// Sends one request and waits for the head of its response.
    async fn head(&self, admitted: Admitted, progress: &mut Progress) -> Result<Response, TransportError> {
        admitted.url.host_str().unwrap_or_default().clone_into(&mut progress.host);
        let simulated_host = Host::of(&admitted.url).and_then(|host| self.simulated_environments.get(&host));
        (progress.address, progress.status) = (simulated_host.map(|simulated_host| simulated_host.address), None);
        let client = self.clients.get(self.road(&admitted.url)).await;
        let client =
            client.map_err(|why| trouble(TransportErrorKind::Certificate, format!("TLS is not available: {why}")))?;
        let Admitted { purpose, method, mut url, mut headers, spelled, body, .. } = admitted;
        if simulated_host.is_some()
            && let Some(port) = url.port()
        {
            // The resolver's port applies only to a URL without a port, so a port of the URL moves to the `Host`
            // header.
            let host = HeaderValue::from_str(&format!("{}:{port}", progress.host));
            headers.extend(host.ok().map(|host| (HOST, host)));
            url.set_port(None).ok();
        }
        match &purpose {
            Purpose::Provider { .. } | Purpose::Simulated { .. } => {}
            Purpose::Delivery { .. } | Purpose::Partner { .. } | Purpose::Open => {
                headers.extend([connections::alone()]);
            }
        }
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        if !body.is_empty() || !matches!(request.method().as_str(), "GET" | "HEAD" | "DELETE") {
            *request.body_mut() = Some(body.into());
        }
        if is_spelled(&purpose, request.url()) {
            return self.deliver(request, &spelled, progress).await;
        }
        let response =
            client.execute(request).await.map_err(|error| transport_error::from_reqwest(&error, &progress.host))?;
        progress.address = progress.address.or(response.remote_addr().map(|address| address.ip()));
        progress.status = Some(response.status().as_u16());
        Ok(response)
    }

    /// Sends a delivery with header names spelled as the provider spells them. Over TLS, all names are lower-case, as
    /// reverse proxies pass them on.
    async fn deliver(
        &self,
        request: reqwest::Request,
        spelled: &[String],
        progress: &mut Progress,
    ) -> Result<Response, TransportError> {
        let addresses =
            self.clients.addresses(request.url()).await.map_err(|error| transport_error::of_name(&error))?;
        let called = header_case::call(&addresses, request, spelled).await;
        let (response, address) = called.map_err(|error| transport_error::of_line(&error, &progress.host))?;
        progress.address = progress.address.or(Some(address.ip()));
        progress.status = Some(response.status().as_u16());
        Ok(response)
    }

    /// Returns the next hop of a redirect, which the gate judges like any other call.
    fn redirected(&self, mut next: Draft, location: &HeaderValue) -> Result<Admitted, TransportError> {
        let nowhere = || trouble(TransportErrorKind::Redirects, "a redirect has a Location that is not a URL");
        let from = Url::parse(&next.url).map_err(|_| nowhere())?;
        let to =
            std::str::from_utf8(location.as_bytes()).ok().and_then(|text| from.join(text).ok()).ok_or_else(nowhere)?;
        if from.scheme() == "https" && to.scheme() != "https" {
            let detail = format!("{} redirects from https to {}", from.host_str().unwrap_or_default(), to.scheme());
            return Err(trouble(TransportErrorKind::Redirects, detail));
        }
        let is_here = |url: &Url| Host::of(url).is_some_and(|host| host.is_here());
        if is_here(&to) && !is_here(&from) {
            let detail =
                format!("{} redirects to this machine or its private network", from.host_str().unwrap_or_default());
            return Err(trouble(TransportErrorKind::Redirects, detail));
        }
        next.url = to.into();
        self.gate.admit(next).map_err(|refusal| TransportError::from(&refusal))
    }

    fn road(&self, url: &Url) -> ClientKind {
        match url.scheme() {
            "https" if Host::of(url).is_some_and(|host| self.simulated_environments.contains_key(&host)) => {
                ClientKind::Simulated
            }
            "https" => ClientKind::Public,
            _ => ClientKind::Plain,
        }
    }
}

/// Whether the header names of a call are sent as they are written.
fn is_spelled(purpose: &Purpose, url: &Url) -> bool {
    matches!(purpose, Purpose::Delivery { .. }) && url.scheme() == "http"
}

fn written(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// Reads a body up to a limit. Returns whether there is more; dropping the response then closes the connection.
async fn read(response: &mut Response, most: usize, host: &str) -> Result<(Vec<u8>, bool), TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport_error::from_reqwest(&error, host))? {
        let left = most - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(left)]);
        if chunk.len() > left {
            return Ok((body, true));
        }
    }
    Ok((body, false))
}
