//! The other doors: look-ups for operators, and what drives the integration in a rehearsal.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    cases::{self, Invoice},
    onboarding::{self, shown},
    server::App,
    store::{self, StoreError},
};

/// What an operator may look up, in a rehearsal and in staging.
pub(super) fn look_ups() -> Router<Arc<App>> {
    Router::new().route("/ops/events/{id}", get(event)).route("/ops/events", get(events))
}

/// What makes the integration act without its user interface. Production has no such thing.
pub(super) fn test_doors() -> Router<Arc<App>> {
    Router::new().route("/test/clients", post(onboard)).route("/test/cases", post(submit))
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
    let (name, email) = (new.name, new.email);
    let client = app.store.transaction(move |tx| store::client_by_email(tx, &name, &email)).await?;
    let country = new.country.as_deref().unwrap_or("DK");
    Ok(match onboarding::onboard(&app, &client, country).await? {
        onboarding::Outcome::Known { state, url, message } => {
            let url = url.map(|url| shown(&app.options, &url));
            answer(
                StatusCode::OK,
                json!({ "id": client.tenant, "status": state.word(), "url": url, "message": message }),
            )
        }
        onboarding::Outcome::Refused { message } => {
            let told = json!({ "id": client.tenant, "status": "refused", "url": null, "message": message });
            answer(StatusCode::CONFLICT, told)
        }
        onboarding::Outcome::TryLater { message, after } => try_later("id", &client.tenant, &message, after),
    })
}

async fn submit(State(app): State<Arc<App>>, Json(invoice): Json<Invoice>) -> Result<Response, StoreError> {
    let tenant = invoice.client.clone();
    let Some(client) = app.store.transaction(move |tx| store::client(tx, &tenant)).await? else {
        return Ok(answer(StatusCode::NOT_FOUND, json!({ "status": "refused", "message": "There is no such client" })));
    };
    Ok(match cases::submit(&app, &client, invoice).await? {
        cases::Outcome::Submitted { reference } => {
            answer(StatusCode::OK, json!({ "reference": reference, "status": "submitted" }))
        }
        cases::Outcome::AlreadySubmitted { reference } => {
            answer(StatusCode::CONFLICT, json!({ "reference": reference, "status": "already_submitted" }))
        }
        cases::Outcome::NeedsSigning { reference, urls, message } => {
            let told = json!({
                "reference": reference, "status": "needs_signing", "url": urls.first(), "urls": urls, "message": message,
            });
            answer(StatusCode::CONFLICT, told)
        }
        cases::Outcome::NotReady { url } => {
            let message = "The client has not completed its onboarding";
            answer(StatusCode::CONFLICT, json!({ "status": "not_ready", "url": url, "message": message }))
        }
        cases::Outcome::Refused { reference, message } => {
            answer(StatusCode::CONFLICT, json!({ "reference": reference, "status": "refused", "message": message }))
        }
        cases::Outcome::TryLater { reference, message, after } => try_later("reference", &reference, &message, after),
    })
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

fn try_later(name: &str, id: &str, message: &str, after: Option<f64>) -> Response {
    let body = json!({ name: id, "status": "try_later", "message": message, "retryAfter": after });
    let seconds = after.unwrap_or(5.0).max(0.0).ceil().to_string();
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)], Json(body)).into_response()
}

impl IntoResponse for StoreError {
    fn into_response(self) -> Response {
        answer(StatusCode::INTERNAL_SERVER_ERROR, json!({ "status": "failed", "message": self.to_string() }))
    }
}
