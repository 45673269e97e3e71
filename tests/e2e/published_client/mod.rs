//! The published Python client of Debitura against the simulator: each understands what the other sends.

use std::path::Path;
use std::process::Command;

use crate::support::calls::{KEY, client, http, play_with, ready, referral};
use crate::support::python::{environment, succeeds};
use preflight::pack::simulator::Mode;
use preflight::pack::types::Route;
use preflight::simulator::{Effect, Options, Override, Simulator};
use serde_json::{Map, Value, json};
use url::Url;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/published_client");

/// Runs one story of the client's script. Returns what the script prints.
async fn told(story: &'static str, simulator: &Simulator, tokens: &Value) -> Value {
    let (host, tokens) = (simulator.base("customer").unwrap().to_string(), tokens.to_string());
    let run = move || {
        let mut command = Command::new(environment("published-client", &Path::new(HERE).join("requirements.txt")));
        command.arg(Path::new(HERE).join("client.py")).arg(story).arg(host.trim_end_matches('/'));
        succeeds(command.env("TOKENS", tokens))
    };
    serde_json::from_slice(&tokio::task::spawn_blocking(run).await.unwrap()).unwrap()
}

async fn play() -> Simulator {
    let options = Options::rehearsal(KEY, Url::parse("https://pages.example").unwrap(), http());
    play_with(Options { mode: Mode::Rehearsal, ..options }).await
}

/// Returns the token of a client that must sign a power of attorney.
async fn without_poa(simulator: &Simulator, tenant: &str) -> String {
    assert!(simulator.prepare(&format!("{tenant}@acme.example"), "missing_poa"));
    assert_eq!(referral(simulator, "POST /clients", client(tenant)).await.0, 201);
    let (_, token) = referral(simulator, "POST /oauth/token", json!({ "externalTenantId": tenant })).await;
    token["accessToken"].as_str().unwrap().to_owned()
}

