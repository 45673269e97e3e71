//! Simulates the built-in pack without a socket.

mod cases;
mod clients;
mod engine;
mod lists;
mod operations;
mod records;
mod webhooks;

use std::cell::Cell;

use serde_json::{Map, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::pack::fixtures::Fixtures;
use crate::pack::simulator::Mode;
use crate::simulator::events::EventError;
use crate::simulator::reply::RequestResult;
use crate::simulator::request::Received;
use crate::simulator::store::Store;
use crate::simulator::transaction::TransactionInput;
use crate::simulator::{events, ids, overrides, reply};

const NOW: OffsetDateTime = datetime!(2026-10-05 12:00 UTC);

/// A simulation whose time stands still unless it is advanced.
struct Simulation {
    script: Script,
    store: Store,
    now: OffsetDateTime,
    number: Cell<u64>,
}

impl Simulation {
    fn new(mode: Mode) -> Self {
        let text = include_str!("../../../checks/debitura/provider.yaml");
        let value: Value = serde_json::to_value(serde_yaml::from_str::<serde_yaml::Value>(text).unwrap()).unwrap();
        let provider: Provider = serde_json::from_value(value).unwrap();
        let fixtures = Fixtures::built_in("debitura");
        let (pages, credentials) = ("http://pages.example", BTreeMap::new());
        let setting = Setting {
            mode,
            api_key: "key-1",
            credentials: &credentials,
            profile: &Value::Null,
            pages,
            overrides: &Map::new(),
            local_handlers: mode == Mode::Rehearsal,
        };
        let script = Script::new(&provider, &fixtures, &setting).unwrap();
        let store = script.store(false);
        Simulation { script, store, now: NOW, number: Cell::new(1) }
    }

    fn ask(&mut self, received: &Received) -> RequestResult {
        let fresh = || {
            self.number.set(self.number.get() + 1);
            ids::fresh(self.number.get(), &format!("secret-{}", self.number.get()))
        };
        let moment = TransactionInput { now: self.now, fresh: &fresh };
        reply::answer(&self.script, &mut self.store, received, &moment)
    }

    /// Sends a call with the partner's key.
    fn referral(&mut self, call: &str, body: &Value) -> (u16, Value) {
        self.call("referral", call, ("xapikey", "key-1"), body)
    }

    /// Sends a call with a client's token.
    fn customer(&mut self, call: &str, token: &str, body: &Value) -> (u16, Value) {
        self.call("customer", call, ("authorization", &format!("Bearer {token}")), body)
    }

    fn call(&mut self, api: &str, call: &str, header: (&str, &str), body: &Value) -> (u16, Value) {
        let answered = self.ask(&received(api, call, header, body));
        (answered.reply.status, answered.reply.body.unwrap_or_default())
    }

    fn happen(&mut self, client: &str, event: &str) -> Result<Vec<String>, EventError> {
        let fresh = || ids::fresh(1, "c2VjcmV0");
        let moment = TransactionInput { now: self.now, fresh: &fresh };
        let (dispatches, _) = events::happen(&self.script, &mut self.store, client, event, &moment)?;
        Ok(dispatches.into_iter().map(|dispatch| dispatch.event).collect())
    }

    /// Creates a client in a state that onboarding accepts. Returns its token.
    fn client(&mut self, tenant: &str, state: &str) -> String {
        self.store.prepared.insert(format!("{tenant}@acme.example"), state.to_owned());
        assert!(self.referral("POST /clients", &client(tenant)).0 < 300);
        let (_, token) = self.referral("POST /oauth/token", &json!({ "externalTenantId": tenant }));
        token["accessToken"].as_str().unwrap().to_owned()
    }
}

fn received(api: &str, call: &str, header: (&str, &str), body: &Value) -> Received {
    let (method, target) = call.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Received {
        api: api.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: vec![(header.0.to_owned(), header.1.to_owned())],
        body: if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() },
        too_large: false,
    }
}

fn client(tenant: &str) -> Value {
    json!({
        "externalTenantId": tenant,
        "client": { "name": "Example Ltd", "country": "DK", "supportEmail": format!("{tenant}@acme.example") },
        "users": [{ "name": "Kim Example", "email": format!("kim@{tenant}.example"), "isOnboardingUser": true }]
    })
}

fn case(reference: &str) -> Value {
    json!({
        "currencyCode": "EUR", "date": "2026-09-01", "dueDate": "2026-09-30", "amountToRecover": 120.5,
        "creditorReference": reference,
        "debtor": { "type": "Private", "name": "Robin Example", "address": "Road 1", "city": "Aarhus", "countryAlpha2": "DK" }
    })
}

/// Returns the value with a field changed by its dotted name. Null removes the field.
#[expect(clippy::needless_pass_by_value, reason = "a `json!` at each call reads better without `&`")]
fn but(mut value: Value, name: &str, new: Value) -> Value {
    overrides::set_member(&mut value, name, &new);
    value
}
