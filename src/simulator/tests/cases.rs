//! Cases of the built-in pack: validation, business errors, retries.

use super::*;

#[test]
fn every_business_error_says_what_is_missing_and_where_it_can_be_had() {
    for (state, kind, page, handoff) in [
        ("missing_contract", "MissingDebtCollectionContract", Some("/ContractUpgrade/Sign/"), true),
        ("missing_poa", "MissingPowerOfAttorney", Some("/PowerOfAttorney/Sign/"), true),
        ("missing_jpa", "MissingPowerOfAttorney", Some("/JurisdictionPowerOfAttorney/"), true),
        ("missing_kyc", "MissingKycVerification", Some("/Kyc/Verify/"), false),
        ("no_partner", "NoPartnerAvailable", None, false),
        ("blocked", "CreditorBlocked", None, false),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", state);
        let asked = but(case("r1"), "returnUrl", json!("https://acme.example/done?x=1"));
        let (status, body) = play.customer("POST /cases", &token, &asked);
        let error = &body["businessErrors"][0];
        assert_eq!((status, &error["type"]), (422, &json!(kind)), "{state}");
        assert_eq!(error["solutionUrl"].as_str().map(|url| url.contains(page.unwrap_or("?"))), page.map(|_| true));
        let combined = body["signingHandoff"]["combinedSigningUrl"].as_str();
        assert_eq!(
            combined.map(|url| url.ends_with("returnUrl=https%3A//acme.example/done%3Fx%3D1")),
            handoff.then_some(true)
        );
        let (status, pending) = play.customer("POST /cases", &token, &but(asked, "allowPendingContracts", json!(true)));
        if handoff {
            assert_eq!((status, &pending["lifecycle"]), (200, &json!("Pending contract signing")), "{state}");
            assert!(pending["signingHandoff"]["combinedSigningUrl"].is_string());
        } else {
            assert_eq!(status, 422, "{state}");
        }
        let (_, preview) = play.customer("POST /cases/preview", &token, &case("r2"));
        assert_eq!(preview["result"]["isEligible"], json!(page.is_some()), "{state}");
        assert_eq!(preview["result"]["requiresKycVerification"], false, "{state}");
        let actions = preview["result"]["requiredActions"].as_array().map(Vec::len);
        assert_eq!(actions, Some(usize::from(page.is_some() && state != "missing_kyc")), "{state}");
    }
}

#[test]
fn a_reference_that_is_taken_is_refused_and_its_case_is_found() {
    for (state, kind) in
        [("reference_taken", "DuplicateCreditorReference"), ("reference_taken_short", "DuplicateReference")]
    {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", state);
        for _ in 0..2 {
            let (status, body) = play.customer("POST /cases", &token, &case("r1"));
            assert_eq!((status, &body["businessErrors"][0]["type"]), (422, &json!(kind)));
        }
        assert_eq!(play.customer("GET /cases/by-creditor-reference/r1", &token, &Value::Null).0, 200);
        assert_eq!(play.customer("GET /cases", &token, &Value::Null).1["page"]["totalResults"], 1);
    }
}

#[test]
fn nobody_collects_in_a_country_that_is_not_covered() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "already_signed");
    let far = but(case("r1"), "debtor.countryAlpha2", json!("AQ"));
    assert_eq!(play.referral("POST /cases/preview", &far).1["isEligible"], false);
    assert_eq!(play.customer("POST /cases/preview", &token, &far).1["result"]["isEligible"], false);
    let (status, body) = play.customer("POST /cases", &token, &far);
    assert_eq!((status, &body["businessErrors"][0]["type"]), (422, &json!("NoPartnerAvailable")));
}

