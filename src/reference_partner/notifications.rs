//! Receives Debitsuccess's notifications: a static token, a case-insensitive event name, a trace id.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use rusqlite::Transaction;
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;

use super::app::App;
use super::defects::Defect;
use super::options::{Guard, Mode};
use super::store::{self, StoreError};
use super::webhooks;

/// The subscribed events, as Debitsuccess's list writes them.
const EVENTS: [&str; 5] = [
    "customer.Schedule.Suspension.Added",
    "customer.Schedule.Suspension.Updated",
    "customer.Schedule.Suspension.Deleted",
    "Realtime.Account.Payment.Authorized",
    "Realtime.Account.Payment.Declined",
];

/// A notification, read from its headers and body.
struct Notice {
    trace: String,
    event: String,
    body: Value,
}

/// `POST /hooks/debitsuccess`: verify the token first, then store, then answer exactly 200: any other status is a
/// failure there.
pub(super) async fn receive(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(guard) = &app.options.notices else { return StatusCode::NOT_FOUND };
    let notice = read(&headers, &body);
    let Ok(seen_before) = remembered_too_early(&app, notice.as_ref()).await else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    if !admits(&app, guard, text(&headers, "X-Token")) {
        return StatusCode::UNAUTHORIZED;
    }
    let Some(notice) = notice else { return StatusCode::BAD_REQUEST };
    let done = if app.has(Defect::Answers202) { StatusCode::ACCEPTED } else { StatusCode::OK };
    if app.has(Defect::PaymentsRefused) && notice.event.starts_with("Realtime.") {
        return StatusCode::FORBIDDEN;
    }
    if !is_known(&app, &notice.event) {
        return if app.has(Defect::UnknownNoticeRejected) { StatusCode::BAD_REQUEST } else { done };
    }
    if seen_before || (app.has(Defect::NoticesDropped) && app.options.mode == Mode::Staging) {
        return done;
    }
    // If storing fails, answer with an error: the notification will be delivered again.
    store_effect(&app, notice).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |()| done)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn read(headers: &HeaderMap, body: &[u8]) -> Option<Notice> {
    let body = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object)?;
    let wanted = |name| text(headers, name).filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Notice { trace: wanted("X-TraceId")?, event: wanted("X-EventName")?, body })
}

/// Whether the sender is genuine, by the whole token.
fn admits(app: &App, guard: &Guard, token: Option<&str>) -> bool {
    let Guard::Token(agreed) = guard else { return true };
    let (agreed, given) = (agreed.reveal(), token.unwrap_or_default());
    if app.has(Defect::TokenUnchecked) || (app.has(Defect::TokenUncheckedWhenMissing) && token.is_none()) {
        return true;
    }
    // Each of these compares less than the whole token, as careless code does.
    let by_mistake = (app.has(Defect::TokenAnyCase) && given.eq_ignore_ascii_case(agreed))
        || (app.has(Defect::TokenPrefixOnly) && !given.is_empty() && agreed.starts_with(given))
        || (app.has(Defect::TokenSomewhere) && given.contains(agreed));
    // In constant time, so that nobody can guess the token byte by byte.
    by_mistake || agreed.as_bytes().ct_eq(given.as_bytes()).into()
}

/// Whether an event is known. The list writes `customer.`, the sample headers `Customer.`: names are case-insensitive.
fn is_known(app: &App, event: &str) -> bool {
    if app.has(Defect::CaseSensitiveEventNames) {
        return EVENTS.iter().any(|known| known.replace("customer.", "Customer.") == event);
    }
    EVENTS.iter().any(|known| known.eq_ignore_ascii_case(event))
}

/// Records a notification and its effect in one transaction, so that neither happens without the other.
async fn store_effect(app: &App, notice: Notice) -> Result<(), StoreError> {
    let racing = app.has(Defect::TwinNoticesBothCount);
    if racing && webhooks::known_for_a_while(app, notice.trace.clone()).await? {
        return Ok(());
    }
    let every_time = racing || app.has(Defect::NoDedupOfTraces) || app.has(Defect::TraceRememberedTooSoon);
    let second = OffsetDateTime::now_utc().unix_timestamp();
    let by_time = app.has(Defect::RepeatsKnownByTime);
    let mark = if by_time { format!("{} at {second}", notice.trace) } else { notice.trace.clone() };
    let work = move |tx: &Transaction<'_>| {
        if store::remember(tx, &mark)? || every_time {
            store::record_event(tx, &notice.trace, &notice.event, &notice.body.to_string())?;
        }
        Ok(())
    };
    app.store.transaction(work).await
}

/// Only with the defect: records a trace before its sender is verified. True if it was known already.
async fn remembered_too_early(app: &App, notice: Option<&Notice>) -> Result<bool, StoreError> {
    let Some(notice) = notice.filter(|_| app.has(Defect::TraceRememberedTooSoon)) else { return Ok(false) };
    let trace = notice.trace.clone();
    let first = app.store.transaction(move |tx| store::remember(tx, &trace)).await?;
    Ok(!first)
}
