//! A partner, with or without a mistake, and a provider for it: what is done, and what came of it, in a few words.

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

    /// A client that is ready, and none of the calls that made it so.
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

    /// The calls, and an outcome.
    pub(crate) fn and(&self, told: &str) -> String {
        format!("{} -> {told}", self.provider.trace())
    }

    /// How many different values a member has in the calls of a route.
    pub(crate) fn different(&self, route: &str, member: &str) -> usize {
        let calls = self.provider.calls_of(route);
        calls.iter().map(|call| call.body[member].to_string()).collect::<BTreeSet<_>>().len()
    }
}

/// An invoice with all that a debtor in Denmark needs.
pub(crate) fn invoice(client: &Value, number: &str) -> Value {
    json!({
        "client": client, "invoice": number, "amount": "120.50", "currency": "EUR",
        "debtor": {
            "name": "Example Debtor", "type": "private", "address": "Example Street 1", "zip_code": "1000",
            "city": "Example City", "country": "DK",
        },
    })
}

/// The same, with another member in the debtor.
pub(crate) fn invoice_to(client: &Value, country: &str, state: &str) -> Value {
    let mut invoice = invoice(client, "1");
    invoice["debtor"]["country"] = json!(country);
    invoice["debtor"]["state"] = json!(state);
    invoice
}

/// What the user is told: `needs_signing sign?R`, where `R` is the way back, properly encoded.
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

/// One thing that the partner does, and what each mistake makes of it.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) act: fn(Scene) -> BoxFuture<'static, String>,
    pub(crate) correct: &'static str,
    pub(crate) with: &'static [(Defect, &'static str)],
}

/// Every mistake that a table knows, and no other, changes its rows; the correct partner does what is written.
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

/// The mistakes that a table shows.
pub(crate) fn shown(rows: &[Row]) -> impl Iterator<Item = Defect> {
    rows.iter().flat_map(|row| row.with).map(|(defect, _)| *defect)
}
