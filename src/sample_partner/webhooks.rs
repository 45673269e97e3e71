//! Receives deliveries by the rules of `webhook`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::error::ActError;
use super::memory::Remembered;
use super::state::{Playing, failed};
use super::{actions, expressions};
use crate::body;
use crate::pack::sample_partner::Act;
use crate::pack::scheme::Webhooks;
use crate::webhook::{ReceivedDelivery, Verification, examine};

/// The decision of the rules about a delivery.
struct Ruled {
    status: StatusCode,
    delay: Duration,
    then: Vec<Act>,
}

/// Handles a delivery: verifies it, applies the rules as one transaction, answers, then carries out the follow-up.
pub(super) async fn receive(
    State(playing): State<Arc<Playing>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(scheme) = playing.described.webhooks.as_ref().filter(|_| !playing.described.silent) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let url = match uri.query() {
        Some(query) => format!("{}?{query}", playing.url),
        None => playing.url.clone(),
    };
    let received = ReceivedDelivery { method: method.as_str(), url: &url, headers: &headers, body: &body };
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let seen = examine(scheme, &[&playing.around.secret], &received, now);
    let mut scope = known(scheme, &seen, &headers, &body);
    let ruled = match playing.memory.change(|memory| rule(&playing, &seen, memory, &mut scope)) {
        Ok(ruled) => ruled,
        Err(why) => return failed(&why),
    };
    tokio::time::sleep(ruled.delay).await;
    if !ruled.then.is_empty() {
        tokio::spawn(async move {
            // Nobody sees an error in the follow-up; the check finds that the effect is missing.
            actions::carry_out(&playing, &ruled.then, scope).await.ok();
        });
    }
    ruled.status.into_response()
}

/// Returns the values of a delivery that rules can read.
fn known(scheme: &Webhooks, seen: &Verification, headers: &[(String, String)], bytes: &Bytes) -> Map<String, Value> {
    let headers: Map<String, Value> =
        headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), json!(value))).collect();
    let content_type = headers.get("content-type");
    let known_event = seen.event.as_ref().is_some_and(|event| scheme.events.contains_key(event));
    let known = json!({
        "verified": seen.verified,
        "stale": seen.stale,
        "event": seen.event,
        "known_event": known_event,
        "id": seen.id,
        "body": body::value(content_type.and_then(Value::as_str), bytes).unwrap_or_default(),
        "headers": headers,
    });
    known.as_object().cloned().unwrap_or_default()
}

/// Tries the rules in order until one answers.
fn rule(
    playing: &Playing,
    seen: &Verification,
    memory: &mut Remembered,
    scope: &mut Map<String, Value>,
) -> Result<Ruled, ActError> {
    let id = seen.id.clone().unwrap_or_default();
    scope.insert("duplicate".into(), memory.seen.contains(&id).into());
    let mut ruled = Ruled { status: StatusCode::NOT_FOUND, delay: Duration::ZERO, then: Vec::new() };
    for rule in &playing.described.partner.webhook {
        if !expressions::holds(rule.condition.as_deref(), &playing.scope(scope, &memory.kept))? {
            continue;
        }
        if rule.effect || rule.remembers {
            memory.seen.insert(id.clone());
        }
        if rule.effect {
            memory.effects.push((id.clone(), seen.event.clone().unwrap_or_default()));
        }
        ruled.delay = ruled.delay.saturating_add(rule.delay.map_or(Duration::ZERO, |span| span.0));
        ruled.then.extend(rule.follow_up.iter().cloned());
        if let Some(status) = rule.status {
            ruled.status = StatusCode::from_u16(status).map_err(|_| ActError::Status(status))?;
            return Ok(ruled);
        }
    }
    Err(ActError::NoRule)
}
