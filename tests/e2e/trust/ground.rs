//! A small pack that is not built in, a profile that trusts it with one provider, and a host that must receive nothing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use preflight::pack::load::Catalog;
use tempfile::TempDir;

use crate::support::play::{Ran, answer, finish, serve, start};
use crate::support::secrets::absent;
use crate::support::{self, program::preflight};

/// The values of the profile's variables. Nobody but the provider and the partner may receive them.
pub(crate) const SECRETS: [(&str, &str); 4] = [
    ("KEY", "key-Zk9+q7Lm2x-v0192"),
    ("SECRET", "whsec-5Jq+tVb8Nn2Rr"),
    ("TOKEN", "token-3f9+YbLq7Zz0"),
    ("DBPASS", "database-0aB+77xYq"),
];

const PROVIDER: &str = r#"
name: Play
version: "1"
items: [{ id: hostile.all, section: Hostile, text: Whatever happens is told }]
environments: { test: { apis: { main: "http://PROVIDER" } } }
apis: { main: { header: { X-Api-Key: "{{ api_key }}" } } }
actions: { act: { description: Does something., arguments: { note: "no. {{ n }}" } } }
webhooks:
  headers: { X-Event: "{{ event }}", X-Signature: "{{ mac }}" }
  mac: { algorithm: hmac-sha256, key: text, signed_content: "{{ body }}", encoding: hex }
  success: { status: 2xx, within: 400ms }
  retries: [0s]
  disable: { after_failures: 8 }
  id: $.id
  events: { one: { body: any, documented: fully } }
"#;

const CHECK: &str = "id: hostile.it
title: The check of an attack
items: [hostile.all]
docs: https://docs.example/x
why: w
fix: f
stage: test
when: [{ request: GET /me, api: main, as: it }]
then: [{ response: it, status: 200 }]
";

const PROFILE: &str = r#"partner: P
provider: ID
trust:
  ID: TRUST
environments:
  test:
    api_key: ${KEY}
    webhook: { url: "http://PARTNER/hook", secret: "${SECRET}" }
    actions:
      act: { request: "POST http://PARTNER/act", headers: { Authorization: "Bearer ${TOKEN}" }, json: { note: "{{ note }}" } }
rehearsal:
  timing: { reacts_within: 100ms, retries_within: 100ms }
  env: { DATABASE: "postgres://app:${DBPASS}@db.internal/x" }
  webhook: { url: "http://PARTNER/hook", secret: rehearsal-secret-1 }
  actions:
    act: { request: "POST http://PARTNER/act", json: { note: "{{ note }}" } }
"#;

/// An attack: its name and its changes. A change is a file, a text in it (empty for a new file), and the replacement.
pub(crate) type Attack<'a> = (&'a str, &'a [(&'a str, &'a str, &'a str)]);

/// Everything that a server received.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn all(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }
}

/// The files of an attack, and the servers that listen.
pub(crate) struct Ground {
    pub(crate) folder: TempDir,
    pub(crate) id: &'static str,
    provider: (SocketAddr, Heard),
    partner: (SocketAddr, Heard),
    evil: (SocketAddr, Heard),
    /// What the profile says about the pack. `DIGEST` stands for the digest that the pack has when it is run.
    trust: String,
}

