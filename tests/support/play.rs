//! A small pack and profile in a folder of their own, servers that answer whatever a test says, and the program.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use preflight::pack::load::Catalog;
use serde_json::Value;
use tempfile::TempDir;

use super::program::preflight;

use super::xml;

/// A request that a server received.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let line = |line: &'_ str| line.split_once(": ").is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(|l| line(l)).and_then(|l| l.split_once(": ")).map_or("", |(_, value)| value)
    }

    fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
            bytes.extend_from_slice(&buffer[..read]);
        };
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let mut words = head.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut asked = Asked { method, path, head, body: bytes[end + 4..].to_vec() };
        let length: usize = asked.header("content-length").parse().unwrap_or(0);
        while asked.body.len() < length {
            let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
            asked.body.extend_from_slice(&buffer[..read]);
        }
        Some(asked)
    }
}

/// Serves on a loopback address, with a thread for each connection and one request per connection.
pub(crate) fn serve(ip: [u8; 4], answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((std::net::Ipv4Addr::from(ip), 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                if let Some(asked) = Asked::read(&mut stream) {
                    answer(&asked, &mut stream);
                }
            });
        }
    });
    at
}

/// Sends a complete response that announces the end of the connection.
pub(crate) fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // The other side may have closed the connection, which is no error.
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok();
}

/// Returns a port on which nothing listens while the listener lives.
pub(crate) fn closed() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.9:0").unwrap();
    let at = socket.local_addr().unwrap();
    // The same port of another address, which nothing here ever binds.
    (socket, SocketAddr::new("127.0.0.10".parse().unwrap(), at.port()))
}

/// The pack. In its scheme, the event is in a header, and the body is signed with the text of the secret.
const PROVIDER: &str = r#"
name: Play
version: "1"
items: [{ id: hostile.all, section: Hostile, text: Whatever happens is told }]
environments: { test: { apis: { main: "http://PROVIDER" } } }
apis: { main: { header: { X-Api-Key: "{{ api_key }}" } } }
webhooks:
  headers: { X-Event: "{{ event }}", X-Signature: "{{ mac }}" }
  mac: { algorithm: hmac-sha256, key: text, signed_content: "{{ body }}", encoding: hex }
  success: { status: 2xx, within: 400ms }
  retries: [0s]
  disable: { after_failures: 8 }
  id: $.id
  events: { EVENTS }
"#;

/// A folder with a pack `play` and a profile.
pub(crate) struct Play {
    pub(crate) folder: TempDir,
    events: Vec<String>,
    checks: usize,
}

impl Play {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("checks/play/hostile")).unwrap();
        std::fs::create_dir_all(folder.path().join("fixtures/play")).unwrap();
        std::fs::write(folder.path().join("fixtures/play/any.json"), r#"{ "id": "x", "data": 1 }"#).unwrap();
        Play { folder, events: Vec::new(), checks: 0 }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn event(&mut self, name: &str) {
        self.events.push(format!("\"{name}\": {{ body: any, documented: fully }}"));
    }

    /// Adds a check. `rest` is its YAML from `stage` on.
    pub(crate) fn check(&mut self, name: &str, rest: &str) {
        let text = format!(
            "id: hostile.{name}\ntitle: {name}\nitems: [hostile.all]\ndocs: https://docs.example/x\nwhy: w\nfix: f\n{rest}\n"
        );
        std::fs::write(self.path(&format!("checks/play/hostile/{name}.yaml")), text).unwrap();
        self.checks += 1;
    }

    /// Adds a check that the handler accepts an event.
    pub(crate) fn delivers(&mut self, name: &str) {
        self.event(name);
        let rest = format!(
            "stage: rehearsal\nwhen: [{{ deliver: \"{name}\", as: it }}]\nthen: [{{ delivery: it, is: accepted }}]"
        );
        self.check(name, &rest);
    }

    /// Writes the pack and the profile. Returns the command that runs the program.
    pub(crate) fn program(&mut self, provider: Option<SocketAddr>, profile: &str) -> Command {
        self.write(provider);
        self.with_pack("play", profile)
    }

    fn write(&mut self, provider: Option<SocketAddr>) {
        if self.events.is_empty() {
            self.event("unused");
        }
        let address = provider.map_or("127.0.0.1:1".to_owned(), |at| at.to_string());
        let text = PROVIDER.replace("PROVIDER", &address).replace("EVENTS", &self.events.join(", "));
        std::fs::write(self.path("checks/play/provider.yaml"), text).unwrap();
    }

    /// Returns the problems of a pack that cannot be used; empty if it can.
    pub(crate) fn problems(&mut self) -> String {
        self.write(None);
        Catalog::from_folder(&self.path("checks")).map_or_else(|problems| problems.render(false), |_| String::new())
    }

    /// Returns the command that runs the program with a profile for a pack in the folder.
    pub(crate) fn with_pack(&self, pack: &str, profile: &str) -> Command {
        let catalog = Catalog::from_folder(&self.path("checks")).map_err(|problems| format!("{problems:?}")).unwrap();
        let digest = &catalog.packs[pack].digest;
        let trust = format!(
            "{pack}: {{ digest: sha256:{digest}, hosts: {{ test: [127.0.0.1, test.play.example], production: [api.play.example] }}, allow_hosts: [127.0.0.3, 127.0.0.10] }}"
        );
        let profile = format!("partner: P\nprovider: {pack}\ntrust: {{ {trust} }}\n{profile}\n");
        std::fs::write(self.path("profile.yaml"), profile).unwrap();
        let mut command = preflight();
        command.arg("run").arg("--profile").arg(self.path("profile.yaml")).arg("--checks").arg(self.path("checks"));
        for (option, name) in [("--junit", "out.xml"), ("--json", "out.json"), ("--markdown", "out.md")] {
            command.arg(option).arg(self.path(name));
        }
        command
    }
}

