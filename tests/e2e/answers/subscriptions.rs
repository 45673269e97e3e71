//! Checks of webhook subscriptions: what their lists may contain, and what follows from a triggered test.

use preflight::evidence::Responsible;
use preflight::report::model::VerdictLabel::{Fail, Inconclusive, Pass};
use serde_json::{Value, json};

use super::provider::{LIVE_HANDLER, World, assert_told, json_answer, me, on, status};

const EVENTS: [&str; 7] = [
    "client.onboarding.contract_signed",
    "client.linked",
    "client.link_requested",
    "client.link_expired",
    "case.created",
    "case.updated",
    "case.closed",
];

/// Returns a subscription with some members changed.
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
    let setup = World::new().await;
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
        ("no word of activity", json!([without("isActive")]), Inconclusive),
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
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.test, "GET /v1/Webhooks", json_answer(&json!([subscription(&json!({}))]))).await;
        on(&setup.production, "GET /v1/Webhooks", json_answer(&live)).await;
        let report = setup.report(&["readiness.webhooks-registered", "prerequisites.credentials"]).await;
        assert_told(&report, "readiness.webhooks-registered@production", wanted, "", case);
    }
}

#[tokio::test]
async fn the_subscription_that_came_nearest_is_named_with_what_it_lacks() {
    let setup = World::new().await;
    let one = |changes: Value| json!([subscription(&changes)]);
    let why = "Exceeded maximum retry attempts (8 failures)";
    let cases = [
        ("none at all", json!([]), &["is an empty list"][..]),
        ("inactive", one(json!({ "isActive": false, "disabledReason": why })), &["isActive is false", why]),
        ("test mode", one(json!({ "isTestMode": true })), &["isTestMode is true"]),
        ("another URL", one(json!({ "url": "https://elsewhere.example/hooks" })), &["elsewhere.example", "the host"]),
        ("a slash", one(json!({ "url": format!("{LIVE_HANDLER}/") })), &["the trailing slash of the path"]),
        ("case", one(json!({ "url": LIVE_HANDLER.replace("/hooks", "/Hooks") })), &["the case of letters in the path"]),
        (
            "events",
            one(json!({ "events": EVENTS[1..] })),
            &["missing: client.onboarding.contract_signed", LIVE_HANDLER],
        ),
        (
            "two things at once",
            one(json!({ "isActive": false, "isTestMode": true })),
            &["isActive is false", "isTestMode is true"],
        ),
    ];
    let mut told = std::collections::BTreeSet::new();
    for (case, live, words) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.test, "GET /v1/Webhooks", json_answer(&one(json!({ "url": "https://test.example" })))).await;
        on(&setup.production, "GET /v1/Webhooks", json_answer(&live)).await;
        let report = setup.report(&["readiness.webhooks-registered", "prerequisites.credentials"]).await;
        for words in words {
            assert_told(&report, "readiness.webhooks-registered@production", Fail, words, case);
        }
        let row = crate::support::driven::row(&report, "readiness.webhooks-registered@production");
        assert!(told.insert(row.reason.clone()), "{case}: {}", row.reason);
    }
    setup.reset().await;
    setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
    on(&setup.test, "GET /v1/Webhooks", json_answer(&one(json!({ "isActive": false, "disabledReason": why })))).await;
    let report = setup.report(&["webhooks.events-subscribed", "prerequisites.credentials"]).await;
    assert_told(&report, "webhooks.events-subscribed@test", Fail, why, "in test");
}

#[tokio::test]
async fn trouble_with_a_list_is_told_apart_from_an_empty_list() {
    let setup = World::new().await;
    let good = json_answer(&json!([subscription(&json!({}))]));
    let page = status(200).set_body_raw("<html>", "text/html");
    let cases = [
        ("both", good.clone(), good.clone(), Pass, None),
        ("test limits", status(429), good.clone(), Inconclusive, Some(Responsible::Provider)),
        ("test fails", status(500), good.clone(), Inconclusive, Some(Responsible::Provider)),
        ("test refuses", status(403), good.clone(), Inconclusive, Some(Responsible::Partner)),
        ("production limits", good.clone(), status(429), Inconclusive, Some(Responsible::Provider)),
        ("production refuses", good.clone(), status(403), Fail, Some(Responsible::Partner)),
        ("production shows a page", good.clone(), page, Inconclusive, Some(Responsible::Provider)),
        ("a map in place of a list", good.clone(), json_answer(&json!({})), Inconclusive, Some(Responsible::Provider)),
        ("an error", good.clone(), json_answer(&json!({ "error": "x" })), Inconclusive, Some(Responsible::Provider)),
        ("a list of texts", good.clone(), json_answer(&json!(["x"])), Inconclusive, Some(Responsible::Provider)),
        (
            "an error of test",
            json_answer(&json!({ "error": "x" })),
            good.clone(),
            Inconclusive,
            Some(Responsible::Provider),
        ),
    ];
    for (case, trial, live, wanted, responsible) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.test, "GET /v1/Webhooks", trial).await;
        on(&setup.production, "GET /v1/Webhooks", live).await;
        let report = setup.report(&["readiness.webhooks-registered", "prerequisites.credentials"]).await;
        let row = assert_told(&report, "readiness.webhooks-registered@production", wanted, "", case);
        assert_eq!(row.responsible, responsible, "{case}");
    }
}