impl Ground {
    pub(crate) fn new(id: &'static str) -> Self {
        let evil = listen([127, 0, 0, 5], None);
        let partner = listen([127, 0, 0, 1], Some(evil.0));
        let trust = "\n    digest: sha256:DIGEST\n    hosts: { test: [127.0.0.7] }".to_owned();
        let provider = listen([127, 0, 0, 7], None);
        let ground = Ground { folder: tempfile::tempdir().unwrap(), id, provider, partner, evil, trust };
        ground.write("provider.yaml", PROVIDER);
        ground.write("hostile/it.yaml", CHECK);
        ground.write("profile.yaml", PROFILE);
        ground.write("fixtures/any.json", r#"{ "id": "x", "data": 1 }"#);
        ground
    }

    /// Creates a ground on which an attack has made its changes.
    pub(crate) fn attacked(id: &'static str, (name, changes): &Attack<'_>) -> Self {
        let mut ground = Ground::new(id);
        for (file, from, to) in *changes {
            if *file == "trust" {
                (*to).clone_into(&mut ground.trust);
            } else if from.is_empty() {
                ground.write(file, to);
            } else {
                let text = std::fs::read_to_string(ground.path(file)).unwrap();
                assert!(text.contains(&ground.filled(from)), "{name}: {file} does not hold `{from}`");
                ground.write(file, &text.replace(&ground.filled(from), to));
            }
        }
        ground
    }

    /// Returns the path of a file of the pack, of a fixture, or of the profile.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        let folder = self.folder.path();
        match (file, file.strip_prefix("fixtures/")) {
            ("profile.yaml", _) => folder.join(file),
            (_, Some(fixture)) => folder.join("fixtures").join(self.id).join(fixture),
            (_, None) => folder.join("checks").join(self.id).join(file),
        }
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, self.filled(text)).unwrap();
    }

    fn filled(&self, text: &str) -> String {
        let at = [("PROVIDER", self.provider.0), ("PARTNER", self.partner.0), ("EVIL", self.evil.0)];
        let filled = at.iter().fold(text.to_owned(), |text, (name, at)| text.replace(name, &at.to_string()));
        filled.replace("ID", self.id)
    }

    pub(crate) fn catalog(&self) -> Catalog {
        let own =
            Catalog::from_folder(&self.folder.path().join("checks")).unwrap_or_else(|problems| panic!("{problems}"));
        Catalog::built_in().unwrap().with(own)
    }

    /// Returns the digest that the pack has now; zeros if it cannot be read.
    pub(crate) fn digest(&self) -> String {
        let read = Catalog::from_folder(&self.folder.path().join("checks"));
        read.map_or_else(|_| "0".repeat(64), |catalog| catalog.packs[self.id].digest.clone())
    }

    /// Returns the command that runs the program, with a profile that trusts the pack by a digest.
    pub(crate) fn program(&self, digest: &str) -> Command {
        let profile = std::fs::read_to_string(self.path("profile.yaml")).unwrap();
        std::fs::write(self.path("profile.yaml"), profile.replace("TRUST", &self.trust.replace("DIGEST", digest)))
            .unwrap();
        let mut command = preflight();
        command.args(["run", "--profile", "profile.yaml", "--checks", "checks"]).current_dir(self.folder.path());
        for (option, name) in [("--junit", "out.xml"), ("--json", "out.json"), ("--markdown", "out.md")] {
            command.args([option, name]);
        }
        command.envs(SECRETS);
        command
    }

    /// Runs the program on input that it rejects. Returns its message, with placeholders for what differs each time.
    pub(crate) fn refused(&self, digest: &str) -> String {
        let output = self.program(digest).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "it is refused: {said}");
        assert!(output.stdout.is_empty() && !self.folder.path().join("out.json").exists(), "nothing was run");
        self.nobody_else_heard_a_secret();
        self.plain(&said)
    }

    /// Runs to the end, and asserts that only the provider and the partner received a secret.
    pub(crate) fn run(&self) -> Ran {
        let ran = finish(self.folder.path(), start(&mut self.program(&self.digest())));
        ran.keeps(&SECRETS.map(|(_, secret)| secret));
        self.nobody_else_heard_a_secret();
        ran
    }

    pub(crate) fn nobody_else_heard_a_secret(&self) {
        absent(&SECRETS.map(|(_, secret)| secret), "the host from elsewhere", &self.evil.1.all());
    }

    pub(crate) fn plain(&self, text: &str) -> String {
        let at = [("PROVIDER", self.provider.0), ("PARTNER", self.partner.0), ("EVIL", self.evil.0)];
        let text = at.iter().fold(text.to_owned(), |text, (name, at)| text.replace(&at.to_string(), name));
        let ports =
            at.iter().fold(text, |text, (name, at)| text.replace(&format!(":{}", at.port()), &format!(":{name}")));
        let plain = ports.replace(&self.digest(), "DIGEST");
        // These tests are not about which words exist.
        plain.lines().filter(|line| !line.contains("help: known")).fold(String::new(), |text, line| text + line + "\n")
    }

    /// Returns what the trusted provider received.
    pub(crate) fn provider_heard(&self) -> String {
        self.provider.1.all()
    }

    /// Returns what the partner received.
    pub(crate) fn partner_heard(&self) -> String {
        self.partner.1.all()
    }

    /// Returns what the untrusted host received.
    pub(crate) fn evil_heard(&self) -> String {
        self.evil.1.all()
    }
}

/// Starts a server that records what it receives, and redirects requests of `/elsewhere`.
fn listen(ip: [u8; 4], elsewhere: Option<SocketAddr>) -> (SocketAddr, Heard) {
    let heard = Heard::default();
    let noted = heard.clone();
    let at = serve(ip, move |asked, stream| {
        let body = String::from_utf8_lossy(&asked.body);
        noted.0.lock().unwrap().push(format!("{} {}\n{}\n{body}", asked.method, asked.path, asked.head));
        match elsewhere.filter(|_| asked.path == "/elsewhere") {
            Some(to) => answer(stream, 302, &format!("Location: http://{to}/found\r\n"), b""),
            None => answer(stream, 200, "", br#"{"ok":true,"page":"/x"}"#),
        }
    });
    (at, heard)
}

/// Compares the messages about a table of attacks with its snapshot.
pub(crate) fn snapshot(name: &str, text: &str) {
    support::snapshot("e2e/trust", name, text);
}
