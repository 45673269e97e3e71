//! Behaviour that all packs have in common.

use super::*;
use crate::simulator::{Effect, Override};

#[test]
fn a_call_says_whom_it_is_about() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    let header = format!("Bearer {token}");
    let answered = play.ask(&received("customer", "POST /cases", ("authorization", &header), &case("r1")));
    assert_eq!(answered.about, ["r1", "120.5", "t1"]);
    assert_eq!(answered.route.as_deref(), Some("POST /cases"));
    let answered = play.ask(&received("referral", "GET /clients/t1", ("xapikey", "key-1"), &Value::Null));
    assert_eq!(answered.about, ["t1"]);
    let minted = play.ask(&received(
        "referral",
        "POST /oauth/token",
        ("xapikey", "key-1"),
        &json!({ "externalTenantId": "t1" }),
    ));
    assert_eq!(minted.secrets[0].0, "access_token");
}

#[test]
fn overlays_refuse_change_and_expire() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    let other = play.client("t2", "ready");
    let install = |play: &mut Simulation, on: Option<&str>, effect: Effect| {
        let change = Override {
            about: vec!["t1".into()],
            on: on.and_then(crate::pack::types::Route::parse),
            nth: Some(1),
            effect,
        };
        play.store.overrides = vec![overrides::Installed::new(1, change)];
    };
    let with = Map::from_iter([("retryAfter".to_owned(), json!(1.5))]);
    install(&mut play, Some("POST /cases"), Effect::Reply { name: "rate-limited".into(), with });
    assert_eq!(play.customer("POST /cases", &other, &case("r1")).0, 200);
    let (status, limited) = play.customer("POST /cases", &token, &case("r1"));
    assert_eq!((status, &limited["retryAfter"]), (429, &json!(1.5)));
    assert_eq!(play.customer("POST /cases", &token, &case("r1")).0, 200);
    let members = Map::from_iter([("lifecycle".to_owned(), json!("Odd"))]);
    install(&mut play, Some("POST /cases"), Effect::Changed { status: Some(203), members });
    let (status, changed) = play.customer("POST /cases", &token, &case("r2"));
    assert_eq!((status, &changed["lifecycle"]), (203, &json!("Odd")));
    install(&mut play, None, Effect::Expired);
    assert_eq!(play.customer("GET /me", &token, &Value::Null).0, 401);
    assert_eq!(play.customer("GET /me", &token, &Value::Null).0, 401);
    let (_, minted) = play.referral("POST /oauth/token", &json!({ "externalTenantId": "t1" }));
    assert_eq!(play.customer("GET /me", minted["accessToken"].as_str().unwrap(), &Value::Null).0, 200);
    for (after_processing, cases) in [(false, 2), (true, 3)] {
        install(&mut play, Some("POST /cases"), Effect::Dropped { after_processing });
        let token = play.client("t1", "ready");
        let asked = received("customer", "POST /cases", ("authorization", &format!("Bearer {token}")), &case("r3"));
        assert!(play.ask(&asked).manner.dropped);
        let about = |case: &&crate::simulator::values::Members| case["externalTenantId"] == "t1";
        assert_eq!(play.store.all("cases").filter(about).count(), cases);
    }
}

#[test]
fn a_description_that_cannot_be_played_says_everything_that_is_wrong_with_it() {
    let provider: Provider = serde_json::from_value(json!({
        "name": "Acme", "version": "1", "items": [], "apis": { "one": { "header": { "k": "{{ api_key }}" } } },
        "simulator": {
            "correlate_by": [], "records": {}, "replies": { "a": { "status": 200, "body": "none" } },
            "default_replies": { "unknown_route": "a", "unauthenticated": "a", "malformed": "a", "wrong_type": "a", "too_large": "b", "not_here": "a" },
            "client": { "in": "clients", "key": "id", "identified_by": [], "starts": "nowhere" }, "states": {},
            "routes": { "two": { "GET /x": { "outcomes": [{ "if": "1 +", "reply": "c" }] } } }
        }
    }))
    .unwrap();
    let credentials = BTreeMap::new();
    let setting = Setting {
        mode: Mode::Test,
        api_key: "k",
        credentials: &credentials,
        profile: &Value::Null,
        pages: "",
        overrides: &Map::new(),
        local_handlers: false,
    };
    let problems = Script::new(&provider, &Fixtures::built_in("acme"), &setting).unwrap_err().join("\n");
    for words in ["`none", "`replies.b`", "`replies.c`", "`states.nowhere`", "`two`", "`1 +`"] {
        assert!(problems.contains(words), "{words}: {problems}");
    }
}

#[test]
fn the_built_in_pack_is_understood_and_lists_the_whole_checklist() {
    let text = include_str!("../../../checks/debitura/provider.yaml");
    let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    let value = serde_json::to_value(value).unwrap();
    let schema = serde_json::to_value(schemars::schema_for!(Provider)).unwrap();
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    let provider: Provider = serde_json::from_value(value).unwrap();
    assert_eq!(provider.items.len(), 40);
    let mut ids: Vec<_> = provider.items.iter().map(|item| &item.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    let webhooks = provider.webhooks.unwrap();
    assert_eq!(webhooks.events.values().filter(|event| event.required).count(), 7);
    assert_eq!(serde_json::json!(webhooks.events.keys().collect::<Vec<_>>()), provider.facts["all_events"]);
    assert!(provider.simulator.is_some());
}

#[test]
fn a_business_error_can_be_asked_for_by_its_name() {
    for (reply, kind, signing) in [
        ("missing-contract", "MissingDebtCollectionContract", true),
        ("missing-poa", "MissingPowerOfAttorney", true),
        ("missing-kyc", "MissingKycVerification", false),
        ("no-partner", "NoPartnerAvailable", false),
        ("creditor-blocked", "CreditorBlocked", false),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", "ready");
        let on = crate::pack::types::Route::parse("POST /cases");
        let effect = Effect::Reply { name: reply.into(), with: Map::new() };
        let change = Override { about: vec!["t1".into()], on, nth: Some(1), effect };
        play.store.overrides.push(overrides::Installed::new(1, change));
        let (status, body) = play.customer("POST /cases", &token, &case("r1"));
        assert_eq!((status, &body["businessErrors"][0]["type"]), (422, &json!(kind)));
        assert_eq!(body["signingHandoff"].is_object(), signing, "{reply}");
        assert_eq!(play.customer("POST /cases", &token, &case("r1")).0, 200, "{reply}");
    }
}