#[tokio::test]
async fn a_test_that_enqueues_nothing_is_inconclusive_with_a_hint() {
    let setup = World::new().await;
    let enqueued = |count: Value| json_answer(&json!({ "eventType": "client.linked", "enqueuedCount": count }));
    let (one, none) = (json!([{ "id": "c-1" }]), json!([]));
    let cases = [
        (enqueued(json!(0)), &one, "try the other isTestMode"),
        (enqueued(json!(0)), &one, "enqueuedCount for client.onboarding.contract_signed is 0"),
        (enqueued(json!(null)), &one, "at `/enqueuedCount`, null"),
        (json_answer(&json!({ "error": "x" })), &one, "does not match the schema of this call"),
        (enqueued(json!(1)), &one, "add `environments.test.lookups.received` to profile.yaml"),
        (status(403), &one, "403"),
        (status(429), &one, "try again later"),
        (enqueued(json!(1)), &none, "create one first"),
    ];
    for (answer, known, words) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.test, "GET /v1/Webhooks", json_answer(&json!([subscription(&json!({}))]))).await;
        on(&setup.test, "GET /clients", json_answer(&json!({ "clients": [{ "externalTenantId": "t-1" }] }))).await;
        on(&setup.test, "GET /cases", json_answer(&json!({ "cases": known }))).await;
        on(&setup.test, "POST /v1/webhooks/test", answer).await;
        let report = setup.report(&["webhooks.test-endpoint", "prerequisites.credentials"]).await;
        let row = assert_told(&report, "webhooks.test-endpoint@test", Inconclusive, words, words);
        assert!(
            row.responsible != Some(Responsible::Tool) && !crate::support::driven::told(row).contains("{{"),
            "{}",
            crate::support::driven::told(row)
        );
    }
    for (answer, words, responsible) in [
        (json_answer(&json!({ "clients": [] })), "onboard one first", Responsible::Partner),
        (json_answer(&json!({ "clients": null, "page": {} })), "onboard one first", Responsible::Partner),
        (json_answer(&json!({ "error": "x" })), "does not match the schema of this call", Responsible::Provider),
        (status(403), "403", Responsible::Partner),
        (status(503), "503", Responsible::Provider),
    ] {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.test, "GET /v1/Webhooks", json_answer(&json!([subscription(&json!({}))]))).await;
        on(&setup.test, "GET /clients", answer).await;
        on(&setup.test, "GET /cases", json_answer(&json!({ "cases": one }))).await;
        on(&setup.test, "POST /v1/webhooks/test", enqueued(json!(1))).await;
        let report = setup.report(&["webhooks.test-endpoint", "prerequisites.credentials"]).await;
        let row = assert_told(&report, "webhooks.test-endpoint@test", Inconclusive, words, words);
        assert!(
            row.responsible == Some(responsible) && !crate::support::driven::told(row).contains("{{"),
            "{}",
            crate::support::driven::told(row)
        );
    }
    for (trial, words) in [
        (json!([]), "is an empty list"),
        (json!([subscription(&json!({ "isActive": false, "disabledReason": "eight" }))]), "disabledReason eight"),
    ] {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.test, "GET /v1/Webhooks", json_answer(&trial)).await;
        on(&setup.test, "GET /clients", json_answer(&json!({ "clients": [{ "externalTenantId": "t-1" }] }))).await;
        on(&setup.test, "GET /cases", json_answer(&json!({ "cases": one }))).await;
        let report = setup.report(&["webhooks.test-endpoint", "prerequisites.credentials"]).await;
        assert_told(&report, "webhooks.test-endpoint@test", Inconclusive, words, words);
    }
    // Preflight must not trigger anything in production.
    let fired = setup.production.received_requests().await.unwrap();
    assert!(fired.iter().all(|request| request.method.as_str() == "GET"), "{fired:?}");
}
