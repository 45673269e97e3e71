//! Receives Debitura's webhooks.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::app::App;
use super::defects::Defect;
use super::onboarding;
use super::options::Mode;
use super::store::{self, ClientState, StoreError};

/// Time between lookup and recording, for defects that separate the two.
const HANDLING_PAUSE: Duration = Duration::from_millis(150);

/// Time that the slow handler spends on each delivery.
const SLOW_HANDLING: Duration = Duration::from_millis(700);

/// The envelope of every delivery. Unknown fields are ignored.
#[derive(Debug, Deserialize)]
struct Envelope {
    id: String,
    event: String,
    timestamp: Option<String>,
    #[serde(default)]
    data: Value,
}

impl Envelope {
    /// Returns the tenant id of the client that the event is about.
    fn tenant(&self) -> Option<String> {
        self.data.get("externalTenantId").and_then(Value::as_str).map(str::to_owned)
    }

    /// Returns when the event happened, in Unix seconds.
    fn time(&self) -> Option<i64> {
        let time = OffsetDateTime::parse(self.timestamp.as_deref()?, &Rfc3339).ok()?;
        Some(time.unix_timestamp())
    }
}

/// The meaning of an event for this integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The client has reached this state.
    Client(ClientState),
    /// Nothing changes, but the event is recorded.
    Noted,
    /// The case is in the state that this field of the data names.
    CaseIn(&'static str),
    /// The case is closed.
    CaseClosed,
}

/// Returns the meaning of a known event. An event that Debitura adds later is ignored until this integration supports
/// it.
fn meaning(event: &str) -> Option<Meaning> {
    Some(match event {
        "client.linked" | "client.onboarding.contract_signed" => Meaning::Client(ClientState::Ready),
        "client.link_expired" => Meaning::Client(ClientState::LinkExpired),
        "client.link_declined" => Meaning::Client(ClientState::Declined),
        "client.link_requested" | "client.onboarding.poa_signed" | "cases.replay_failed" => Meaning::Noted,
        "case.created" => Meaning::CaseIn("lifecycle"),
        "case.updated" => Meaning::CaseIn("newLifecycle"),
        "case.closed" => Meaning::CaseClosed,
        _ => return None,
    })
}

