//! Sending cases.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_partial_json, header, method, path, path_regex},
};

use super::support::{Running, event, fresh_id, genuine, options};

fn answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// A provider that knows every client, gives it a token of its own, and has its terms unsigned when onboarded.
async fn provider() -> MockServer {
    let provider = MockServer::start().await;
    let unsigned = json!({ "onboardingLinks": { "url": "https://ui.example/1" } });
    Mock::given(method("POST")).and(path("/clients")).respond_with(answer(202, &unsigned)).mount(&provider).await;
    let undone = json!({ "onboardingDone": false });
    Mock::given(method("GET")).and(path_regex("^/clients/")).respond_with(answer(200, &undone)).mount(&provider).await;
    let mint = |request: &wiremock::Request| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let tenant = asked["externalTenantId"].as_str().unwrap();
        answer(200, &json!({ "accessToken": format!("token of {tenant}"), "expiresIn": 1800 }))
    };
    Mock::given(method("POST"))
        .and(path("/oauth/token"))
        .and(header("XApiKey", "key-1"))
        .respond_with(mint)
        .mount(&provider)
        .await;
    provider
}

async fn cases_answer(provider: &MockServer, times: u64, response: ResponseTemplate) {
    Mock::given(method("POST")).and(path("/cases")).respond_with(response).up_to_n_times(times).mount(provider).await;
}

async fn partner_of(provider: &MockServer) -> Running {
    let api = provider.uri();
    Running::start(options(&[("DEBITURA_REFERRAL_API", &api), ("DEBITURA_CUSTOMER_API", &api)])).await
}

/// Onboards a client whose completion the webhook tells.
async fn ready_client(partner: &Running, email: &str) -> Value {
    let (_, told) = partner.post("/test/clients", &json!({ "name": "A", "email": email })).await;
    let signed = event(&fresh_id(), "client.onboarding.contract_signed", &json!({ "externalTenantId": told["id"] }));
    assert_eq!(partner.deliver(&genuine(&signed)).await, 200);
    told["id"].clone()
}

async fn calls(provider: &MockServer, to: &str) -> Vec<wiremock::Request> {
    let all = provider.received_requests().await.unwrap();
    all.into_iter().filter(|request| request.url.path() == to).collect()
}

fn reference_of(request: &wiremock::Request) -> Value {
    serde_json::from_slice::<Value>(&request.body).unwrap()["creditorReference"].clone()
}

#[tokio::test]
async fn a_case_waits_for_the_onboarding_and_then_carries_every_required_field() {
    let provider = provider().await;
    let required = json!({ "currencyCode": "EUR", "amountToRecover": 120.5,
        "debtor": { "type": "Private", "name": "Example Debtor", "countryAlpha2": "DK" } });
    Mock::given(method("POST"))
        .and(path("/cases"))
        .and(body_partial_json(required))
        .respond_with(answer(200, &json!({ "id": "case-1" })))
        .mount(&provider)
        .await;
    let partner = partner_of(&provider).await;
    let (_, told) = partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
    let invoice = json!({ "client": told["id"], "debtor": "Example Debtor", "amount": "120.5" });

    let (status, early) = partner.post("/test/cases", &invoice).await;
    assert_eq!((status.as_u16(), &early["status"]), (409, &json!("not_ready")));
    assert!(early["url"].as_str().unwrap().starts_with("https://ui.example/1?returnUrl="), "{early}");
    assert_eq!(calls(&provider, "/cases").await.len(), 0);

    ready_client(&partner, "a@example.com").await;
    let (status, sent) = partner.post("/test/cases", &invoice).await;
    assert_eq!((status.as_u16(), &sent["status"]), (200, &json!("submitted")));
    let call = &calls(&provider, "/cases").await[0];
    assert_eq!(reference_of(call), sent["reference"]);
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    assert!(body["date"].as_str().is_some_and(|date| date.len() == 10) && body.get("isTest").is_none(), "{body}");
    assert!(call.headers.get("XApiKey").is_none(), "a case is sent for the client, not with our key");
}

