//! Delivers webhook events as the provider would: signs them, follows the schedule, retries, and gives up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::collection::RecordFilter;
use super::journal::Entry;
use super::limits::LimitReached;
use super::state::Inner;
use super::transaction::Dispatch;
use super::values::{Members, text};
use crate::address::Host;
use crate::evidence::{Body, Delivery, DeliveryRole, Outcome, Request, Response, TransportError, TransportErrorKind};
use crate::json::weight;
use crate::net::header_case::{self, NoResponse};
use crate::pack::alteration::Alteration;
use crate::pack::scheme::{Documented, Webhooks};
use crate::redact::unfrayed;
use crate::webhook::{CHANGED, DeliverySpec, SignedRequest, compose, secret_derived};

/// The largest response that is read and the largest body that is recorded, in bytes.
const MAX_RESPONSE_BYTES: usize = 64 << 10;

/// Delivers an event to its subscription until it is accepted or given up.
pub(super) async fn deliver(inner: Arc<Inner>, dispatch: Dispatch) {
    let Some(scheme) = &inner.script.provider.webhooks else { return };
    let mut due = inner.clock.elapsed();
    let mut failures = 0;
    let happened_at = now();
    for delay in &scheme.retries {
        // Each attempt is due by the schedule and not after the previous attempt, so that advancing the clock moves all
        // attempts.
        due = due.saturating_add(delay.0.mul_f64(strayed(scheme.jitter, rand::random())));
        inner.clock.sleep_until(due).await;
        let Some(subscription) = inner.subscription(&dispatch) else { return };
        let outcome = attempt(&inner, scheme, &dispatch, &subscription, happened_at).await;
        let status = outcome.answer().map(|answer| answer.status);
        if status.is_some_and(|status| scheme.success.status.holds(status)) {
            return;
        }
        if matches!(&outcome, Outcome::TransportError(trouble) if trouble.kind == TransportErrorKind::Refused) {
            return;
        }
        failures += 1;
        if let Some(reason) = status.and_then(|status| scheme.disable.at_once_on.get(&status)) {
            return inner.disable(&dispatch, Some(reason));
        }
        if failures >= scheme.disable.after_failures {
            return inner.disable(&dispatch, scheme.disable.reason.as_ref());
        }
    }
}

/// Returns the jitter factor of a delay. `chance` is between 0 and 1.
fn strayed(jitter: f64, chance: f64) -> f64 {
    1.0 + jitter.clamp(0.0, 1.0) * (2.0 * chance - 1.0)
}

/// Returns the real time, in seconds since 1970. The partner's clock is real too, so simulated time would not fit.
fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

async fn attempt(
    inner: &Inner,
    scheme: &Webhooks,
    dispatch: &Dispatch,
    subscription: &Members,
    happened_at: i64,
) -> Outcome {
    let from = Instant::now();
    let _under_way = InFlight::new(inner);
    let to = inner.script.spec.subscriptions.as_ref();
    let url = to.and_then(|to| subscription.get(&to.url)).map(text).unwrap_or_default();
    let secrets = inner.secrets(scheme, subscription);
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let alteration = Alteration::default();
    let order = DeliverySpec {
        scheme,
        event: &dispatch.event,
        body: &dispatch.body,
        id: &dispatch.id,
        secrets: &secrets,
        url: &url,
        sent_at: now(),
        happened_at,
        alteration: &alteration,
    };
    let (request, outcome) = match compose(&order) {
        Ok(signed) => {
            let request = Request {
                method: signed.method.into(),
                url: url.clone(),
                headers: recorded(scheme, &signed),
                body: body_of(None, &signed.body),
            };
            (request, send(inner, &url, signed, scheme.success.patience()).await)
        }
        Err(error) => (Request { url, ..Request::default() }, trouble(TransportErrorKind::Refused, error.to_string())),
    };
    // Only the status: a body is shown in part, and part of a secret would not be recognised.
    let status = outcome.answer().map_or_else(|| "no answer".to_owned(), |answer| answer.status.to_string());
    tracing::debug!("delivered {} to {}: {status}", dispatch.event, request.url);
    record(inner, dispatch, (from, request, outcome.clone()), scheme);
    outcome
}

/// Counts a delivery attempt as in flight until it is dropped.
struct InFlight<'i>(&'i Inner);

impl<'i> InFlight<'i> {
    fn new(inner: &'i Inner) -> Self {
        inner.under_way.send_modify(|number| *number += 1);
        InFlight(inner)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|number| *number -= 1);
    }
}