/// Installs an override for all calls of a client that create a case.
fn arrange(simulator: &Simulator, tenant: &str, effect: Effect) {
    let (about, on) = (vec![tenant.to_owned()], Route::parse("POST /cases"));
    simulator.change(Override { about, on, nth: None, effect }).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_created_found_listed_and_previewed() {
    let simulator = play().await;
    let tokens = json!({ "ready": ready(&simulator, "t1").await, "poa": without_poa(&simulator, "t2").await });
    let told = told("cases", &simulator, &tokens).await;
    // The published release names no host itself, so a user who forgets to configure one calls nobody.
    assert_eq!(told["host"], "");
    let journal = simulator.journal().since(0);
    let sent: Vec<_> = journal.iter().filter(|entry| entry.what.route.as_deref() == Some("POST /cases")).collect();
    let converted = sent[1].what.request.body.json().unwrap();
    assert_eq!((&converted["date"], &converted["comments"]), (&json!("2026-01-05T00:00:00"), &Value::Null));
    assert!(converted.as_object().unwrap().contains_key("comments"), "it sends nulls: {converted}");
    assert_eq!(told["me"]["companyName"], "Example Ltd");
    let first = &told["first"];
    assert_eq!((&first["lifecycle"], &first["isTestCase"]), (&json!("Active"), &json!(false)));
    assert_eq!((&first["grossAmount"], &first["debtor"]["countryAlpha2"]), (&json!(120.5), &json!("DK")));
    assert!(first["signingHandoff"].is_null() && first["date"].as_str().unwrap().starts_with("2026-01-05T09:30"));
    assert_eq!((&told["second"]["creditorReference"], &told["second"]["grossAmount"]), (&json!("2026-2"), &json!(99)));
    assert_eq!((&told["by id"], &told["by reference"]), (first, &told["second"]));
    let all = &told["all"];
    let page = json!({ "totalResults": 2, "pageSize": 10, "currentPage": 1, "responseCount": 2 });
    assert_eq!(all["page"], page);
    assert_eq!(all["cases"], json!([first, told["second"]]));
    let page = json!({ "totalResults": 2, "pageSize": 1, "currentPage": 2, "responseCount": 1 });
    assert_eq!((&told["one page"]["page"], &told["one page"]["cases"]), (&page, &json!([told["second"]])));
    assert_eq!(told["of another"]["cases"], json!([]));
    let preview = &told["preview"]["result"];
    assert_eq!((&preview["isEligible"], &preview["jurisdiction"]["countryAlpha2"]), (&json!(true), &json!("GB")));
    assert_eq!(preview["pricingPreview"]["currencyCode"], "GBP");
    // Debtors in this country require the director's identity.
    assert_eq!(preview["requiredActions"][0]["type"], "MissingKycVerification");
    assert_eq!((&preview["requiresKycVerification"], &preview["hasKycOnFile"]), (&json!(true), &json!(false)));
    let preview = &told["preview of another"]["result"];
    assert_eq!(preview["requiredActions"][0]["type"], "MissingPowerOfAttorney");
    assert!(preview["signingHandoff"]["combinedSigningUrl"].as_str().unwrap().starts_with("https://pages.example/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_signature_is_told_with_the_way_to_sign() {
    let simulator = play().await;
    let told = told("signing", &simulator, &json!({ "poa": without_poa(&simulator, "t1").await })).await;
    let (refused, pending) = (&told["refused"], &told["pending"]);
    assert_eq!((&refused["status"], &refused["raised"]), (&json!(422), &json!("ApiException")));
    assert_eq!(refused["data"]["businessErrors"][0]["type"], "MissingPowerOfAttorney");
    assert!(refused["data"]["businessErrors"][0]["solutionUrl"].as_str().unwrap().contains("collectionPartnerId="));
    assert!(refused["data"]["signingHandoff"]["combinedSigningUrl"].is_string());
    assert_eq!(pending["lifecycle"], "Pending contract signing");
    let url = Url::parse(pending["signingHandoff"]["combinedSigningUrl"].as_str().unwrap()).unwrap();
    let returns: Vec<_> = url.query_pairs().filter(|(name, _)| name == "returnUrl").map(|(_, value)| value).collect();
    assert_eq!(returns, ["https://app.acme.example/done?case=1&x=2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_understood() {
    let simulator = play().await;
    let mut tokens = Map::from_iter([("poa".to_owned(), json!(without_poa(&simulator, "poa").await))]);
    for tenant in ["ready", "expired", "limited", "broken"] {
        tokens.insert(tenant.to_owned(), json!(ready(&simulator, tenant).await));
    }
    let named = |name: &str, with: Value| Effect::Reply { name: name.into(), with: with.as_object().cloned().unwrap() };
    arrange(&simulator, "limited", named("rate-limited", json!({ "retryAfter": 1.5 })));
    arrange(&simulator, "broken", named("server-error", json!({})));
    let change = Override { about: vec!["expired".into()], on: None, nth: None, effect: Effect::Expired };
    simulator.change(change).unwrap();
    let told = told("refusals", &simulator, &tokens.into()).await;
    for (what, raised, status) in [
        ("field", "BadRequestException", 400),
        ("value", "BadRequestException", 400),
        ("type", "BadRequestException", 400),
        ("preview", "BadRequestException", 400),
        ("expired", "UnauthorizedException", 401),
        ("no token", "UnauthorizedException", 401),
        ("unknown id", "NotFoundException", 404),
        ("unknown reference", "NotFoundException", 404),
        ("of another", "NotFoundException", 404),
        ("duplicate", "ApiException", 422),
        ("limited", "ApiException", 429),
        ("broken", "ServiceException", 500),
    ] {
        assert_eq!((&told[what]["raised"], &told[what]["status"]), (&json!(raised), &json!(status)), "{what}: {told}");
    }
    assert_eq!(told["field"]["body"], json!({ "Debtor.Address": ["The Address field is required."] }));
    assert_eq!(told["value"]["data"]["message"], "Invalid currency code: XYZ");
    assert_eq!(told["type"]["body"]["title"], "One or more validation errors occurred.");
    assert!(told["preview"]["data"]["message"].as_str().unwrap().contains("state"));
    assert!(told["unknown id"]["data"]["message"].is_string(), "{}", told["unknown id"]);
    assert_eq!(told["duplicate"]["data"]["businessErrors"][0]["type"], "DuplicateCreditorReference");
    // The client passes on unchanged what its own description does not know.
    assert_eq!(told["limited"]["body"]["retryAfter"], 1.5);
    assert_eq!(told["broken"]["data"]["businessErrors"][0]["type"], "ServerError");
}
