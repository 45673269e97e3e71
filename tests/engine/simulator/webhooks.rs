//! The simulator's webhooks, delivered to a handler over real sockets: signatures, retries, giving up.

use std::time::Duration;

use crate::support::calls::{KEY, case, client, customer, http, play, provider, ready, referral};
use crate::support::handler::{Got, Handler};
use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use preflight::evidence::{Outcome, TransportErrorKind};
use preflight::pack::fixtures::Fixtures;
use preflight::pack::simulator::Mode;
use preflight::simulator::{Options, Simulator, start};
use serde_json::{Value, json};
use url::Url;

/// Long enough for every schedule of the provider.
const ALL_RETRIES: Duration = Duration::from_hours(3);

/// Verifies a delivery by the documented steps, independently of the code that signs.
fn verified(got: &Got, secret: &str) -> bool {
    let header = got.headers["x-debitura-signature"].to_str().unwrap();
    let (t, v1) = header.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = base64::engine::general_purpose::STANDARD.decode(secret).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{t}.").as_bytes());
    mac.update(&got.body);
    mac.verify_slice(&hex::decode(v1).unwrap()).is_ok() && got.headers["x-debitura-timestamp"] == t
}

fn all_events() -> Vec<String> {
    serde_json::from_value(provider().facts["all_events"].clone()).unwrap()
}

/// Waits until the only subscription is disabled. Returns the reason.
async fn disabled(simulator: &Simulator) -> Value {
    for _ in 0..400 {
        let (_, list) = referral(simulator, "GET /v1/Webhooks", Value::Null).await;
        if list[0]["isActive"] == false {
            return list[0]["disabledReason"].clone();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it is still switched on: {}", simulator.snapshot());
}

#[tokio::test]
async fn a_subscription_for_one_client_hears_of_no_other() {
    let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(200).await);
    for tenant in ["t1", "t2"] {
        let made = client(tenant);
        let email = made["users"][0]["email"].as_str().unwrap().to_owned();
        simulator.prepare(&email, "new");
        simulator.subscribe(&handler.url, &all_events(), Some(&email)).unwrap();
        assert_eq!(referral(&simulator, "POST /clients", made).await.0, 202);
    }
    let sent: Vec<_> =
        ["t1", "t2"].map(|tenant| simulator.happen(tenant, "client.onboarding.contract_signed").unwrap().len()).into();
    assert_eq!(sent, [1, 1]);
    assert_eq!(handler.wait(2).await.len(), 2);
}

#[tokio::test]
async fn a_delivery_is_signed_as_documented_and_carries_the_events_data() {
    let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(200).await);
    let subscription = simulator.subscribe(&handler.url, &all_events(), None).unwrap();
    assert_eq!(referral(&simulator, "POST /clients", client("t1")).await.0, 202);
    let sent = simulator.happen("t1", "client.onboarding.contract_signed").unwrap();
    let got = handler.wait(1).await;
    assert!(verified(&got[0], &subscription.secret));
    let body: Value = serde_json::from_slice(&got[0].body).unwrap();
    assert_eq!((&body["id"], &body["event"]), (&json!(sent[0].id), &json!("client.onboarding.contract_signed")));
    assert_eq!(body["data"]["creditor"]["companyName"], "Example Ltd");
    assert_eq!(got[0].headers["x-debitura-event"], "client.onboarding.contract_signed");
    let recorded = simulator.deliveries();
    recorded.changed(0).await;
    assert_eq!(recorded.since(0)[0].what.event_id, sent[0].id);
}

#[tokio::test]
async fn eight_attempts_are_made_and_then_the_subscription_is_switched_off() {
    let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(500).await);
    let subscription = simulator.subscribe(&handler.url, &all_events(), None).unwrap();
    ready(&simulator, "t1").await;
    simulator.happen("t1", "client.linked").unwrap();
    handler.wait(1).await;
    // Each delay is up to a tenth longer or shorter than documented.
    simulator.clock().advance(Duration::from_secs(53));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(handler.so_far(), 1);
    simulator.clock().advance(Duration::from_secs(14));
    handler.wait(2).await;
    simulator.clock().advance(ALL_RETRIES);
    assert_eq!(disabled(&simulator).await, "Exceeded maximum retry attempts (8 failures)");
    let got = handler.wait(8).await;
    assert_eq!(got.len(), 8);
    assert!(got.iter().all(|one| verified(one, &subscription.secret)));
    let ids = got.iter().map(|one| serde_json::from_slice::<Value>(&one.body).unwrap()["id"].clone());
    assert_eq!(ids.collect::<Vec<_>>(), vec![json!(simulator.deliveries().since(0)[0].what.event_id); 8]);
    assert!(simulator.happen("t1", "client.linked").unwrap().is_empty(), "nothing is sent to one that is switched off");
}

