//! A partner with or without a defect, and a provider for it. Summarises what the partner does in a few words.

use std::collections::BTreeSet;

use futures_util::{StreamExt, future::BoxFuture, stream};
use preflight::reference_partner::Defect;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    provider::Provider,
    running::{Running, event, fresh_id, genuine, options},
};

pub(crate) struct Scene {
    pub(crate) provider: Provider,
    pub(crate) partner: Running,
}

impl Scene {
    pub(crate) async fn start(defect: Option<Defect>, changes: &[(&str, &str)]) -> Self {
        let provider = Provider::start().await;
        let apis = [("DEBITURA_REFERRAL_API", provider.base.as_str()), ("DEBITURA_CUSTOMER_API", &provider.base)];
        let changes: Vec<_> = apis.into_iter().chain(changes.iter().copied()).collect();
        let partner = Running::start(options(&changes).with_defect(defect)).await;
        Self { provider, partner }
    }

    pub(crate) async fn onboard(&self, email: &str) -> (StatusCode, Value) {
        self.partner.post("/test/clients", &json!({ "name": "Example ApS", "email": email })).await
    }

    /// Onboards a client that is ready, and forgets the calls that this took. Returns its id.
    pub(crate) async fn client(&self, email: &str) -> Value {
        let (_, told) = self.onboard(email).await;
        assert_eq!(told["status"], "ready");
        self.provider.forget();
        told["id"].clone()
    }

    pub(crate) async fn submit(&self, client: &Value, number: &str) -> String {
        self.submit_with(&invoice(client, number)).await
    }

    pub(crate) async fn submit_with(&self, invoice: &Value) -> String {
        told(&self.partner.post("/test/cases", invoice).await)
    }

    pub(crate) async fn hear(&self, name: &str, client: &Value) {
        let event = event(&fresh_id(), name, &json!({ "externalTenantId": client }));
        assert_eq!(self.partner.deliver(&genuine(&event)).await, 200);
    }

    /// Returns the calls so far and an outcome as one text.
    pub(crate) fn and(&self, told: &str) -> String {
        format!("{} -> {told}", self.provider.trace())
    }

    /// Counts the different values of a member in the calls of a route.
    pub(crate) fn different(&self, route: &str, member: &str) -> usize {
        let calls = self.provider.calls_of(route);
        calls.iter().map(|call| call.body[member].to_string()).collect::<BTreeSet<_>>().len()
    }
}

/// Returns an invoice with everything that a debtor in Denmark needs.
pub(crate) fn invoice(client: &Value, number: &str) -> Value {
    json!({
        "client": client, "invoice": number, "amount": "120.50", "currency": "EUR",
        "debtor": {
            "name": "Example Debtor", "type": "private", "address": "Example Street 1", "zip_code": "1000",
            "city": "Example City", "country": "DK",
        },
    })
}

/// Returns an invoice to a debtor in another country and state.
pub(crate) fn invoice_to(client: &Value, country: &str, state: &str) -> Value {
    let mut invoice = invoice(client, "1");
    invoice["debtor"]["country"] = json!(country);
    invoice["debtor"]["state"] = json!(state);
    invoice
}

/// Returns what the user is told: `needs_signing sign?R`, where `R` stands for the properly encoded return URL.
pub(crate) fn told((status, answer): &(StatusCode, Value)) -> String {
    let Some(word) = answer["status"].as_str() else { return status.as_u16().to_string() };
    let urls = answer["urls"].as_array().cloned().unwrap_or_else(|| vec![answer["url"].clone()]);
    let mut told = word.to_owned();
    for url in urls.iter().filter_map(Value::as_str) {
        let back = "returnUrl=https%3A%2F%2Fapp.acme.example%2Fdone%3Fcase%3Da%26x%3D1";
        told = format!("{told} {}", url.trim_start_matches("https://ui.example/").replace(back, "R"));
    }
    told
}

/// Something that the partner does, and what each defect makes of it.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) act: fn(Scene) -> BoxFuture<'static, String>,
    pub(crate) correct: &'static str,
    pub(crate) with: &'static [(Defect, &'static str)],
}

/// Asserts that each defect of a table changes its own rows and no others, and that the correct partner does what is
/// written.
pub(crate) async fn hold(rows: &[Row], changes: &[(&str, &str)]) {
    let mut defects = vec![None];
    for (defect, _) in rows.iter().flat_map(|row| row.with) {
        if !defects.contains(&Some(*defect)) {
            defects.push(Some(*defect));
        }
    }
    let runs = defects.iter().flat_map(|defect| rows.iter().map(move |row| (*defect, row)));
    let runs = runs.map(|(defect, row)| async move {
        let done = (row.act)(Scene::start(defect, changes).await).await;
        (defect, row, done)
    });
    let mut wrong = Vec::new();
    let mut done = stream::iter(runs).buffer_unordered(8);
    while let Some((defect, row, done)) = done.next().await {
        let changed = row.with.iter().find(|(other, _)| Some(*other) == defect);
        let expected = changed.map_or(row.correct, |(_, changed)| changed);
        if done != expected {
            wrong.push(format!("{}, with {defect:?}:\n  expected {expected}\n  observed {done}", row.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the defects that a table tests.
pub(crate) fn shown(rows: &[Row]) -> impl Iterator<Item = Defect> {
    rows.iter().flat_map(|row| row.with).map(|(defect, _)| *defect)
}