#[test]
fn some_countries_ask_for_more_until_it_is_on_file_and_previews_say_so() {
    for (country, kind, happens) in [
        ("GB", "MissingKycVerification", "kyc.verified"),
        ("ES", "MissingPowerOfAttorney", "client.onboarding.poa_signed"),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", "ready");
        let there = but(case("r1"), "debtor.countryAlpha2", json!(country));
        let kyc = |asked: bool| json!(asked && country == "GB");
        let (_, preview) = play.customer("POST /cases/preview", &token, &there);
        assert_eq!(preview["result"]["requiredActions"][0]["type"], kind);
        assert_eq!(preview["result"]["requiresKycVerification"], kyc(true));
        assert_eq!(play.referral("POST /cases/preview", &there).1["requiresKycVerification"], kyc(true));
        let (status, body) = play.customer("POST /cases", &token, &there);
        assert_eq!((status, &body["businessErrors"][0]["type"]), (422, &json!(kind)));
        assert_eq!(play.customer("POST /cases", &token, &case("r2")).0, 200, "elsewhere nothing is asked for");
        play.happen("t1", happens).unwrap();
        let (_, preview) = play.customer("POST /cases/preview", &token, &there);
        assert_eq!(
            (&preview["result"]["requiredActions"], &preview["result"]["hasKycOnFile"]),
            (&json!([]), &kyc(true))
        );
        assert_eq!(play.customer("POST /cases", &token, &there).0, 200);
    }
}

#[test]
fn a_pending_case_moves_on_once_it_is_signed() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "missing_poa");
    play.customer("POST /cases", &token, &but(case("r1"), "allowPendingContracts", json!(true)));
    play.happen("t1", "client.onboarding.poa_signed").unwrap();
    assert_eq!(play.customer("GET /cases/by-creditor-reference/r1", &token, &Value::Null).1["lifecycle"], "Active");
    assert_eq!(play.customer("POST /cases", &token, &case("r2")).0, 200);
}

#[test]
fn a_case_that_is_refused_says_why() {
    for (name, value, words) in [
        ("currencyCode", json!("XYZ"), "Invalid currency code: XYZ"),
        ("date", json!("2026-10-07"), "Case date cannot be in the future"),
        ("date", json!("2026-10-06"), ""),
        ("date", json!("2026-10-01T00:00:00"), "Due date cannot be earlier"),
        ("dueDate", json!("2026-10-05"), ""),
        ("dueDate", json!("2026-12-01"), "Due date must be in the past"),
        ("amountToRecover", json!(0), "Case total must be a positive amount"),
        ("amountToRecover", json!(null), "Case total must be a positive amount"),
        ("amountToRecover", json!("12"), "could not be converted"),
        ("debtor", json!(null), "Debtor information is required"),
        ("debtor.type", json!("Robot"), "Invalid debtor type"),
        ("debtor.type", json!("company"), ""),
        ("debtor.countryAlpha2", json!("ZZ"), "Invalid country code: ZZ"),
        ("debtor.countryAlpha2", json!("US"), "A state code"),
        (
            "debtor",
            json!({ "type": "Company", "name": "N", "address": "A", "city": "C", "countryAlpha2": "US", "stateAlpha2": "US-CA" }),
            "",
        ),
        (
            "debtor",
            json!({ "type": "Company", "name": "N", "address": "A", "city": "C", "countryAlpha2": "US", "stateAlpha2": "California" }),
            "",
        ),
        ("debtor.city", json!(null), "The City field is required"),
        ("creditorReference", json!("x".repeat(51)), "maximum length of 50"),
        ("amountToRecoverOver12Months", json!(10), "must be given together"),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", "ready");
        let mut asked = case("r1");
        if name == "date" && words.is_empty() {
            asked = but(asked, "dueDate", json!(null));
        }
        let (status, body) = play.customer("POST /cases", &token, &but(asked, name, value.clone()));
        assert_eq!(status, if words.is_empty() { 200 } else { 400 }, "{name} = {value}: {body}");
        assert!(body.to_string().contains(words), "{name} = {value}: {body}");
    }
}

#[test]
fn a_repeat_with_the_same_key_gets_the_same_answer() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    let mut ask = |body: &Value| {
        let mut request = received("customer", "POST /cases", ("authorization", &format!("Bearer {token}")), body);
        request.headers.push(("idempotency-key".into(), "k1".into()));
        play.ask(&request).reply
    };
    let first = ask(&case("r1"));
    assert_eq!(ask(&case("r1")), first);
    let other = ask(&case("r2"));
    assert_eq!((other.status, &other.body.unwrap()["businessErrors"][0]["type"]), (422, &json!("IdempotencyConflict")));
}
