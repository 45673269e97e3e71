//! Clients of the built-in pack: onboarding, conflicts, tokens, removal.

use super::*;

#[test]
fn a_new_client_signs_gets_a_token_and_submits() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let (status, body) = play.referral("POST /clients", &client("t1"));
    assert_eq!((status, &body["onboardingDone"]), (202, &json!(false)));
    assert!(body["onboardingLinks"]["url"].as_str().unwrap().starts_with("http://pages.example/companydetails/"));
    assert_eq!(body["users"][0]["lastName"], "Example");
    assert_eq!(play.referral("POST /clients", &client("t1")), (202, body));
    let (_, token) = play.referral("POST /oauth/token", &json!({ "externalTenantId": "t1" }));
    assert_eq!((&token["expiresIn"], &token["tokenType"]), (&json!(1800), &json!("Bearer")));
    let token = token["accessToken"].as_str().unwrap();
    let (status, body) = play.customer("POST /cases", token, &case("r1"));
    assert_eq!((status, &body["businessErrors"][0]["type"]), (422, &json!("MissingDebtCollectionContract")));
    play.happen("t1", "client.onboarding.contract_signed").unwrap();
    assert_eq!(play.referral("POST /clients", &client("t1")).0, 201);
    assert_eq!(play.referral("GET /clients/t1", &Value::Null).1["onboardingDone"], true);
    let (status, made) = play.customer("POST /cases", token, &case("r1"));
    assert_eq!((status, &made["lifecycle"], &made["isTestCase"]), (200, &json!("Active"), &json!(false)));
    let (status, again) = play.customer("POST /cases", token, &case("r1"));
    assert_eq!((status, &again["businessErrors"][0]["type"]), (422, &json!("DuplicateCreditorReference")));
    assert_eq!(play.customer("GET /cases/by-creditor-reference/r1", token, &Value::Null), (200, made.clone()));
    assert_eq!(
        play.customer(&format!("GET /cases/{}", made["id"].as_str().unwrap()), token, &Value::Null),
        (200, made)
    );
    assert_eq!(play.customer("GET /cases", token, &Value::Null).1["page"]["totalResults"], 1);
    assert_eq!(play.customer("GET /me", token, &Value::Null).1["companyName"], "Example Ltd");
}

#[test]
fn a_client_known_elsewhere_is_recognised_by_its_exact_address_and_linked_by_approval() {
    let mut play = Simulation::new(Mode::Rehearsal);
    play.store.prepared.insert("kim@t1.example".into(), "known_elsewhere".into());
    let (status, conflict) = play.referral("POST /clients", &client("t1"));
    assert_eq!((status, &conflict["type"]), (409, &json!("ClientExistsNeedsLinking")));
    let url = conflict["data"]["onboardingLinks"]["url"].clone();
    assert!(url.as_str().unwrap().contains("/ReferralPartner/Approve?token="));
    assert_eq!(play.referral("POST /clients", &client("t1")).1["data"]["onboardingLinks"]["url"], url);
    assert_eq!(play.referral("POST /oauth/token", &json!({ "externalTenantId": "t1" })).0, 404);
    assert_eq!(play.referral("GET /clients/t1", &Value::Null).0, 404);
    play.happen("t1", "client.link_expired").unwrap();
    let (status, renewed) = play.referral("POST /clients", &client("t1"));
    assert!(status == 409 && renewed["data"]["onboardingLinks"]["url"] != url);
    play.happen("t1", "client.linked").unwrap();
    let (status, linked) = play.referral("POST /clients", &client("t1"));
    assert_eq!((status, &linked["isAttributedClient"]), (201, &json!(false)));
    assert_eq!(play.referral("POST /clients", &client("kim")).0, 202);
}

#[test]
fn an_approval_expires_after_seven_days() {
    let mut play = Simulation::new(Mode::Rehearsal);
    play.store.prepared.insert("t1@acme.example".into(), "known_elsewhere".into());
    let answered = play.ask(&received("referral", "POST /clients", ("xapikey", "key-1"), &client("t1")));
    let timer = &answered.timers[0];
    assert_eq!((timer.after.as_secs(), &*timer.event), (7 * 86_400, "client.link_expired"));
}

#[test]
fn every_other_conflict_has_its_documented_body() {
    for (state, kind, data) in [
        ("linked_elsewhere", "ClientAlreadyLinkedToAnotherPartner", json!({ "externalTenantId": "t1" })),
        ("linked_elsewhere_short", "AlreadyLinkedToAnotherPartner", json!({ "externalTenantId": "t1" })),
        ("invalid_client_type", "InvalidClientType", Value::Null),
        ("unknown_conflict", "ClientUnderReview", Value::Null),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        play.store.prepared.insert("t1@acme.example".into(), state.into());
        let (status, body) = play.referral("POST /clients", &client("t1"));
        assert_eq!((status, &body["type"], &body["data"]), (409, &json!(kind), &data), "{state}");
        assert!(body["message"].is_string(), "{state}");
    }
}

#[test]
fn a_client_that_was_ready_may_have_to_sign_again() {
    let mut play = Simulation::new(Mode::Rehearsal);
    play.client("t1", "ready");
    play.happen("t1", "terms.changed").unwrap();
    let (status, body) = play.referral("POST /clients", &client("t1"));
    assert_eq!(status, 202);
    assert!(body["onboardingLinks"]["url"].as_str().unwrap().contains("/ContractUpgrade/Sign/"));
}