#[tokio::test]
async fn each_client_has_a_token_of_its_own_minted_once() {
    let provider = provider().await;
    cases_answer(&provider, 9, answer(200, &json!({ "id": "case-1" }))).await;
    let partner = partner_of(&provider).await;
    let clients = [ready_client(&partner, "a@example.com").await, ready_client(&partner, "b@example.com").await];
    for client in [&clients[0], &clients[1], &clients[0], &clients[1]] {
        partner.post("/test/cases", &json!({ "client": client, "debtor": "D", "amount": 100 })).await;
    }
    let sent = calls(&provider, "/cases").await;
    let bearers: Vec<_> = sent.iter().map(|call| call.headers["authorization"].to_str().unwrap()).collect();
    let own: Vec<_> = clients.iter().map(|client| format!("Bearer token of {}", client.as_str().unwrap())).collect();
    assert_eq!(bearers, [&own[0], &own[1], &own[0], &own[1]]);
    assert_eq!(calls(&provider, "/oauth/token").await.len(), 2);
    let mut references: Vec<_> = sent.iter().map(|call| reference_of(call).to_string()).collect();
    references.sort();
    references.dedup();
    assert_eq!(references.len(), 4, "different invoices have different references");
}

#[tokio::test]
async fn an_expired_token_is_replaced_once_and_a_second_refusal_is_told() {
    for (refusals, mints, told) in [(1, 2, "submitted"), (2, 2, "refused")] {
        let provider = provider().await;
        cases_answer(&provider, refusals, ResponseTemplate::new(401)).await;
        cases_answer(&provider, 9, answer(200, &json!({ "id": "case-1" }))).await;
        let partner = partner_of(&provider).await;
        let client = ready_client(&partner, "a@example.com").await;
        let (_, answer) = partner.post("/test/cases", &json!({ "client": client, "debtor": "D", "amount": 100 })).await;
        assert_eq!(answer["status"], json!(told));
        assert_eq!(calls(&provider, "/oauth/token").await.len(), mints);
        assert_eq!(calls(&provider, "/cases").await.len(), 2);
    }
}

#[tokio::test]
async fn a_repetition_keeps_its_reference_and_a_submitted_invoice_is_not_sent_again() {
    let provider = provider().await;
    cases_answer(&provider, 1, ResponseTemplate::new(500)).await;
    cases_answer(&provider, 9, answer(200, &json!({ "id": "case-1" }))).await;
    let partner = partner_of(&provider).await;
    let client = ready_client(&partner, "a@example.com").await;
    let invoice = json!({ "client": client, "invoice": "2026-17", "debtor": { "name": "D" }, "amount": 100 });
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(partner.post("/test/cases", &invoice).await.1);
    }
    let statuses: Vec<_> = told.iter().map(|answer| answer["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["try_later", "submitted", "already_submitted"]);
    let sent = calls(&provider, "/cases").await;
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|call| reference_of(call) == told[0]["reference"]), "{told:?}");
}

#[tokio::test]
async fn what_has_to_be_signed_is_shown_and_what_cannot_be_is_refused() {
    let error = |kind: &str, url: Option<&str>| json!({ "type": kind, "message": "text", "solutionUrl": url });
    let poa = error("MissingPowerOfAttorney", Some("https://ui.example/poa/1?id=2"));
    let kyc = error("MissingKycVerification", Some("https://ui.example/kyc"));
    let combined = json!({ "combinedSigningUrl": "https://app.example/all" });
    let cases = [
        (json!({ "businessErrors": [poa] }), "needs_signing", vec!["https://ui.example/poa/1?id=2&returnUrl="]),
        (
            json!({ "businessErrors": [poa, kyc] }),
            "needs_signing",
            vec!["https://ui.example/poa/1?id=2&returnUrl=", "https://ui.example/kyc?returnUrl="],
        ),
        (
            json!({ "businessErrors": [poa, kyc], "signingHandoff": combined }),
            "needs_signing",
            vec!["https://app.example/all?returnUrl="],
        ),
        (json!({ "businessErrors": [error("NoPartnerAvailable", Some("https://help.example"))] }), "refused", vec![]),
        (json!({ "businessErrors": [error("CreditorBlocked", None)] }), "refused", vec![]),
    ];
    for (body, told, shown) in cases {
        let provider = provider().await;
        cases_answer(&provider, 9, answer(422, &body)).await;
        let partner = partner_of(&provider).await;
        let client = ready_client(&partner, "a@example.com").await;
        let (status, answer) =
            partner.post("/test/cases", &json!({ "client": client, "debtor": "D", "amount": 1 })).await;
        assert_eq!((status.as_u16(), &answer["status"]), (409, &json!(told)), "{body}");
        let urls = answer["urls"].as_array().cloned().unwrap_or_default();
        assert_eq!(urls.len(), shown.len(), "{answer}");
        for (url, start) in urls.iter().zip(shown) {
            assert!(url.as_str().unwrap().starts_with(start), "{url} does not start with {start}");
        }
        assert_eq!(calls(&provider, "/cases").await.len(), 1, "no blind repetition");
    }
}
