//! The program in a folder of its own, and a small pack to hold it against.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

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
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("checks/acme/provider.yaml", PROVIDER);
        desk.write("checks/acme/webhooks/accepts-genuine.yaml", HOOK);
        desk.write("checks/acme/api/me.yaml", CALL);
        desk.write("fixtures/acme/events/thing.made.json", r#"{"id": "{{ id }}"}"#);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text that must be there.
    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no `{from}`");
        self.write(name, &text.replace(from, to));
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TMPDIR", std::env::temp_dir());
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program to an exit code; gives standard output and standard error.
    pub(crate) fn run(&self, arguments: &str, code: i32) -> (String, String) {
        let output = self.command(arguments).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(output.status.code(), Some(code), "{arguments}\n--- out\n{out}\n--- err\n{err}");
        assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'), "there is no terminal to colour");
        (out, err)
    }
}

/// A snapshot beside the tests, under its own name.
pub(crate) fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// That each of these texts is there, in this order.
pub(crate) fn in_order(text: &str, wanted: &[&str]) {
    let mut rest = text;
    for want in wanted {
        let Some((_, after)) = rest.split_once(want) else { panic!("`{want}` is not there, or not here:\n{text}") };
        rest = after;
    }
}
