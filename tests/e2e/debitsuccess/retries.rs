//! Three retries at intervals of 180 seconds, then an email and silence, on the simulated clock.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use preflight::simulator::{Options, Seed, Simulator, start};
use serde_json::{Value, json};
use tokio::sync::watch;
use url::Url;

use crate::support::driven::BUILT_IN;

const EVENT: &str = "Realtime.Account.Payment.Authorized";

/// The statuses that the handler answers to the attempts, and the number of attempts so far.
#[derive(Clone)]
struct Handler {
    answers: Arc<[u16]>,
    attempts: watch::Sender<usize>,
}

async fn receive(State(handler): State<Handler>) -> StatusCode {
    let mut status = 200;
    handler.attempts.send_modify(|attempts| {
        status = handler.answers.get(*attempts).copied().unwrap_or(200);
        *attempts += 1;
    });
    StatusCode::from_u16(status).unwrap()
}

impl Handler {
    async fn wait(&self, count: usize) {
        let mut attempts = self.attempts.subscribe();
        let waiting = attempts.wait_for(|attempts| *attempts >= count);
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap().unwrap();
    }

    fn so_far(&self) -> usize {
        *self.attempts.borrow()
    }
}

/// Starts the provider with one subscription to a handler with these answers.
async fn play(answers: &[u16]) -> (Simulator, Handler) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let handler = Handler { answers: answers.into(), attempts: watch::Sender::new(0) };
    let app = Router::new().fallback(receive).with_state(handler.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let subscription = json!({
        "id": "s1", "url": url, "events": [EVENT], "email": "webhooks@acme.example", "isActive": true,
        "disabledReason": null, "token": "a-token"
    });
    let records = [("subscriptions".to_owned(), vec![subscription.as_object().cloned().unwrap()])];
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let options = Options::rehearsal("no key", Url::parse("http://pages.example").unwrap(), client);
    let seed = Seed { records: records.into(), ..Seed::default() };
    let pack = &BUILT_IN.packs["debitsuccess"];
    (start(&pack.provider, &pack.fixtures, Options { seed, ..options }).await.unwrap(), handler)
}

/// Waits for a number of emails. Returns the provider's records at that time.
async fn mails(simulator: &Simulator, count: usize) -> Value {
    for _ in 0..400 {
        let held = simulator.snapshot();
        if held["mails"].as_array().map_or(0, Vec::len) >= count {
            return held;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no mail was written: {}", simulator.snapshot());
}

/// Lets 180 seconds pass. Waiting a moment is the only way to see that nothing is sent before.
async fn next(simulator: &Simulator, handler: &Handler) {
    let before = handler.so_far();
    simulator.clock().advance(Duration::from_secs(170));
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(handler.so_far(), before, "it was sent again too soon");
    simulator.clock().advance(Duration::from_secs(10));
}

#[tokio::test]
async fn four_failures_are_180_seconds_apart_then_a_mail_is_written_and_nothing_more_comes() {
    let (simulator, handler) = play(&[500; 9]).await;
    let sent = simulator.announce(EVENT).unwrap();
    for attempt in 1..=4 {
        handler.wait(attempt).await;
        if attempt < 4 {
            simulator.deliveries().changed(attempt - 1).await;
            next(&simulator, &handler).await;
        }
    }
    let held = mails(&simulator, 1).await;
    let (mail, subscription) = (&held["mails"][0], &held["subscriptions"][0]);
    assert_eq!((&mail["to"], &mail["traceId"]), (&json!("webhooks@acme.example"), &json!(sent[0].id)));
    assert_eq!(subscription["isActive"], false);
    assert_eq!(subscription["disabledReason"], mail["reason"]);
    simulator.clock().advance(Duration::from_hours(24));
    assert_eq!(simulator.announce(EVENT).unwrap(), [], "nothing is sent to a webhook that is disabled");
    assert_eq!((handler.so_far(), held["mails"].as_array().map(Vec::len)), (4, Some(1)));
    let ids: Vec<String> = simulator.deliveries().since(0).iter().map(|one| one.what.event_id.clone()).collect();
    assert_eq!(ids, vec![sent[0].id.clone(); 4], "a repeat is the same notification");
}

#[tokio::test]
async fn any_success_but_200_counts_as_a_failure() {
    for status in [201, 202, 204] {
        let (simulator, handler) = play(&[status; 9]).await;
        simulator.announce(EVENT).unwrap();
        handler.wait(1).await;
        simulator.clock().advance(Duration::from_mins(9));
        assert_eq!(mails(&simulator, 1).await["subscriptions"][0]["isActive"], false, "{status}");
        assert_eq!(handler.so_far(), 4, "{status}");
    }
}

#[tokio::test]
async fn a_200_at_the_third_attempt_ends_it() {
    let (simulator, handler) = play(&[500, 204, 200]).await;
    simulator.announce(EVENT).unwrap();
    handler.wait(1).await;
    simulator.clock().advance(Duration::from_mins(6));
    handler.wait(3).await;
    simulator.deliveries().changed(2).await;
    simulator.clock().advance(Duration::from_hours(24));
    simulator.announce(EVENT).unwrap();
    handler.wait(4).await;
    let held = simulator.snapshot();
    assert_eq!((held["subscriptions"][0]["isActive"].clone(), held.get("mails")), (json!(true), None));
}

#[tokio::test]
async fn an_event_that_nobody_lists_is_not_sent() {
    let (simulator, _) = play(&[]).await;
    assert_eq!(simulator.announce("Customer.Account.Renamed"), None);
}