/// Returns the request headers as they are recorded, without values that derive from the secret.
fn recorded(scheme: &Webhooks, signed: &SignedRequest) -> Vec<(String, String)> {
    let apart = secret_derived(scheme, &Alteration::default());
    let lower = signed.headers.iter().map(|(name, value)| (name.to_lowercase(), value));
    let shown = |name: &str, value: &String| if apart.contains(name) { CHANGED.to_owned() } else { value.clone() };
    lower.map(|(name, value)| (name.clone(), shown(&name, value))).collect()
}

fn record(inner: &Inner, dispatch: &Dispatch, sent: (Instant, Request, Outcome), scheme: &Webhooks) {
    let (from, request, outcome) = sent;
    let to = Instant::now();
    let documented = scheme.events.get(&dispatch.event).is_some_and(|event| event.documented == Documented::Fully);
    let what = Delivery {
        role: DeliveryRole::Plain,
        event: dispatch.event.clone(),
        event_id: dispatch.id.clone(),
        age_s: 0,
        request,
        outcome,
        latency_ms: u64::try_from(to.duration_since(from).as_millis()).unwrap_or(u64::MAX),
        documented,
        effects: None,
    };
    let bytes =
        2048 + weight_of(&what.request.body) + what.outcome.answer().map_or(0, |answer| weight_of(&answer.body));
    if !inner.deliveries.add(Entry { from, to, what }, bytes, None) {
        inner.full.note(LimitReached::Deliveries);
    }
}

async fn send(inner: &Inner, url: &str, signed: SignedRequest, patience: Duration) -> Outcome {
    let Ok(url) = Url::parse(url) else {
        return trouble(TransportErrorKind::Refused, format!("`{url}` is not a URL"));
    };
    if !(inner.may_deliver)(&url) {
        return trouble(TransportErrorKind::Refused, format!("the simulator may not deliver to {url}"));
    }
    let method = reqwest::Method::from_bytes(signed.method.as_bytes()).unwrap_or(reqwest::Method::POST);
    let mut request = inner.client.request(method, url).body(signed.body);
    let spelled: Vec<String> = signed.headers.iter().map(|(name, _)| name.clone()).collect();
    for (name, value) in signed.headers {
        // The message does not show the value, which may be a secret.
        let Ok(value) = HeaderValue::try_from(value) else {
            return unsendable(&name, "its value contains characters that no header may have");
        };
        let Ok(known) = HeaderName::try_from(&name) else {
            return unsendable(&name, "it is not a valid header name");
        };
        request = request.header(known, value);
    }
    match tokio::time::timeout(patience, exchange(inner, request, &spelled)).await {
        Ok(Ok(answer)) => Outcome::Answered(answer),
        Ok(Err(DeliveryError::Unreached)) => {
            trouble(TransportErrorKind::Connect, "nothing listens there, or the network does not let it through".into())
        }
        Ok(Err(DeliveryError::Broken)) => {
            trouble(TransportErrorKind::Broken, "the connection ended before the response was complete".into())
        }
        Err(_) => trouble(TransportErrorKind::Timeout, format!("no complete response within {} s", patience.as_secs())),
    }
}

fn unsendable(name: &str, why: &str) -> Outcome {
    trouble(TransportErrorKind::Refused, format!("the header `{name}` cannot be sent: {why}"))
}

/// Why there is no complete response.
enum DeliveryError {
    Unreached,
    Broken,
}

impl From<reqwest::Error> for DeliveryError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_connect() { DeliveryError::Unreached } else { DeliveryError::Broken }
    }
}

impl From<NoResponse> for DeliveryError {
    fn from(error: NoResponse) -> Self {
        match error {
            NoResponse::Connect(_) => DeliveryError::Unreached,
            NoResponse::Broken(_) | NoResponse::Unwritable(_) => DeliveryError::Broken,
        }
    }
}

async fn exchange(
    inner: &Inner,
    request: reqwest::RequestBuilder,
    spelled: &[String],
) -> Result<Response, DeliveryError> {
    let request = request.build()?;
    let response = match here(request.url()) {
        Some(addresses) => header_case::call(&addresses, request, spelled).await?.0,
        None => inner.client.execute(request).await?,
    };
    read(response).await
}

/// Returns the addresses of a handler over plain HTTP that needs no DNS. The HTTP client is not used for it.
fn here(url: &Url) -> Option<Vec<SocketAddr>> {
    let port = url.port_or_known_default().filter(|_| url.scheme() == "http")?;
    Some(Host::of(url)?.known_addresses()?.into_iter().map(|ip| (ip, port).into()).collect())
}

async fn read(mut response: reqwest::Response) -> Result<Response, DeliveryError> {
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let (status, headers) = (response.status().as_u16(), headers.collect());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_RESPONSE_BYTES {
            break;
        }
    }
    Ok(Response { status, headers, body: body_of(None, &bytes) })
}

