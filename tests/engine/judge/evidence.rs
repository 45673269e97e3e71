//! Evidence in few words, and expectations as they are written in packs.

use preflight::evidence::{
    Action, Body, Entry, EntryKind, Evidence, Exchange, Outcome, Page, RecordedCall, Request, Response, Shown,
    TransportError, TransportErrorKind,
};
use preflight::judge::{Case, Judgement, Verdict, holds, judge};
use preflight::pack::check::Check;
use preflight::pack::provider::Provider;
use preflight::pack::types::Stage;
use preflight::profile::Inputs;
use serde_json::{Value, json};

/// The expected result of a row. What does not hold has a part of the reason.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Is {
    Held,
    Failed(&'static str),
    Unknown(&'static str),
}

/// One thing that happened, with times in milliseconds.
pub(crate) struct Thing(pub(crate) Entry);

impl Thing {
    fn new(from: u64, to: u64, what: EntryKind) -> Self {
        Thing(Entry { from: from * 1000, to: to * 1000, step: None, client: Some("client".into()), what })
    }

    /// Sets another client than `client`. A call is then about that client as well.
    pub(crate) fn of(mut self, client: &str) -> Self {
        self.0.client = Some(client.to_owned());
        if let EntryKind::Call(call) = &mut self.0.what {
            call.client = Some(email(client));
            call.token_of.clone_from(&call.client);
        }
        self
    }

    /// Makes a call unattributable.
    pub(crate) fn of_nobody(mut self) -> Self {
        self.0.client = None;
        self.call(|call| (call.client, call.token_of) = (None, None))
    }

    pub(crate) fn step(mut self, name: &str) -> Self {
        self.0.step = Some(name.to_owned());
        self
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.call(|call| call.request.body = Body::Json(body))
    }

    pub(crate) fn reply(self, body: Value) -> Self {
        self.call(|call| call.answer.body = Body::Json(body))
    }

    pub(crate) fn token_of(self, client: Option<&str>) -> Self {
        self.call(|call| {
            call.token_of = client.map(email);
            if client.is_none() {
                call.request.headers.clear();
            }
        })
    }

    pub(crate) fn call(mut self, change: impl FnOnce(&mut RecordedCall)) -> Self {
        if let EntryKind::Call(call) = &mut self.0.what {
            change(call);
        }
        self
    }

    /// Sets the URLs that an action or a page shows.
    pub(crate) fn presents(mut self, urls: &[&str]) -> Self {
        let urls = urls.iter().map(|url| (*url).to_owned()).collect();
        match &mut self.0.what {
            EntryKind::Action(action) => action.presented = urls,
            EntryKind::Shown(shown) => shown.presented = urls,
            other => panic!("{other:?} presents nothing"),
        }
        self
    }

    /// Sets the values that belong to this action only.
    pub(crate) fn own(mut self, words: &[&str]) -> Self {
        if let EntryKind::Action(action) = &mut self.0.what {
            action.own = words.iter().map(|word| (*word).to_owned()).collect();
        }
        self
    }
}

fn email(client: &str) -> String {
    format!("{client}@preflight.example")
}

/// Returns a call of the client with its own token. `line` is the method and the path; status 0 is a dropped
/// connection.
pub(crate) fn call(from: u64, to: u64, line: &str, status: u16) -> Thing {
    let (method, url) = line.split_once(' ').unwrap();
    let headers = vec![("authorization".into(), "Bearer <token>".into())];
    let request = Request { method: method.into(), url: url.into(), headers, body: Body::Empty };
    let answer = Response { status, ..Response::default() };
    let call = RecordedCall { api: "main".into(), request, answer, ..RecordedCall::default() };
    Thing::new(from, to, EntryKind::Call(call)).of("client")
}

/// Returns a response with a body: JSON, or text if the value is a string.
pub(crate) fn answered(status: u16, body: Value) -> Outcome {
    let body = match body {
        Value::Null => Body::Empty,
        Value::String(text) => Body::Text(text),
        json => Body::Json(json),
    };
    Outcome::Answered(Response { status, headers: Vec::new(), body })
}

pub(crate) fn timed_out() -> Outcome {
    Outcome::TransportError(TransportError {
        kind: TransportErrorKind::Timeout,
        detail: "no answer within 30 s".into(),
    })
}

pub(crate) fn action(from: u64, to: u64, outcome: Outcome) -> Thing {
    let action = Action { name: "submit_case".into(), outcome, presented: Vec::new(), own: Vec::new() };
    Thing::new(from, to, EntryKind::Action(action))
}

pub(crate) fn page(page: Page, by: Option<&str>, outcome: Outcome) -> Thing {
    let shown = Shown { page, by: by.map(str::to_owned), presented: Vec::new(), outcome };
    Thing::new(900, 900, EntryKind::Shown(shown))
}

pub(crate) fn records(client: &str, records: Value) -> Thing {
    let Value::Object(records) = records else { panic!("records are a map") };
    Thing::new(999, 999, EntryKind::Records(records)).of(client)
}

/// Returns a request of Preflight. The steps `list` and `one` call an API of the provider, and the step `page` calls a
/// page of the partner.
pub(crate) fn asked(step: &str, outcome: Outcome, address: Option<&str>) -> Thing {
    let request = Request { method: "GET".into(), url: format!("https://host.example/{step}"), ..Request::default() };
    let address = address.map(|address| address.parse().unwrap());
    let exchange = Exchange { request, outcome, address, item: None, captured: serde_json::Map::new() };
    Thing::new(10, 20, EntryKind::Exchange(exchange)).step(step)
}

pub(crate) fn skipped(step: &str) -> Thing {
    Thing::new(500, 500, EntryKind::Skipped("left out: what `unless` says held already".into())).step(step)
}

/// Returns a step that is left out because the profile has no such action.
pub(crate) fn left_out(step: &str) -> Thing {
    let mut thing = Thing::new(0, 0, EntryKind::LeftOut("the profile has no such action".into())).step(step);
    thing.0.client = None;
    thing
}

/// A case to judge.
pub(crate) struct Play {
    check: Check,
    provider: Provider,
    bound: Inputs,
    pub(crate) evidence: Evidence,
}

const PROVIDER: &str = r"
name: Example
version: '1'
items: []
environments: { test: { pages: [pages.example, app.example] } }
apis: { main: { header: { key: '{{ api_key }}' } } }
return_url: { parameter: back }
answers:
  GET /list: { type: array, items: { type: object, required: [on], properties: { on: { type: boolean } } } }
  GET /one: { type: object, required: [on], properties: { on: { type: boolean } } }
";

/// Reads YAML as the loader does, by way of JSON.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let json: Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{error}: {text}"))
}