#[test]
fn a_client_that_is_refused_names_the_field() {
    for (name, value, status, field) in [
        ("externalTenantId", json!(null), 400, "ExternalTenantId"),
        ("client.name", json!(""), 400, "Client.Name"),
        ("client.supportEmail", json!("nobody"), 400, "Client.SupportEmail"),
        ("client.country", json!("Denmark"), 202, ""),
        ("client.zipCode", json!("123456789012345678901"), 400, "Client.ZipCode"),
        ("users", json!([]), 400, "Users"),
        ("users.0.isOnboardingUser", json!(null), 202, ""),
        ("users.0.email", json!("x"), 400, "Users[0].Email"),
        ("users", json!([{ "name": "A", "email": "a@b" }, { "name": "B", "email": "b@b" }]), 400, "Users"),
    ] {
        let (got, body) =
            Simulation::new(Mode::Rehearsal).referral("POST /clients", &but(client("t1"), name, value.clone()));
        assert_eq!(got, status, "{name} = {value}: {body}");
        assert!(status != 400 || body[field][0].is_string(), "{name} = {value}: {body}");
    }
    let (status, body) =
        Simulation::new(Mode::Rehearsal).referral("POST /clients", &but(client("t1"), "client.country", json!("XX")));
    assert_eq!((status, &body["message"]), (400, &json!("Unknown country: XX")));
}

#[test]
fn cases_that_come_with_the_client_are_validated_created_once_and_then_reported() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let wrong = but(client("t1"), "cases", json!([case("r1"), but(case("r2"), "currencyCode", json!("XYZ"))]));
    let (status, body) = play.referral("POST /clients", &wrong);
    assert_eq!((status, &body["error"]), (400, &json!("Case validation failed")));
    assert!(body["validationErrors"]["Cases[1].CurrencyCode"][0].is_string(), "{body}");
    assert_eq!(play.store.snapshot(), json!({}));
    let right = but(client("t1"), "cases", json!([case("r1"), case("r2")]));
    let (status, body) = play.referral("POST /clients", &right);
    assert_eq!((status, body["caseResults"]["successfulCases"].as_array().map(Vec::len)), (202, Some(2)));
    let (_, body) = play.referral("POST /clients", &right);
    assert_eq!(body["caseResults"]["failedCases"][1]["errorType"], "IdempotencyViolation");
    assert_eq!(play.store.all("cases").count(), 2);
}

#[test]
fn a_key_a_token_and_their_limits_are_checked() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    assert_eq!(play.call("referral", "GET /me", ("xapikey", "wrong"), &Value::Null).0, 401);
    assert_eq!(play.call("referral", "GET /me", ("authorization", &format!("Bearer {token}")), &Value::Null).0, 401);
    assert_eq!(play.call("customer", "GET /me", ("xapikey", "key-1"), &Value::Null).0, 401);
    assert_eq!(play.customer("GET /me", "no-token", &Value::Null).0, 401);
    let other = play.client("t2", "ready");
    play.customer("POST /cases", &token, &case("r1"));
    assert_eq!(play.customer("GET /cases/by-creditor-reference/r1", &other, &Value::Null).0, 404);
    play.now += time::Duration::seconds(1799);
    assert_eq!(play.customer("GET /me", &token, &Value::Null).0, 200);
    play.now += time::Duration::seconds(2);
    assert_eq!(play.customer("GET /me", &token, &Value::Null).0, 401);
}

#[test]
fn operations_of_the_test_environment_are_forbidden_in_production() {
    for call in ["DELETE /clients/t1", "GET /clients/t1/is-deletable", "POST /v1/webhooks/test"] {
        let mut play = Simulation::new(Mode::Production);
        play.client("t1", "ready");
        assert_eq!(
            play.referral(call, &json!({ "eventType": "client.linked", "externalTenantId": "t1" })).0,
            403,
            "{call}"
        );
    }
}

#[test]
fn a_client_is_deleted_with_its_cases_and_withdrawn_only_before_they_move() {
    let mut play = Simulation::new(Mode::Test);
    let token = play.client("t1", "ready");
    play.customer("POST /cases", &token, &case("r1"));
    let (_, deletable) = play.referral("GET /clients/t1/is-deletable", &Value::Null);
    assert_eq!(deletable["isDeletable"], false);
    assert_eq!(deletable["blockers"][0], "Active case — must be closed before account deletion.");
    assert_eq!(play.referral("POST /clients/t1/withdraw", &Value::Null).0, 409);
    play.happen("t1", "case.closed").unwrap();
    assert_eq!(play.referral("GET /clients/t1/is-deletable", &Value::Null).1["isDeletable"], true);
    assert_eq!(play.referral("DELETE /clients/t1", &Value::Null), (204, Value::Null));
    assert_eq!(play.referral("GET /clients/t1", &Value::Null).0, 404);
    assert_eq!(play.customer("GET /me", &token, &Value::Null).0, 401);
    play.client("t2", "ready");
    assert_eq!(play.referral("POST /clients/t2/withdraw", &Value::Null).0, 204);
}