/// `POST /hooks/debitura`: verify the signature first, then store, then acknowledge.
pub(super) async fn receive(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let envelope = serde_json::from_slice::<Envelope>(&body).ok().filter(|envelope| !envelope.id.is_empty());
    let Ok(seen_before) = remembered_too_early(&app, envelope.as_ref()).await else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    let header = headers.get("X-Debitura-Signature").map(|value| value.to_str().unwrap_or_default());
    let waved_through = app.has(Defect::CaseEventsUnverified)
        && envelope.as_ref().is_some_and(|envelope| envelope.event.starts_with("case."));
    let instead = another_time(&app, &headers, envelope.as_ref());
    let verified = app.verifier.verify(header, &body, OffsetDateTime::now_utc().unix_timestamp(), instead);
    if verified.is_err() && !waved_through {
        return if app.has(Defect::GoneOnBadSignature) { StatusCode::GONE } else { StatusCode::UNAUTHORIZED };
    }
    let Some(envelope) = envelope else { return StatusCode::BAD_REQUEST };
    if app.has(Defect::SlowHandler) {
        let _one_at_a_time = app.slow.lock().await;
        tokio::time::sleep(SLOW_HANDLING).await;
    }
    let Some(meaning) = meaning(&envelope.event) else {
        return if app.has(Defect::UnknownEventRejected) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    };
    if app.has(Defect::RejectsOneEvent) && envelope.event == "case.closed" {
        return StatusCode::FORBIDDEN;
    }
    if seen_before || (app.has(Defect::DropsEventsSilently) && app.options.mode == Mode::Staging) {
        return StatusCode::OK;
    }
    let expired = (meaning == Meaning::Client(ClientState::LinkExpired)).then(|| envelope.tenant()).flatten();
    // If storing fails, answer with an error: Debitura will deliver again.
    let signature = header.unwrap_or_default().to_owned();
    match store_effect(&app, envelope, signature, meaning).await {
        Ok(true) => {
            renew_later(&app, expired);
            StatusCode::OK
        }
        Ok(false) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Fetches the fresh link in the background, because the delivery is acknowledged at once. If that fails, the client's
/// next visit fetches it.
fn renew_later(app: &Arc<App>, expired: Option<String>) {
    let Some(tenant) = expired.filter(|_| !app.has(Defect::ExpiredLinkOldUrl)) else { return };
    let app = Arc::clone(app);
    tokio::spawn(async move { onboarding::renew(&app, &tenant).await });
}

/// Records an event and its effect in one transaction, so that neither happens without the other. True if the event
/// took effect.
async fn store_effect(app: &App, envelope: Envelope, signature: String, meaning: Meaning) -> Result<bool, StoreError> {
    let racing = app.has(Defect::TwinsBothCount);
    if racing && known_for_a_while(app, envelope.id.clone()).await? {
        return Ok(false);
    }
    let every_time = racing || app.has(Defect::NoDedup) || app.has(Defect::RemembersBeforeVerifying);
    let mark = if app.has(Defect::RepeatsKnownBySignature) { signature } else { envelope.id.clone() };
    let unheard = match meaning {
        Meaning::Client(ClientState::Ready) => app.has(Defect::CompletionNeverNoticed),
        Meaning::Client(ClientState::LinkExpired) => app.has(Defect::ExpiredLinkOldUrl),
        Meaning::Client(_) | Meaning::Noted | Meaning::CaseIn(_) | Meaning::CaseClosed => false,
    };
    let meaning = if unheard { Meaning::Noted } else { meaning };
    let work = move |tx: &Transaction<'_>| {
        let effective = store::remember(tx, &mark)? || every_time;
        if effective {
            store::record_event(tx, &envelope.id, &envelope.event, &envelope.data.to_string())?;
            take_effect(tx, meaning, &envelope.data)?;
        }
        Ok(effective)
    };
    app.store.transaction(work).await
}

fn take_effect(tx: &Transaction<'_>, meaning: Meaning, data: &Value) -> rusqlite::Result<()> {
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    match (meaning, text("externalTenantId"), text("caseId")) {
        (Meaning::Client(state), Some(tenant), _) => store::set_client_state(tx, tenant, state, None),
        (Meaning::CaseIn(member), _, Some(case)) => store::set_case_state(tx, case, text(member).unwrap_or("Unknown")),
        (Meaning::CaseClosed, _, Some(case)) => store::set_case_state(tx, case, "Closed"),
        (Meaning::Client(_) | Meaning::Noted | Meaning::CaseIn(_) | Meaning::CaseClosed, _, _) => Ok(()),
    }
}

/// Only with a defect: whether an event took effect before, separated from the recording by some processing time.
pub(super) async fn known_for_a_while(app: &App, id: String) -> Result<bool, StoreError> {
    let known = app.store.transaction(move |tx| Ok(store::effects_of_event(tx, &id)? > 0)).await?;
    tokio::time::sleep(HANDLING_PAUSE).await;
    Ok(known)
}

/// Returns the time that a defect uses in place of the signed one.
fn another_time(app: &App, headers: &HeaderMap, envelope: Option<&Envelope>) -> Option<i64> {
    if app.has(Defect::AgeFromUnsignedHeader) {
        return headers.get("X-Debitura-Timestamp")?.to_str().ok()?.parse().ok();
    }
    envelope.filter(|_| app.has(Defect::AgeFromBody)).and_then(Envelope::time)
}

/// Only with the defect: records a delivery before its sender is verified. True if it was known already.
async fn remembered_too_early(app: &App, envelope: Option<&Envelope>) -> Result<bool, StoreError> {
    let Some(envelope) = envelope.filter(|_| app.has(Defect::RemembersBeforeVerifying)) else { return Ok(false) };
    let id = envelope.id.clone();
    let first = app.store.transaction(move |tx| store::remember(tx, &id)).await?;
    Ok(!first)
}