/// The results of a run.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) console: String,
    /// What the program wrote to standard error.
    pub(crate) complaints: String,
    pub(crate) junit: String,
    pub(crate) json: Value,
    outputs: Vec<(&'static str, String)>,
    /// The peak memory of the program, in MiB.
    pub(crate) peak_mib: u64,
    pub(crate) took: Duration,
}

impl Ran {
    /// Returns the row of a check in the JSON report.
    pub(crate) fn unit(&self, name: &str) -> &Value {
        let id = format!("hostile.{name}");
        let rows = self.json["checks"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id.as_str()).unwrap_or_else(|| panic!("{id} is missing"))
    }

    pub(crate) fn reason(&self, name: &str) -> &str {
        self.unit(name)["reason"].as_str().unwrap_or_default()
    }

    /// Asserts that no output contains a secret in any spelling.
    pub(crate) fn keeps(&self, secrets: &[&str]) {
        for (name, output) in &self.outputs {
            super::secrets::absent(secrets, name, output);
        }
    }
}

/// Starts the program.
pub(crate) fn start(command: &mut Command) -> Child {
    command.spawn().unwrap()
}

/// Runs the program to its end, and asserts what holds for every run.
pub(crate) fn run(play: &Play, command: &mut Command) -> Ran {
    finish(play.folder.path(), start(command))
}

/// Maximum duration of a run, beyond which it counts as hung. The longest takes a minute on two busy processors.
const MAX_RUN: Duration = Duration::from_mins(5);

pub(crate) fn finish(folder: &Path, mut child: Child) -> Ran {
    let (started, peak) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let streams = [drain(child.stdout.take().unwrap()), drain(child.stderr.take().unwrap())];
    let status_file = format!("/proc/{}/status", child.id());
    let status = loop {
        let said = std::fs::read_to_string(&status_file).unwrap_or_default();
        let kib = said.lines().find_map(|l| l.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        peak.fetch_max(kib.unwrap_or(0), Ordering::Relaxed);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(started.elapsed() < MAX_RUN, "the run does not end");
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = started.elapsed();
    let [console, complaints] = streams.map(|stream| stream.join().unwrap());
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let (junit, json, markdown) = (read("out.xml"), read("out.json"), read("out.md"));
    assert!(!junit.is_empty(), "no report; the program said: {console}{complaints}");
    let parsed: Value = serde_json::from_str(&json).unwrap();
    // Two parsers that share no code, and a third one if Python is installed.
    let checks = xml::cases(&junit).iter().filter(|case| !case.property("check").is_empty()).count();
    assert_eq!(checks, parsed["checks"].as_array().unwrap().len());
    assert!(xml::python(&junit).is_none_or(|counts| !counts.starts_with("0 ")));
    for (name, text) in [("console", &console), ("complaints", &complaints), ("JUnit", &junit)] {
        harmless(name, text);
    }
    let outputs = vec![
        ("console", console.clone()),
        ("complaints", complaints.clone()),
        ("JUnit", junit.clone()),
        ("JSON", json),
        ("Markdown", markdown),
    ];
    Ran {
        code: status.code(),
        console,
        complaints,
        junit,
        json: parsed,
        outputs,
        peak_mib: peak.load(Ordering::Relaxed) / 1024,
        took,
    }
}

fn drain(mut stream: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).expect("outputs are UTF-8")
    })
}

/// Asserts that a text contains nothing that a terminal or a CI system would obey.
fn harmless(name: &str, text: &str) {
    let control = text.chars().find(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || *c == '\u{fffe}');
    assert_eq!(control, None, "{name}");
    for command in ["##vso[", "\n::error"] {
        assert!(!text.contains(command), "{name} holds {command}");
    }
    // Only consumers of JUnit files would interpret this as a file to attach.
    assert!(name != "JUnit" || !text.contains("[[ATTACHMENT"), "{name}");
}
