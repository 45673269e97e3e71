//! The program in a folder of its own, with a small pack.

use std::ops::Deref;

use crate::support::{self, program};

const PROVIDER: &str = r#"name: Acme
version: "1"
items:
  - { id: hooks.accept, section: Webhooks, text: Genuine deliveries are accepted }
  - { id: hooks.time, section: Webhooks, text: Deliveries are answered within ten seconds }
  - { id: api.key, section: API, text: "The API key works, in test and in production" }
environments:
  test: { apis: { main: "https://test.acme.example/" } }
  production: { apis: { main: "https://api.acme.example/" } }
apis:
  main: { header: { X-Key: "{{ api_key }}" } }
webhooks:
  headers: { X-Signature: "{{ mac }}" }
  mac: { algorithm: hmac-sha256, key: text, signed_content: "{{ body }}", encoding: hex }
  success: { status: 2xx, within: 10s }
  retries: [0s, 60s]
  disable: { after_failures: 8 }
  id: $.id
  events:
    thing.made: { body: events/thing.made, required: true, documented: fully }
"#;

const HOOK: &str = "id: webhooks.accepts-genuine
title: Accepts genuine deliveries
items: [hooks.accept, hooks.time]
stage: rehearsal
docs: https://docs.acme.example/webhooks
why: Events would be lost.
fix: Answer 200 to genuine deliveries.
when: [ { deliver: thing.made, as: first } ]
then: [ { delivery: first, is: accepted } ]
";

const CALL: &str = "id: api.me
title: The key works
items: [api.key]
stage: [test, production]
docs: https://docs.acme.example/api
why: Without a key nothing works.
fix: Ask for a key.
when: [ { request: GET /me, api: main, as: me } ]
then: [ { response: me, status: 200 } ]
";

/// A folder with the pack of Acme in `checks`.
pub(crate) struct Desk(program::Desk);

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Desk(program::Desk::new());
        desk.write("checks/acme/provider.yaml", PROVIDER);
        desk.write("checks/acme/webhooks/accepts-genuine.yaml", HOOK);
        desk.write("checks/acme/api/me.yaml", CALL);
        desk.write("fixtures/acme/events/thing.made.json", r#"{"id": "{{ id }}"}"#);
        desk
    }

    /// Runs the program and asserts its exit code. Returns standard output and standard error.
    pub(crate) fn run(&self, arguments: &str, code: i32) -> (String, String) {
        let ended = self.0.run(arguments).with(code);
        (ended.out, ended.err)
    }
}

impl Deref for Desk {
    type Target = program::Desk;

    fn deref(&self) -> &program::Desk {
        &self.0
    }
}

/// Compares a text with a snapshot beside these tests.
pub(crate) fn snapshot(name: &str, text: &str) {
    support::snapshot("e2e/explain", name, text);
}

/// Asserts that a text contains some parts in this order.
pub(crate) fn in_order(text: &str, wanted: &[&str]) {
    let mut rest = text;
    for want in wanted {
        let Some((_, after)) = rest.split_once(want) else { panic!("`{want}` is not there, or not here:\n{text}") };
        rest = after;
    }
}
