//! The HTTP endpoints of one process.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Partner;
use super::desk::{Claim, Job};
use super::hooks;
use super::policy::Counter;

type Desk = State<Arc<Partner>>;

pub(super) fn router(partner: Arc<Partner>) -> Router {
    Router::new()
        .route("/up", get(async || "up"))
        .route("/customers", post(connect))
        .route("/estimates", post(async |desk: Desk, Json(claim): Json<Claim>| take(&desk, Job::Estimate(claim)).await))
        .route("/claims", post(async |desk: Desk, Json(claim): Json<Claim>| take(&desk, Job::File(claim)).await))
        .route("/told", get(told))
        .route("/hooks", post(hooks::receive))
        .route("/seen/{id}", get(hooks::seen))
        .layer(from_fn_with_state(partner.clone(), in_turn))
        .with_state(partner)
}

/// Lets requests wait for each other, or turns users away, if that is the policy.
async fn in_turn(State(partner): Desk, request: Request, next: Next) -> Response {
    let at_the_desk = ["/customers", "/estimates", "/claims"].contains(&request.uri().path());
    let _turn = match partner.line.policy.counter {
        Counter::InTurn => Some(partner.turn.lock().await),
        Counter::TurnsAway if at_the_desk => match partner.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, "We are busy, please try again").into_response(),
        },
        Counter::TurnsAway | Counter::Open => None,
    };
    next.run(request).await
}

#[derive(Deserialize)]
struct New {
    company: String,
    mail: String,
}

async fn connect(State(partner): Desk, Json(new): Json<New>) -> Response {
    let customer = partner.store.customer_with(&new.mail, &new.company);
    take(&partner, Job::Connect { customer: customer.id }).await
}

/// Does a job, or puts it into the queue. Returns the response for the user.
async fn take(partner: &Partner, job: Job) -> Response {
    let (customer, _) = job.about();
    let account = partner.store.customer(customer).map(|customer| customer.account());
    let (status, outcome) = if partner.line.policy.queue.is_some() {
        partner.store.enqueue(&job.name(), &serde_json::to_string(&job).unwrap());
        (202, json!({ "state": "noted", "say": "We see to it" }))
    } else {
        let outcome = job.carry_out(partner).await;
        (outcome.status, json!(outcome))
    };
    let answer = json!({ "customer": customer, "account": account, "outcome": outcome });
    (StatusCode::from_u16(status).unwrap(), Json(answer)).into_response()
}

/// Answers what became of a claim, of the customer itself (with an empty number), or of everything (without a number).
async fn told(State(partner): Desk, Query(of): Query<HashMap<String, String>>) -> Json<Vec<Value>> {
    let customer = of["customer"].parse().unwrap();
    let told = partner.store.told(customer, of.get("number").map(String::as_str));
    Json(told.iter().map(|told| serde_json::from_str(told).unwrap()).collect())
}
