//! What calls cause besides their replies: rejections, counters, signatures, references, keys, quotas, change times.

use super::*;
use crate::simulator::values;

#[test]
fn pending_contracts_lift_signatures_and_nothing_else() {
    let (contract, poa, kyc) = ("MissingDebtCollectionContract", "MissingPowerOfAttorney", "MissingKycVerification");
    for (state, country, pending, errors) in [
        ("ready", "GB", true, vec![kyc]),
        ("ready", "GB", false, vec![kyc]),
        ("onboarding", "GB", true, vec![kyc]),
        ("missing_contract", "GB", true, vec![kyc]),
        ("missing_contract", "GB", false, vec![contract, kyc]),
        ("several_missing", "GB", true, vec![kyc]),
        ("several_missing", "GB", false, vec![contract, poa, kyc]),
        ("missing_kyc", "DK", true, vec![kyc]),
        ("missing_kyc", "GB", true, vec![kyc]),
        ("missing_contract", "ES", false, vec![contract, poa]),
        ("missing_poa", "ES", false, vec![poa]),
        ("ready", "ES", false, vec![poa]),
        ("no_partner", "DK", true, vec!["NoPartnerAvailable"]),
        ("blocked", "GB", true, vec!["CreditorBlocked"]),
        ("ready", "AQ", true, vec!["NoPartnerAvailable"]),
        ("missing_contract", "AQ", true, vec!["NoPartnerAvailable"]),
        ("ready", "DK", true, vec![]),
        ("ready", "ES", true, vec![]),
        ("missing_contract", "DK", true, vec![]),
        ("missing_contract", "ES", true, vec![]),
        ("several_missing", "DK", true, vec![]),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", if state == "onboarding" { "new" } else { state });
        let asked = but(case("r1"), "debtor.countryAlpha2", json!(country));
        let (status, body) = play.customer("POST /cases", &token, &but(asked, "allowPendingContracts", json!(pending)));
        let told = body["businessErrors"].as_array().cloned().unwrap_or_default();
        let told: Vec<&str> = told.iter().map(|error| error["type"].as_str().unwrap()).collect();
        assert_eq!(
            (status, told),
            (if errors.is_empty() { 200 } else { 422 }, errors.clone()),
            "{state} {country} {pending}"
        );
        let signs = errors.contains(&contract) || errors.contains(&poa);
        assert!(status == 200 || body["signingHandoff"].is_object() == signs, "{state} {country} {pending}: {body}");
    }
}

#[test]
fn cases_that_come_with_a_client_heed_coverage_and_duplicates() {
    for state in ["new", "already_signed", "ready"] {
        let mut play = Simulation::new(Mode::Rehearsal);
        play.store.prepared.insert("t1@acme.example".into(), state.into());
        let hook = json!({ "url": "https://acme.example/", "events": ["case.created"] });
        play.referral("POST /v1/Webhooks", &hook);
        let far = but(case("r2"), "debtor.countryAlpha2", json!("aq"));
        let cases = json!([case("r1"), far, case("r1"), but(case("r3"), "creditorReference", json!(null)), case("r1")]);
        let asked = but(client("t1"), "cases", cases);
        let answered = play.ask(&received("referral", "POST /clients", ("xapikey", "key-1"), &asked));
        let body = answered.reply.body.unwrap();
        let made = body["caseResults"]["successfulCases"].as_array().unwrap();
        assert_eq!(made.len(), 2, "{state}: {body}");
        let failed = body["caseResults"]["failedCases"].as_array().unwrap();
        let failed: Vec<_> =
            failed.iter().map(|f| (&f["caseIndex"], &f["creditorReference"], &f["errorType"])).collect();
        let (none, again) = (json!("NoPartnerAvailable"), json!("DuplicateReference"));
        let expected = [(1, "r2", &none), (2, "r1", &again), (4, "r1", &again)];
        let expected: Vec<_> = expected.map(|(at, reference, kind)| (json!(at), json!(reference), kind)).into();
        assert_eq!(failed, expected.iter().map(|(at, reference, kind)| (at, reference, *kind)).collect::<Vec<_>>());
        assert_eq!(answered.dispatches.len(), 2, "{state}: one for each case that is there");
        let (_, again) = play.referral("POST /clients", &asked);
        let failed = again["caseResults"]["failedCases"].as_array().unwrap();
        assert!(
            failed.len() == 5 && failed.iter().all(|f| f["errorType"] == "IdempotencyViolation"),
            "{state}: {again}"
        );
    }
    let mut play = Simulation::new(Mode::Rehearsal);
    let hook = json!({ "url": "https://acme.example/", "events": ["case.created"] });
    play.referral("POST /v1/Webhooks", &hook);
    let asked = but(client("t1"), "cases", json!([but(case("r1"), "debtor.countryAlpha2", json!("AQ"))]));
    let answered = play.ask(&received("referral", "POST /clients", ("xapikey", "key-1"), &asked));
    let results = &answered.reply.body.unwrap()["caseResults"];
    assert_eq!(
        (&results["successfulCases"], &results["failedCases"][0]["errorType"]),
        (&json!([]), &json!("NoPartnerAvailable"))
    );
    assert_eq!((answered.reply.status, answered.dispatches.len()), (202, 0), "the client is there, no case is");
}

