//! What the simulator's tests share: a simulated provider, and calls to it.

use preflight::pack::fixtures::Fixtures;
use preflight::pack::provider::Provider;
use preflight::pack::simulator::Mode;
use preflight::simulator::{Options, Simulator, start};
use serde_json::{Value, json};
use url::Url;

/// The partner's key.
pub(crate) const KEY: &str = "partner-key";

/// Returns the provider of the built-in pack.
pub(crate) fn provider() -> Provider {
    let text = include_str!("../../checks/debitura/provider.yaml");
    serde_json::from_value(serde_json::to_value(serde_yaml::from_str::<serde_yaml::Value>(text).unwrap()).unwrap())
        .unwrap()
}

/// Returns an HTTP client that needs no certificates.
pub(crate) fn http() -> reqwest::Client {
    // The first test installs the crypto provider, and the others find it installed.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Starts the simulated provider on free ports.
pub(crate) async fn play(mode: Mode) -> Simulator {
    let options = Options::rehearsal(KEY, Url::parse("http://pages.example").unwrap(), http());
    play_with(Options { mode, ..options }).await
}

/// Starts the simulated provider with these options.
pub(crate) async fn play_with(options: Options) -> Simulator {
    start(&provider(), &Fixtures::built_in("debitura"), options).await.unwrap()
}

/// Calls an API with a header for the credential. Returns the status and the body.
pub(crate) async fn call(
    simulator: &Simulator,
    api: &str,
    line: &str,
    credential: (&str, &str),
    body: Value,
) -> (u16, Value) {
    let (method, path) = line.split_once(' ').unwrap();
    let url = simulator.base(api).unwrap().join(path).unwrap();
    let mut request = http().request(method.parse().unwrap(), url).header(credential.0, credential.1);
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

/// Calls the partner API with the partner's key.
pub(crate) async fn referral(simulator: &Simulator, line: &str, body: Value) -> (u16, Value) {
    call(simulator, "referral", line, ("XApiKey", KEY), body).await
}

/// Calls the customer API with a client's token.
pub(crate) async fn customer(simulator: &Simulator, line: &str, token: &str, body: Value) -> (u16, Value) {
    call(simulator, "customer", line, ("Authorization", &format!("Bearer {token}")), body).await
}

/// Returns the body that creates a client.
pub(crate) fn client(tenant: &str) -> Value {
    json!({
        "externalTenantId": tenant,
        "client": { "name": "Example Ltd", "country": "DK", "supportEmail": format!("{tenant}@acme.example"), "city": null },
        "users": [{ "name": "Kim Example", "email": format!("kim@{tenant}.example") }]
    })
}

/// Returns the body that creates a case.
pub(crate) fn case(reference: &str) -> Value {
    json!({
        "currencyCode": "EUR", "date": "2020-09-01T00:00:00", "amountToRecover": 120.5, "creditorReference": reference,
        "debtor": { "type": "Company", "name": "Robin Example", "address": "Road 1", "city": "Aarhus", "countryAlpha2": "DK" }
    })
}

/// Creates a client that is ready. Returns its token.
pub(crate) async fn ready(simulator: &Simulator, tenant: &str) -> String {
    assert!(simulator.prepare(&format!("{tenant}@acme.example"), "ready"));
    assert_eq!(referral(simulator, "POST /clients", client(tenant)).await.0, 201);
    let (_, token) = referral(simulator, "POST /oauth/token", json!({ "externalTenantId": tenant })).await;
    token["accessToken"].as_str().unwrap().to_owned()
}
