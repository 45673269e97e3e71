//! Bringing clients to the provider.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

use super::support::{RETURN_URL, Running, event, fresh_id, genuine, options};

/// A provider whose `POST /clients` has one answer.
pub(crate) async fn provider_answering(status: u16, body: Value) -> MockServer {
    let provider = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("POST"))
        .and(path("/clients"))
        .and(header("XApiKey", "key-1"))
        .respond_with(answer)
        .mount(&provider)
        .await;
    provider
}

async fn partner_of(provider: &MockServer) -> Running {
    Running::start(options(&[("DEBITURA_REFERRAL_API", &provider.uri())])).await
}

fn acme() -> Value {
    json!({ "name": "Example ApS", "email": "owner@example.com" })
}

#[tokio::test]
async fn every_answer_to_a_new_client_is_told_in_its_own_way() {
    let url = |url: &str| json!({ "onboardingLinks": { "url": url } });
    let joined = |url: &str| json!(format!("{url}returnUrl=https%3A%2F%2Fapp.acme.example%2Fdone%3Fcase%3Da%26x%3D1"));
    assert_eq!(RETURN_URL, "https://app.acme.example/done?case=a&x=1", "what is encoded above");
    let conflict = |kind: &str| json!({ "type": kind, "message": "text" });
    let approve = "https://app.example/Approve?token=a%2Fb";
    let linking = json!({ "type": "ClientExistsNeedsLinking", "message": "text", "data": url(approve) });
    let cases = [
        (201, json!({ "onboardingDone": true }), 200, "ready", Value::Null),
        (
            202,
            url("https://ui.example/companydetails/1"),
            200,
            "needs_signing",
            joined("https://ui.example/companydetails/1?"),
        ),
        (409, linking, 200, "needs_approval", joined("https://app.example/Approve?token=a%2Fb&")),
        (409, conflict("ClientAlreadyLinkedToAnotherPartner"), 409, "refused", Value::Null),
        (409, conflict("AlreadyLinkedToAnotherPartner"), 409, "refused", Value::Null),
        (409, conflict("InvalidClientType"), 409, "refused", Value::Null),
        (409, conflict("SomethingNew"), 409, "refused", Value::Null),
        (409, json!("no object"), 409, "refused", Value::Null),
        (422, json!({ "businessErrors": [{ "type": "InvalidClientType" }] }), 409, "refused", Value::Null),
        (400, json!({ "Users": ["At least one user is required"] }), 409, "refused", Value::Null),
        (429, json!({ "retryAfter": 1.5 }), 503, "try_later", Value::Null),
        (500, json!({ "businessErrors": [] }), 503, "try_later", Value::Null),
    ];
    for (status, body, told_status, told, shown) in cases {
        let provider = provider_answering(status, body.clone()).await;
        let (answered, answer) = partner_of(&provider).await.post("/test/clients", &acme()).await;
        assert_eq!(
            (answered.as_u16(), &answer["status"], &answer["url"]),
            (told_status, &json!(told), &shown),
            "{body}"
        );
        assert_eq!(provider.received_requests().await.unwrap().len(), 1, "no repetition: {body}");
    }
}

#[tokio::test]
async fn an_unreachable_provider_is_told_as_try_later() {
    let partner = Running::start(options(&[])).await;
    let (status, answer) = partner.post("/test/clients", &acme()).await;
    assert_eq!((status.as_u16(), &answer["status"]), (503, &json!("try_later")));
}

#[tokio::test]
async fn the_request_has_the_documented_members_and_our_own_tenant_id() {
    let provider = provider_answering(201, json!({})).await;
    let (_, answer) = partner_of(&provider).await.post("/test/clients", &acme()).await;
    let requests = provider.received_requests().await.unwrap();
    let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
    let expected = json!({
        "externalTenantId": answer["id"],
        "client": { "name": "Example ApS", "country": "DK", "supportEmail": "owner@example.com" },
        "users": [{ "name": "Example ApS", "email": "owner@example.com", "isOnboardingUser": true }],
    });
    assert_eq!(sent, expected);
    assert!(answer["id"].as_str().is_some_and(|id| id.len() > 10), "{answer}");
}

#[tokio::test]
async fn a_client_keeps_its_tenant_id_after_an_expired_link() {
    let provider = provider_answering(202, json!({ "onboardingLinks": { "url": "https://ui.example/1" } })).await;
    let partner = partner_of(&provider).await;
    let (_, first) = partner.post("/test/clients", &acme()).await;
    let expired = event(&fresh_id(), "client.link_expired", &json!({ "externalTenantId": first["id"] }));
    assert_eq!(partner.deliver(&genuine(&expired)).await, 200);
    let (_, second) = partner.post("/test/clients", &acme()).await;
    assert_eq!(first, second);
    let (_, other) = partner.post("/test/clients", &json!({ "name": "B", "email": "b@example.com" })).await;
    assert_ne!(first["id"], other["id"]);
    assert_eq!(provider.received_requests().await.unwrap().len(), 3);
}
