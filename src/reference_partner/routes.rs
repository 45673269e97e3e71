//! The internal routes: lookups for operators, and test endpoints that drive the integration in a rehearsal.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::attempts::Later;
use super::client::Failure;
use super::invoice::Invoice;
use super::links::{Page, shown};
use super::preview::{self, Verdict};
use super::store::{self, StoreError};
use super::{cases, onboarding, tenants};

/// Returns the lookups for operators, enabled in a rehearsal and in staging.
pub(super) fn look_ups() -> Router<Arc<App>> {
    Router::new().route("/ops/events/{id}", get(event)).route("/ops/events", get(events))
}

/// Returns the test endpoints, which make the integration act without its user interface. Production has none.
pub(super) fn test_endpoints() -> Router<Arc<App>> {
    let clients = Router::new().route("/test/clients", post(onboard));
    clients.route("/test/previews", post(preview)).route("/test/cases", post(submit))
}

async fn event(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, StoreError> {
    let wanted = id.clone();
    let count = app.store.transaction(move |tx| store::effects_of_event(tx, &wanted)).await?;
    Ok(Json(json!({ "id": id, "count": count })))
}

#[derive(Deserialize)]
struct OfType {
    r#type: String,
}

async fn events(State(app): State<Arc<App>>, Query(of): Query<OfType>) -> Result<Json<Value>, StoreError> {
    let count = app.store.transaction(move |tx| store::effects_of_type(tx, &of.r#type)).await?;
    Ok(Json(json!({ "count": count })))
}

#[derive(Deserialize)]
struct NewClient {
    name: String,
    email: String,
    country: Option<String>,
}

async fn onboard(State(app): State<Arc<App>>, Json(new): Json<NewClient>) -> Result<Response, StoreError> {
    let country = new.country.filter(|country| !country.is_empty()).unwrap_or_else(|| "DK".to_owned());
    let client = tenants::by_email(&app, new.name, new.email, country).await?;
    Ok(match onboarding::onboard(&app, &client).await? {
        onboarding::Outcome::Known { state, url, message } => {
            let url = url.map(|url| shown(&app.options, Page::Onboarding, &url));
            let told = json!({ "id": client.tenant, "status": state.word(), "url": url, "message": message });
            answer(StatusCode::OK, told)
        }
        onboarding::Outcome::Refused { message } => {
            let told = json!({ "id": client.tenant, "status": "refused", "url": null, "message": message });
            answer(StatusCode::CONFLICT, told)
        }
        onboarding::Outcome::TryLater(later) => try_later("id", &client.tenant, &later),
        onboarding::Outcome::Crashed { message } => {
            answer(StatusCode::INTERNAL_SERVER_ERROR, json!({ "message": message }))
        }
    })
}

async fn preview(State(app): State<Arc<App>>, Json(invoice): Json<Invoice>) -> Result<Response, StoreError> {
    let Some(client) = tenants::by_tenant(&app, &invoice.client).await? else { return Ok(no_such_client()) };
    if let Some(problem) = invoice.problem() {
        return Ok(answer(StatusCode::CONFLICT, json!({ "status": "refused", "message": problem })));
    }
    Ok(match preview::ask(&app, &client, &invoice).await {
        Ok(Verdict::Eligible) => {
            answer(StatusCode::OK, json!({ "status": "eligible", "message": "The case can be sent" }))
        }
        Ok(Verdict::NotEligible { reason }) => {
            answer(StatusCode::OK, json!({ "status": "not_eligible", "message": reason }))
        }
        Ok(Verdict::NeedsKyc { url, message }) => {
            answer(StatusCode::OK, json!({ "status": "needs_kyc", "url": url, "message": message }))
        }
        Ok(Verdict::Unclear { message }) | Err(Failure::NoLink(message)) => {
            answer(StatusCode::CONFLICT, json!({ "status": "refused", "message": message }))
        }
        Err(Failure::Later(later)) => try_later("invoice", &invoice.number, &later),
        Err(Failure::Store(error)) => return Err(error),
    })
}

async fn submit(State(app): State<Arc<App>>, Json(invoice): Json<Invoice>) -> Result<Response, StoreError> {
    let Some(client) = tenants::by_tenant(&app, &invoice.client).await? else { return Ok(no_such_client()) };
    let to_sign = |status: &str, reference: String, urls: Vec<String>, message: String| {
        let url = urls.first().cloned();
        let told = json!({ "reference": reference, "status": status, "url": url, "urls": urls, "message": message });
        answer(StatusCode::CONFLICT, told)
    };
    Ok(match cases::submit(&app, &client, &invoice).await? {
        cases::Outcome::Submitted { reference } => {
            answer(StatusCode::OK, json!({ "reference": reference, "status": "submitted" }))
        }
        cases::Outcome::AlreadySubmitted { reference } => {
            let message = "This invoice was submitted before";
            answer(StatusCode::OK, json!({ "reference": reference, "status": "already_submitted", "message": message }))
        }
        cases::Outcome::NeedsSigning { reference, urls, message } => to_sign("needs_signing", reference, urls, message),
        cases::Outcome::NeedsKyc { reference, urls, message } => to_sign("needs_kyc", reference, urls, message),
        cases::Outcome::NotReady { url } => {
            let message = "The client has not completed its onboarding";
            answer(StatusCode::CONFLICT, json!({ "status": "not_ready", "url": url, "message": message }))
        }
        cases::Outcome::Refused { reference, message } => {
            answer(StatusCode::CONFLICT, json!({ "reference": reference, "status": "refused", "message": message }))
        }
        cases::Outcome::TryLater { reference, later } => try_later("reference", &reference, &later),
    })
}

fn no_such_client() -> Response {
    answer(StatusCode::NOT_FOUND, json!({ "status": "refused", "message": "There is no such client" }))
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

fn try_later(name: &str, id: &str, later: &Later) -> Response {
    let after = later.after.map(|after| after.as_secs_f64());
    let body = json!({ name: id, "status": "try_later", "message": later.message, "retryAfter": after });
    let seconds = later.after.unwrap_or(Duration::from_secs(5)).as_secs_f64().ceil();
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds.to_string())], Json(body)).into_response()
}

impl IntoResponse for StoreError {
    fn into_response(self) -> Response {
        answer(StatusCode::INTERNAL_SERVER_ERROR, json!({ "status": "failed", "message": self.to_string() }))
    }
}