impl Play {
    /// Creates a check with these expectations, about one client called `client` or about several clients.
    pub(crate) fn new(clients: &[&str], seen: &[&str], then: &[&str], things: Vec<Thing>) -> Self {
        let given = match clients {
            ["client"] => json!({ "client": "ready" }),
            several => {
                json!({ "clients": several.iter().map(|name| (*name, "ready")).collect::<std::collections::BTreeMap<_, _>>() })
            }
        };
        let text = format!(
            "{{ id: a.check, title: It holds, items: [an.item], stage: rehearsal, docs: 'https://docs.example/', why: \
             Because, fix: Do, given: {given}, when: [{{ action: submit_case, as: first }}, {{ action: submit_case, as: \
             second }}, {{ request: GET /list?page=1, api: main, as: list }}, {{ request: GET /one, api: main, as: one \
             }}, {{ request: 'GET https://acme.example/hooks', as: page }}], assume: [{}], then: [{}] }}",
            seen.join(", "),
            then.join(", ")
        );
        let check: Check = read(&text);
        let named = clients.iter().map(|name| {
            ((*name).to_owned(), json!({ "tenant": format!("t-{name}"), "email": email(name), "name": "Some Body" }))
        });
        let entries = things.into_iter().map(|thing| thing.0).collect();
        let bound = Inputs {
            profile: json!({ "return_url": { "starts_with": "https://acme.example/done" }, "rehearsal": { "workers": 1 } }),
            provider: json!({ "hosts": ["Real.Example.", "bücher.example"] }),
            profile_name: "profile.yaml".into(),
            ..Inputs::default()
        };
        let evidence = Evidence { entries, clients: named.collect(), quiet_ms: 1500, ..Evidence::default() };
        Play { check, provider: read(PROVIDER), bound, evidence }
    }

    /// Replaces the steps.
    pub(crate) fn when(mut self, steps: &[&str]) -> Self {
        self.check.when = steps.iter().map(|step| read(step)).collect();
        self
    }

    /// Replaces the profile.
    pub(crate) fn profile(mut self, profile: Value) -> Self {
        self.bound.profile = profile;
        self
    }

    fn case(&self) -> Case<'_> {
        let (check, provider, bound, evidence) = (&self.check, &self.provider, &self.bound, &self.evidence);
        Case { check, stage: Stage::Rehearsal, provider, bound, evidence }
    }

    pub(crate) fn judgement(&self) -> Judgement {
        judge(&self.case())
    }

    /// Whether the first expectation under `then` holds by itself, as `until` evaluates it.
    pub(crate) fn first_holds(&self) -> bool {
        holds(&self.case(), &self.check.then[0])
    }

    /// Asserts the verdict.
    pub(crate) fn is(&self, what: &str, expected: Is) {
        let judgement = self.judgement();
        let (fits, part) = match (&judgement.verdict, expected) {
            (Verdict::Pass, Is::Held) => (true, ""),
            (Verdict::Fail(_), Is::Failed(part)) | (Verdict::Inconclusive(_), Is::Unknown(part)) => (true, part),
            (Verdict::Pass | Verdict::Fail(_) | Verdict::Inconclusive(_), _) => (false, ""),
        };
        let said = format!("{:?}", judgement.verdict);
        assert!(fits && said.contains(part), "{what}: expected {expected:?}, got {said}");
    }
}

/// Asserts the result of one expectation about the things of the only client.
pub(crate) fn row(what: &str, expectation: &str, things: Vec<Thing>, expected: Is) {
    Play::new(&["client"], &[], &[expectation], things).is(what, expected);
}
