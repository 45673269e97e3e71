//! The HTTP routes of a sample partner: readiness, handler, actions and lookups.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::state::{Playing, failed};
use super::{actions, webhooks};

/// Maximum size of a request body, in bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

pub(super) fn routes(playing: Arc<Playing>) -> Router {
    let mut routes = Router::new().route("/health", get("ok")).route("/webhook", any(webhooks::receive));
    if playing.described.test_endpoints {
        routes = routes
            .route("/actions/{name}", post(asked))
            .route("/events", get(received))
            .route("/events/{id}", get(processed));
    }
    routes.fallback(page).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).with_state(playing)
}

/// Answers with a public page.
async fn page(State(playing): State<Arc<Playing>>, uri: Uri) -> Response {
    match playing.described.partner.pages.get(uri.path()) {
        Some(page) => ([(CONTENT_TYPE, page.content_type.clone())], page.text.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Performs an action. Its templates read the arguments of the request.
async fn asked(
    State(playing): State<Arc<Playing>>,
    Path(name): Path<String>,
    Json(told): Json<Map<String, Value>>,
) -> Response {
    if playing.described.silent {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Some(acts) = playing.described.partner.actions.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match actions::carry_out(&playing, acts, told).await {
        Ok(Some(answer)) => answer,
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => failed(&why),
    }
}

/// Answers how often an event took effect.
async fn processed(State(playing): State<Arc<Playing>>, Path(id): Path<String>) -> Response {
    counted(&playing, |(known, _)| *known == id)
}

/// Answers how many events of a name took effect.
async fn received(State(playing): State<Arc<Playing>>, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let wanted = query.get("type").cloned().unwrap_or_default();
    counted(&playing, |(_, event)| *event == wanted)
}

fn counted(playing: &Playing, wanted: impl Fn(&&(String, String)) -> bool) -> Response {
    if playing.described.silent {
        return StatusCode::NOT_FOUND.into_response();
    }
    let count = playing.memory.read(|memory| memory.effects.iter().filter(wanted).count());
    Json(json!({ "count": count })).into_response()
}