#[tokio::test]
async fn a_single_410_switches_the_subscription_off_until_it_is_switched_on_again() {
    let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(410).await);
    let subscription = simulator.subscribe(&handler.url, &all_events(), None).unwrap();
    ready(&simulator, "t1").await;
    simulator.happen("t1", "client.linked").unwrap();
    assert_eq!(disabled(&simulator).await, "Endpoint returned 410 Gone");
    simulator.clock().advance(ALL_RETRIES);
    assert_eq!(handler.so_far(), 1);
    let path = format!("PUT /v1/Webhooks/{}", subscription.key);
    let (_, on) = referral(&simulator, &path, json!({ "isActive": true })).await;
    assert_eq!((&on["isActive"], &on["disabledReason"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn a_subscription_that_is_switched_off_was_changed_then() {
    for status in [410, 500] {
        let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(status).await);
        let subscription = simulator.subscribe(&handler.url, &all_events(), None).unwrap();
        ready(&simulator, "t1").await;
        simulator.clock().advance(Duration::from_hours(24));
        simulator.happen("t1", "client.linked").unwrap();
        handler.wait(1).await;
        simulator.clock().advance(ALL_RETRIES);
        disabled(&simulator).await;
        let path = format!("GET /v1/Webhooks/{}", subscription.key);
        let (_, off) = referral(&simulator, &path, Value::Null).await;
        assert!(off["updatedUtc"].as_str() > off["createdUtc"].as_str(), "{status}: {off}");
    }
}

#[tokio::test]
async fn a_success_ends_the_retries() {
    let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(202).await);
    simulator.subscribe(&handler.url, &all_events(), None).unwrap();
    ready(&simulator, "t1").await;
    simulator.happen("t1", "client.linked").unwrap();
    simulator.deliveries().changed(0).await;
    simulator.clock().advance(ALL_RETRIES);
    let (_, list) = referral(&simulator, "GET /v1/Webhooks", Value::Null).await;
    assert_eq!((handler.so_far(), &list[0]["isActive"]), (1, &json!(true)));
}

#[tokio::test]
async fn a_triggered_test_is_really_delivered_and_forbidden_in_production() {
    let (simulator, handler) = (play(Mode::Test).await, Handler::start(200).await);
    let subscription = simulator.subscribe(&handler.url, &["case.updated".to_owned()], None).unwrap();
    let token = ready(&simulator, "t1").await;
    let (_, made) = customer(&simulator, "POST /cases", &token, case("r1")).await;
    let asked = json!({ "eventType": "case.updated", "caseId": made["id"] });
    let (status, answer) = referral(&simulator, "POST /v1/webhooks/test", asked).await;
    assert_eq!((status, &answer["enqueuedCount"]), (200, &json!(1)));
    let got = handler.wait(1).await;
    assert!(verified(&got[0], &subscription.secret));
    let body: Value = serde_json::from_slice(&got[0].body).unwrap();
    assert_eq!((&body["data"]["oldLifecycle"], &body["data"]["newLifecycle"]), (&json!("Active"), &json!("Closed")));
    let asked = json!({ "eventType": "client.linked", "externalTenantId": "t1" });
    let (status, answer) = referral(&simulator, "POST /v1/webhooks/test", asked).await;
    assert_eq!((status, &answer["enqueuedCount"]), (200, &json!(0)));
    let production = play(Mode::Production).await;
    let asked = json!({ "eventType": "client.linked", "externalTenantId": "t1" });
    assert_eq!(referral(&production, "POST /v1/webhooks/test", asked).await.0, 403);
}

#[tokio::test]
async fn an_approval_expires_by_the_clock_of_the_play() {
    let (simulator, handler) = (play(Mode::Rehearsal).await, Handler::start(200).await);
    simulator.subscribe(&handler.url, &all_events(), None).unwrap();
    assert!(simulator.prepare("t1@acme.example", "known_elsewhere"));
    assert!(!simulator.prepare("t1@acme.example", "known_nowhere"));
    let (_, first) = referral(&simulator, "POST /clients", client("t1")).await;
    handler.wait(1).await;
    simulator.clock().advance(Duration::from_hours(8 * 24));
    let got = handler.wait(2).await;
    assert_eq!(got[0].headers["x-debitura-event"], "client.link_requested");
    assert_eq!(got[1].headers["x-debitura-event"], "client.link_expired");
    let (_, second) = referral(&simulator, "POST /clients", client("t1")).await;
    assert_ne!(first["data"]["onboardingLinks"], second["data"]["onboardingLinks"]);
    simulator.happen("t1", "client.linked").unwrap();
    simulator.clock().advance(Duration::from_hours(8 * 24));
    assert_eq!(
        referral(&simulator, "POST /clients", client("t1")).await.0,
        201,
        "the request that was approved is over"
    );
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named_and_no_fault_of_the_handlers() {
    let (mut provider, handler) = (provider(), Handler::start(200).await);
    provider.webhooks.as_mut().unwrap().headers.insert("X-Odd".into(), "two\nlines".into());
    let options = Options::rehearsal(KEY, Url::parse("http://pages.example").unwrap(), http());
    let simulator = start(&provider, &Fixtures::built_in("debitura"), options).await.unwrap();
    simulator.subscribe(&handler.url, &all_events(), None).unwrap();
    ready(&simulator, "t1").await;
    simulator.happen("t1", "client.linked").unwrap();
    simulator.deliveries().changed(0).await;
    let Outcome::TransportError(trouble) = simulator.deliveries().since(0)[0].what.outcome.clone() else {
        panic!("delivered")
    };
    assert_eq!(trouble.kind, TransportErrorKind::Refused);
    assert!(trouble.detail.contains("the header `X-Odd` cannot be sent"), "{}", trouble.detail);
}

#[tokio::test]
async fn nothing_is_delivered_where_it_may_not_be() {
    let simulator = play(Mode::Rehearsal).await;
    let url = Url::parse("https://hooks.acme.example/").unwrap();
    simulator.subscribe(&url, &all_events(), None).unwrap();
    ready(&simulator, "t1").await;
    simulator.happen("t1", "client.linked").unwrap();
    simulator.deliveries().changed(0).await;
    let outcome = simulator.deliveries().since(0)[0].what.outcome.clone();
    assert!(matches!(outcome, Outcome::TransportError(trouble) if trouble.kind == TransportErrorKind::Refused));
}