#[test]
fn an_idempotency_key_holds_255_characters_wherever_one_is_taken() {
    let kyc =
        json!({ "directorFullName": "Kim", "directorHomeAddress": "Road 1", "directorDateOfBirth": "1980-01-31" });
    for (api, call, body, created) in
        [("customer", "POST /cases", case("r1"), 200), ("referral", "POST /clients/t1/kyc-verification", kyc, 201)]
    {
        for (length, status) in [(255, created), (256, 400), (4000, 400)] {
            let mut play = Simulation::new(Mode::Rehearsal);
            let token = format!("Bearer {}", play.client("t1", "ready"));
            let header = if api == "customer" { ("authorization", &*token) } else { ("xapikey", "key-1") };
            let mut request = received(api, call, header, &body);
            request.headers.push(("idempotency-key".into(), "k".repeat(length)));
            assert_eq!(play.ask(&request).reply.status, status, "{call} {length}");
        }
    }
}

#[test]
fn whatever_changes_a_record_changes_its_time() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    let hook = json!({ "url": "https://acme.example/", "events": ["case.closed"] });
    let (_, made) = play.referral("POST /v1/Webhooks", &hook);
    assert_eq!(made["createdUtc"], made["updatedUtc"]);
    let path = format!("/v1/Webhooks/{}", made["id"].as_str().unwrap());
    for change in [
        json!({ "isActive": false }),
        json!({ "isActive": true }),
        json!({ "regenerateSecret": true }),
        json!({ "isTestMode": true }),
        json!({ "events": ["client.linked"] }),
        json!({ "url": "https://other.example/" }),
    ] {
        play.now += time::Duration::minutes(1);
        let (_, changed) = play.referral(&format!("PUT {path}"), &change);
        assert_eq!(changed["updatedUtc"], values::written(play.now), "{change}");
        assert_eq!(changed["createdUtc"], made["createdUtc"], "{change}");
        assert_eq!(play.referral(&format!("GET {path}"), &Value::Null).1["updatedUtc"], changed["updatedUtc"]);
    }
    let (_, made) = play.customer("POST /cases", &token, &case("r1"));
    assert_eq!((&made["dateUpdated"], &made["dateFinished"]), (&Value::Null, &Value::Null));
    play.now += time::Duration::minutes(1);
    play.happen("t1", "case.updated").unwrap();
    let look = |play: &mut Simulation| play.customer("GET /cases/by-creditor-reference/r1", &token, &Value::Null).1;
    assert_eq!(look(&mut play)["dateUpdated"], values::written(play.now));
    play.now += time::Duration::minutes(1);
    play.happen("t1", "case.closed").unwrap();
    let closed = look(&mut play);
    assert_eq!(
        (&closed["dateUpdated"], &closed["dateFinished"]),
        (&values::written(play.now), &values::written(play.now))
    );
    let kyc =
        json!({ "directorFullName": "Kim", "directorHomeAddress": "Road 1", "directorDateOfBirth": "1980-01-31" });
    assert!(play.referral("POST /clients/t1/kyc-verification", &kyc).1["verificationStatusUpdatedAt"].is_null());
    play.now += time::Duration::minutes(1);
    play.happen("t1", "kyc.verified").unwrap();
    let (_, verified) = play.referral("GET /clients/t1", &Value::Null);
    let record = &verified["kycVerification"];
    assert_eq!(
        (&record["verificationStatus"], &record["verificationStatusUpdatedAt"]),
        (&json!("Completed"), &values::written(play.now))
    );
}

#[test]
fn quotas_are_counted_for_each_key_and_refused_only_where_asked_for() {
    for (refuses, expected) in [(false, 200), (true, 429)] {
        let mut play = Simulation::new(Mode::Rehearsal);
        play.store = play.script.store(refuses);
        for _ in 0..2000 {
            assert_eq!(play.referral("GET /nowhere", &Value::Null).0, 404);
        }
        let (status, body) = play.referral("GET /me", &Value::Null);
        assert_eq!(status, expected);
        assert_eq!(body["retryAfter"], if refuses { json!(60.0) } else { Value::Null }, "{body}");
        let used = play.store.quotas.used();
        let minute = used.iter().find(|usage| usage.per.as_secs() == 60).unwrap();
        assert_eq!((minute.calls, minute.beyond), (2000, 1), "{minute}");
        assert_eq!(used.iter().map(|usage| usage.calls).collect::<Vec<_>>(), [2000, 20_000, 100_000]);
        assert_eq!(play.call("referral", "GET /me", ("xapikey", "other"), &Value::Null).0, 401, "it is another's");
        play.now += time::Duration::minutes(1);
        assert_eq!(play.referral("GET /me", &Value::Null).0, 200);
    }
}
