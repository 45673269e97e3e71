//! Subscriptions and the events that they receive.

use super::*;

#[test]
fn a_subscription_shows_its_secret_once_and_its_address_is_judged() {
    let mut play = Simulation::new(Mode::Production);
    let asked = json!({ "Url": "https://acme.example/hooks", "Events": ["client.linked"] });
    let (status, made) = play.referral("POST /v1/webhooks", &asked);
    assert!(status == 200 && made["secret"].is_string() && made["disabledReason"].is_null(), "{made}");
    let path = format!("/v1/Webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(play.referral(&format!("GET {path}"), &Value::Null).1.get("secret"), None);
    assert_eq!(play.referral("GET /v1/Webhooks", &Value::Null).1[0].get("secret"), None);
    let (_, kept) = play.referral(&format!("PUT {path}"), &json!({ "isTestMode": true }));
    assert_eq!((&kept["isTestMode"], &kept["url"], kept.get("secret")), (&json!(true), &made["url"], None));
    let (_, rotated) = play.referral(&format!("PUT {path}"), &json!({ "regenerateSecret": true }));
    assert!(rotated["secret"].is_string() && rotated["secret"] != made["secret"]);
    assert_eq!(play.referral(&format!("DELETE {path}"), &Value::Null).0, 204);
    assert_eq!(play.referral(&format!("GET {path}"), &Value::Null).0, 404);
}

#[test]
fn addresses_that_nobody_outside_can_reach_are_refused_but_loopback_in_rehearsal() {
    for (url, rehearsal, production) in [
        ("https://acme.example/hooks", 200, 200),
        ("https://acme.example:8443/hooks", 200, 200),
        ("https://acme.example:9443/hooks", 400, 400),
        ("http://acme.example/hooks", 400, 400),
        ("https://10.0.0.1/hooks", 400, 400),
        ("https://169.254.169.254/", 400, 400),
        ("https://metadata.google.internal/hooks", 400, 400),
        ("https://METADATA.google.internal./hooks", 400, 400),
        ("https://printer.local/hooks", 400, 400),
        ("https://app.localhost:8443/hooks", 200, 400),
        ("https://0xa9fea9fe/hooks", 400, 400),
        ("https://2852039166/hooks", 400, 400),
        ("https://0/hooks", 400, 400),
        ("https://012.0.0.1/hooks", 400, 400),
        ("https://100.64.0.1/hooks", 400, 400),
        ("https://[::ffff:10.0.0.1]/hooks", 400, 400),
        ("https://[fe80::1]/hooks", 400, 400),
        ("https://user:word@acme.example/hooks", 400, 400),
        ("http://127.0.0.1:3000/hooks", 200, 400),
        ("nonsense", 400, 400),
    ] {
        for (mode, status) in [(Mode::Rehearsal, rehearsal), (Mode::Production, production)] {
            let asked = json!({ "url": url, "events": ["client.linked"] });
            assert_eq!(Simulation::new(mode).referral("POST /v1/Webhooks", &asked).0, status, "{url} {mode:?}");
        }
    }
    let mut play = Simulation::new(Mode::Production);
    for wrong in [json!([]), json!(null), json!(["client.renamed"]), json!("client.linked")] {
        let asked = json!({ "url": "https://acme.example/", "events": wrong });
        assert_eq!(play.referral("POST /v1/Webhooks", &asked).0, 400, "{asked}");
    }
}

#[test]
fn events_go_to_the_subscriptions_that_want_them() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    for (test, events) in
        [(false, json!(["case.created", "case.closed", "case.updated"])), (true, json!(["case.created"]))]
    {
        let asked = json!({ "url": "https://acme.example/", "events": events, "isTestMode": test });
        assert_eq!(play.referral("POST /v1/Webhooks", &asked).0, 200);
    }
    let sent = |play: &mut Simulation, case: &Value| {
        let header = format!("Bearer {token}");
        play.ask(&received("customer", "POST /cases", ("authorization", &header), case)).dispatches
    };
    let real = sent(&mut play, &case("r1"));
    assert_eq!((real.len(), &real[0].subscription["isTestMode"]), (1, &json!(false)));
    assert_eq!(real[0].body["data"]["externalTenantId"], "t1");
    let test = sent(&mut play, &but(case("r2"), "isTest", json!(true)));
    assert_eq!((test.len(), &test[0].subscription["isTestMode"]), (1, &json!(true)));
    play.customer("POST /cases", &token, &case("r3"));
    assert_eq!(play.happen("t1", "case.closed").unwrap(), ["case.updated", "case.closed"]);
}

#[test]
fn a_triggered_test_says_how_many_subscriptions_matched() {
    let mut play = Simulation::new(Mode::Test);
    let token = play.client("t1", "ready");
    let (_, made) = play.customer("POST /cases", &token, &case("r1"));
    let trigger = |play: &mut Simulation, body: Value| play.referral("POST /v1/webhooks/test", &body);
    let linked = json!({ "eventType": "client.linked", "externalTenantId": "t1" });
    let (status, none) = trigger(&mut play, linked.clone());
    assert_eq!((status, &none["enqueuedCount"]), (200, &json!(0)));
    let asked =
        json!({ "url": "https://acme.example/", "events": ["client.linked", "case.updated"], "isTestMode": true });
    play.referral("POST /v1/Webhooks", &asked);
    assert_eq!(trigger(&mut play, linked).1["enqueuedCount"], 1);
    assert_eq!(trigger(&mut play, json!({ "eventType": "case.updated", "caseId": made["id"] })).1["enqueuedCount"], 1);
    for (body, status) in [
        (json!({}), 400),
        (json!({ "eventType": "cases.replay_failed", "externalTenantId": "t1" }), 400),
        (json!({ "eventType": "case.updated" }), 400),
        (json!({ "eventType": "case.updated", "caseId": "x" }), 400),
        (json!({ "eventType": "case.updated", "caseId": "550e8400-e29b-41d4-a716-446655440000" }), 404),
        (json!({ "eventType": "client.linked" }), 400),
        (json!({ "eventType": "client.linked", "externalTenantId": "nobody" }), 404),
    ] {
        assert_eq!(trigger(&mut play, body.clone()).0, status, "{body}");
    }
}
