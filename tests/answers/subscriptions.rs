//! What the lists of webhook subscriptions may say, and what comes of a triggered test.

use preflight::evidence::Who;
use preflight::report::model::VerdictWord::{Fail, Pass, Undecided};
use serde_json::{Value, json};

use crate::provider::{LIVE_HANDLER, World, assert_told, json_answer, me, on, status};

const EVENTS: [&str; 7] = [
    "client.onboarding.contract_signed",
    "client.linked",
    "client.link_requested",
    "client.link_expired",
    "case.created",
    "case.updated",
    "case.closed",
];

/// A subscription with some members changed.
fn subscription(changes: &Value) -> Value {
    let mut whole = json!({ "id": "1", "url": LIVE_HANDLER, "events": EVENTS, "isActive": true, "isTestMode": false });
    whole.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    whole
}

fn without(name: &str) -> Value {
    let mut whole = subscription(&json!({}));
    whole.as_object_mut().unwrap().remove(name);
    whole
}

fn in_capitals() -> Value {
    json!({ "Id": "1", "Url": LIVE_HANDLER, "Events": EVENTS, "IsActive": true, "IsTestMode": false })
}

#[tokio::test]
async fn production_needs_one_active_subscription_that_is_its_own() {
    let world = World::new().await;
    let other = subscription(&json!({ "id": "2", "url": "https://elsewhere.example/hooks" }));
    let cases = [
        ("one", json!([subscription(&json!({}))]), Pass),
        ("none", json!([]), Fail),
        ("capitals", json!([in_capitals()]), Pass),
        ("more members", json!([subscription(&json!({ "disabledReason": null, "new": { "a": [1] } }))]), Pass),
        ("several of which one matches", json!([other, subscription(&json!({}))]), Pass),
        ("another's alone", json!([other]), Fail),
        (
            "another case of the host",
            json!([subscription(&json!({ "url": "https://ACME.Example/hooks/debitura" }))]),
            Pass,
        ),
        (
            "the port spelt out",
            json!([subscription(&json!({ "url": "https://acme.example:443/hooks/debitura" }))]),
            Pass,
        ),
        ("another path", json!([subscription(&json!({ "url": "https://acme.example/hooks/debitura/" }))]), Fail),
        ("test mode", json!([subscription(&json!({ "isTestMode": true }))]), Fail),
        // The documented default is false.
        ("no word of the mode", json!([without("isTestMode")]), Pass),
        ("a mode of null", json!([subscription(&json!({ "isTestMode": null }))]), Pass),
        ("not active", json!([subscription(&json!({ "isActive": false }))]), Fail),
        ("no word of activity", json!([without("isActive")]), Fail),
        ("no events", json!([subscription(&json!({ "events": null }))]), Fail),
        ("events left out", json!([without("events")]), Fail),
        ("an event short", json!([subscription(&json!({ "events": EVENTS[1..] }))]), Fail),
        (
            "two that share the events",
            json!([subscription(&json!({ "events": EVENTS[..3] })), subscription(&json!({ "events": EVENTS[3..] }))]),
            Pass,
        ),
    ];
    for (case, live, wanted) in cases {
        world.reset().await;
        world.both("GET /me", json_answer(&me(&world, &json!({})))).await;
        on(&world.test, "GET /v1/Webhooks", json_answer(&json!([subscription(&json!({}))]))).await;
        on(&world.production, "GET /v1/Webhooks", json_answer(&live)).await;
        let report = world.report(&["readiness.webhooks-registered", "prerequisites.credentials"]).await;
        assert_told(&report, "readiness.webhooks-registered@production", wanted, "", case);
    }
}

#[tokio::test]
async fn trouble_with_a_list_is_told_apart_from_an_empty_list() {
    let world = World::new().await;
    let good = json_answer(&json!([subscription(&json!({}))]));
    let page = status(200).set_body_raw("<html>", "text/html");
    let cases = [
        ("both", good.clone(), good.clone(), Pass, None),
        ("test limits", status(429), good.clone(), Undecided, Some(Who::Provider)),
        ("test fails", status(500), good.clone(), Undecided, Some(Who::Provider)),
        ("test refuses", status(403), good.clone(), Undecided, Some(Who::Partner)),
        ("production limits", good.clone(), status(429), Undecided, Some(Who::Provider)),
        ("production refuses", good.clone(), status(403), Fail, Some(Who::Partner)),
        ("production shows a page", good.clone(), page, Undecided, Some(Who::Provider)),
        ("a map in place of a list", good.clone(), json_answer(&json!({})), Fail, Some(Who::Partner)),
    ];
    for (case, trial, live, wanted, who) in cases {
        world.reset().await;
        world.both("GET /me", json_answer(&me(&world, &json!({})))).await;
        on(&world.test, "GET /v1/Webhooks", trial).await;
        on(&world.production, "GET /v1/Webhooks", live).await;
        let report = world.report(&["readiness.webhooks-registered", "prerequisites.credentials"]).await;
        let row = assert_told(&report, "readiness.webhooks-registered@production", wanted, "", case);
        assert_eq!(row.who, who, "{case}");
    }
}

#[tokio::test]
async fn a_test_that_enqueues_nothing_is_undecided_with_a_hint() {
    let world = World::new().await;
    let enqueued = |count: Value| json_answer(&json!({ "eventType": "client.linked", "enqueuedCount": count }));
    let (one, none) = (json!([{ "id": "c-1" }]), json!([]));
    let cases = [
        (enqueued(json!(0)), &one, "try the other isTestMode"),
        (enqueued(json!(null)), &one, "enqueuedCount is absent"),
        (enqueued(json!(1)), &one, "add `environments.test.inspect.received` to profile.yaml"),
        (status(403), &one, "403"),
        (status(429), &one, "try again later"),
        (enqueued(json!(1)), &none, "cases.ids"),
    ];
    for (answer, known, words) in cases {
        world.reset().await;
        world.both("GET /me", json_answer(&me(&world, &json!({})))).await;
        on(&world.test, "GET /v1/Webhooks", json_answer(&json!([subscription(&json!({}))]))).await;
        on(&world.test, "GET /clients", json_answer(&json!({ "clients": [{ "externalTenantId": "t-1" }] }))).await;
        on(&world.test, "GET /cases", json_answer(&json!({ "cases": known }))).await;
        on(&world.test, "POST /v1/webhooks/test", answer).await;
        let report = world.report(&["webhooks.test-endpoint", "prerequisites.credentials"]).await;
        assert_told(&report, "webhooks.test-endpoint@test", Undecided, words, words);
    }
    // Nobody's key may fire anything in production.
    let fired = world.production.received_requests().await.unwrap();
    assert!(fired.iter().all(|request| request.method.as_str() == "GET"), "{fired:?}");
}