fn trouble(kind: TransportErrorKind, detail: String) -> Outcome {
    Outcome::TransportError(TransportError { kind, detail })
}

/// Decodes a body as far as possible. A large body is truncated.
pub(super) fn body_of(content_type: Option<&str>, bytes: &[u8]) -> Body {
    if bytes.len() > MAX_RESPONSE_BYTES {
        let cut = unfrayed(bytes, MAX_RESPONSE_BYTES);
        // Only the last character may be incomplete. Any other body counts as binary, because no search finds a secret
        // among bytes that are no text.
        let first = cut.utf8_chunks().next();
        let text = first.filter(|chunk| chunk.valid().len() + chunk.invalid().len() == cut.len());
        return text.map_or(Body::Binary(bytes.len()), |text| {
            Body::Text(format!("{}… ({} bytes)", text.valid(), bytes.len()))
        });
    }
    Body::read(content_type, bytes)
}

/// Returns the approximate memory of a body, in bytes.
pub(super) fn weight_of(body: &Body) -> usize {
    match body {
        Body::Json(json) => weight(json),
        Body::Text(text) => text.len(),
        Body::Empty | Body::Binary(_) => 0,
    }
}

impl Inner {
    /// Returns the current subscription of a dispatch, if it exists and is active.
    fn subscription(&self, dispatch: &Dispatch) -> Option<Members> {
        let to = self.script.spec.subscriptions.as_ref()?;
        let store = self.store();
        let record = store.find(&to.within, &self.which(dispatch))?;
        (record.get(&to.active) == Some(&Value::Bool(true))).then(|| record.clone())
    }

    /// Returns the secrets that sign a delivery now: that of the subscription, and the previous one while both are
    /// valid.
    fn secrets(&self, scheme: &Webhooks, subscription: &Members) -> Vec<String> {
        let Some(to) = &self.script.spec.subscriptions else { return Vec::new() };
        let member = |name: &String| subscription.get(name).filter(|value| !value.is_null()).map(text);
        let overlap = scheme.mac.as_ref().and_then(|mac| mac.signatures.as_ref()?.overlap);
        let previous = to.previous.as_ref().zip(overlap).and_then(|(previous, overlap)| {
            let since = OffsetDateTime::parse(&member(&previous.since)?, &Rfc3339).ok()?;
            member(&previous.secret).filter(|_| self.clock.now() - since < overlap.0)
        });
        member(&to.secret).into_iter().chain(previous).collect()
    }

    fn disable(&self, dispatch: &Dispatch, reason: Option<&String>) {
        let Some(to) = &self.script.spec.subscriptions else { return };
        let set = [(to.active.clone(), json!(false)), (to.disabled.clone(), json!(reason))];
        self.store().change(&to.within, &self.which(dispatch), &set.into_iter().collect(), self.clock.now());
        self.tell(dispatch, reason);
    }

    /// Creates the record that the provider creates when it disables a subscription, such as an email to the
    /// subscriber.
    fn tell(&self, dispatch: &Dispatch, reason: Option<&String>) {
        let told = self.script.provider.webhooks.as_ref().and_then(|hooks| hooks.disable.creates.as_ref());
        let Some(kind) = told else { return };
        self.turn(|turn| {
            turn.scope.set("subscription", &json!(dispatch.subscription));
            turn.scope.set("event", &json!({ "name": dispatch.event, "id": dispatch.id, "reason": reason }));
            turn.create(kind, &Value::Null, false);
        });
    }

    fn which(&self, dispatch: &Dispatch) -> RecordFilter {
        let key = self.script.spec.subscriptions.as_ref().map(|to| to.key.clone()).unwrap_or_default();
        let value = dispatch.subscription.get(&key).cloned().unwrap_or_default();
        RecordFilter { like: Members::from_iter([(key, value)]), unlike: Members::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_strays_by_its_share_at_most_and_not_at_all_where_none_is_documented() {
        for (jitter, chance, factor) in
            [(0.1, 0.0, 0.9), (0.1, 0.5, 1.0), (0.1, 1.0, 1.1), (0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (7.0, 0.0, 0.0)]
        {
            assert!((strayed(jitter, chance) - factor).abs() < 1e-9, "{jitter} {chance}");
        }
    }

    #[test]
    fn of_a_large_body_only_text_is_recorded() {
        let long = "\u{e4}".repeat(MAX_RESPONSE_BYTES);
        assert!(matches!(body_of(None, long.as_bytes()), Body::Text(text) if !text.contains('\u{fffd}')));
        let binary = [b"p\xe4ssword".as_slice(), long.as_bytes()].concat();
        assert_eq!(body_of(None, &binary), Body::Binary(binary.len()));
    }
}
