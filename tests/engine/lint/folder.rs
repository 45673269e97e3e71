//! A small pack in a folder of its own, and changes to its files.

use std::path::PathBuf;

use preflight::pack::load::Catalog;
use preflight::yaml::Problems;
use tempfile::TempDir;

pub(crate) const PROVIDER: &str = "checks/acme/provider.yaml";
pub(crate) const HOOK: &str = "checks/acme/hooks/genuine.yaml";
pub(crate) const CALL: &str = "checks/acme/api/me.yaml";
pub(crate) const EVENT: &str = "fixtures/acme/events/thing.made.json";

/// A sound pack: two checks, one event.
const SOUND: [(&str, &str); 4] = [
    (
        PROVIDER,
        r#"name: Acme
version: "1"
items:
  - { id: hooks.accept, section: Webhooks, text: Genuine deliveries are accepted }
  - { id: api.key, section: API, text: The key works }
environments:
  test: { apis: { main: "https://test.acme.example/" } }
  production: { apis: { main: "https://api.acme.example/" } }
apis:
  main: { header: { X-Key: "{{ api_key }}" } }
production_allows: [POST /previews]
facts: { limit: 10 }
webhooks:
  headers: { X-Signature: "{{ mac }}" }
  mac: { algorithm: hmac-sha256, key: text, signed_content: "{{ body }}", encoding: hex }
  success: { status: 2xx, within: 10s }
  retries: [0s, 60s]
  disable: { after_failures: 8 }
  id: $.id
  events:
    thing.made: { body: events/thing.made, required: true, documented: fully }
"#,
    ),
    (
        HOOK,
        r"id: hooks.genuine
title: Accepts genuine deliveries
items: [hooks.accept]
level: required
stage: rehearsal
docs: https://docs.acme.example/webhooks
why: Events would be lost.
fix: Answer 200 to genuine deliveries.
when:
  - { deliver: thing.made, as: first }
assume:
  - { delivery: first, is: accepted }
then:
  - { effect: first, exactly: 1 }
",
    ),
    (
        CALL,
        r#"id: api.me
title: The key answers
items: [api.key]
stage: [test, production]
docs: https://docs.acme.example/keys
why: Nothing works without a key.
fix: Ask for a key.
when:
  - { request: GET /me, api: main, as: me, capture: { names: "$.users[*].name" } }
then:
  - { response: me, status: 200, body: { $.active: true } }
"#,
    ),
    (EVENT, r#"{ "id": "{{ event_id }}", "thing": "{{ provider.facts.limit }}" }"#),
];

/// A pack on disk.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// Creates the sound pack.
    pub(crate) fn sound() -> Self {
        let folder = Folder::empty();
        for (path, text) in SOUND {
            folder.write(path, text);
        }
        folder
    }

    /// Creates a folder that contains only an empty `checks`.
    pub(crate) fn empty() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(folder.path("checks")).unwrap();
        folder
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces a text in a file, and asserts that it is there.
    pub(crate) fn change(&self, path: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from), "{path} does not say `{from}`");
        self.write(path, text.replacen(from, to, 1));
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).unwrap();
    }

    pub(crate) fn read(&self) -> Result<Catalog, Problems> {
        Catalog::from_folder(&self.path("checks"))
    }

    /// Returns the messages about the packs, without the path of the folder.
    pub(crate) fn told(&self) -> String {
        let (word, problems) = match self.read() {
            Ok(catalog) => ("loads", catalog.warnings),
            Err(problems) => ("does not load", problems),
        };
        format!("({word})\n{}", self.plain(&problems))
    }

    /// Returns problems as text, without the path of the folder.
    pub(crate) fn plain(&self, problems: &Problems) -> String {
        problems.render(false).replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// Compares a text with a snapshot, which depends neither on the place nor on how the test is written.
pub(crate) fn snapshot(name: &str, text: &str) {
    crate::support::snapshot("engine/lint", name, text);
}
