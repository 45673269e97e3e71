//! The commands that simulate: the provider, the reference partner, and the test that checks tell its defects apart.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::support::program::Desk;

/// Sends a call over a plain socket. Returns everything from the status line on.
fn call(at: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    write!(stream, "{head}\r\nHost: {at}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_simulator_answers_at_the_addresses_that_it_prints_until_it_is_interrupted() {
    let desk = Desk::new();
    let mut running = Desk::start(&mut desk.command("simulate debitura"));
    let mut told = BTreeMap::new();
    // Reads up to the key, which comes after the addresses.
    for line in BufReader::new(running.child().stdout.take().unwrap()).lines().map(Result::unwrap) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [name, value] = words[..] {
            told.insert(name.to_owned(), value.to_owned());
        }
        if told.contains_key("key") {
            break;
        }
    }
    let (customer, referral, key) = (&told["customer"], &told["referral"], &told["key"]);
    let at = referral.strip_prefix("http://").unwrap();
    let known = call(at, &format!("GET /me HTTP/1.1\r\nXApiKey: {key}"));
    assert!(known.starts_with("HTTP/1.1 200") && known.contains("isActive"), "{known}");
    let unknown = call(at, "GET /me HTTP/1.1\r\nXApiKey: another");
    assert!(unknown.starts_with("HTTP/1.1 401"), "{unknown}");
    let without = call(customer.strip_prefix("http://").unwrap(), "GET /me HTTP/1.1");
    assert!(without.starts_with("HTTP/1.1 401"), "{without}");
    running.signal(Signal::SIGINT);
    running.ended().with(0);
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let (mut running, _) = playing(&desk, "simulate debitura");
        running.signal(signal);
        running.ended().with(0);
    }
}

#[test]
fn a_bound_of_what_is_held_is_told_once_and_the_play_goes_on() {
    let desk = Desk::new();
    let (mut running, told) = playing(&desk, "simulate debitura");
    let ask = |line: &str, body: &str| {
        let mut stream = TcpStream::connect(&told["referral"]).unwrap();
        let (key, length) = (&told["key"], body.len());
        let head = format!(
            "{line} HTTP/1.1\r\nXApiKey: {key}\r\nContent-Length: {length}\r\nConnection: close\r\nHost: x\r\n\r\n"
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let name = "x".repeat(900_000);
    let create = |at: usize| {
        let client = format!(
            "\"client\": {{ \"name\": \"{name}\", \"country\": \"DK\", \"supportEmail\": \"a@acme.example\" }}"
        );
        let users = "\"users\": [{ \"name\": \"Kim\", \"email\": \"kim@acme.example\" }]";
        ask("POST /clients", &format!("{{ \"externalTenantId\": \"t{at}\", {client}, {users} }}"))
    };
    for at in 0..60 {
        assert!(create(at).starts_with("HTTP/1.1 202"), "{at}");
    }
    for (client, status) in [(0, "404"), (59, "200")] {
        assert!(ask(&format!("GET /clients/t{client}"), "").starts_with(&format!("HTTP/1.1 {status}")), "t{client}");
    }
    running.signal(Signal::SIGINT);
    let ended = running.ended().with(0);
    assert_eq!(ended.err.matches("more clients were created than the simulator keeps").count(), 1, "{}", ended.err);
}

/// Starts the simulated provider with some arguments. Returns what it prints, up to the key.
fn playing(desk: &Desk, arguments: &str) -> (crate::support::program::Running, BTreeMap<String, String>) {
    let mut running = Desk::start(&mut desk.command(arguments));
    let mut told = BTreeMap::new();
    for line in BufReader::new(running.child().stdout.as_mut().unwrap()).lines().map(Result::unwrap) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [name, value] = words[..] {
            told.insert(name.to_owned(), value.trim_start_matches("http://").to_owned());
        }
        if told.contains_key("key") {
            break;
        }
    }
    (running, told)
}

#[test]
fn handlers_on_this_machine_are_accepted_in_either_environment_as_it_says() {
    let desk = Desk::new();
    for environment in ["test", "production"] {
        let (mut running, told) = playing(&desk, &format!("simulate debitura --environment {environment}"));
        for (url, status) in [("http://127.0.0.1:3000/hook", "200"), ("https://10.0.0.1/hook", "400")] {
            let body = format!("{{\"url\":\"{url}\",\"events\":[\"client.linked\"]}}");
            let head = format!(
                "POST /v1/Webhooks HTTP/1.1\r\nXApiKey: {}\r\nContent-Length: {}\r\nConnection: close\r\nHost: x\r\n\r\n{body}",
                told["key"],
                body.len()
            );
            let mut stream = TcpStream::connect(&told["referral"]).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{environment} {url}: {answer}");
        }
        running.signal(Signal::SIGINT);
        running.ended().with(0);
    }
}

#[test]
fn quotas_are_counted_and_refuse_only_where_that_is_asked_for() {
    let desk = Desk::new();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/packs/shop");
    for path in ["checks/shop/account", "fixtures/shop/replies", "fixtures/shop/records", "fixtures/shop/events"] {
        std::fs::create_dir_all(desk.path(path)).unwrap();
        for file in std::fs::read_dir(pack.join(path)).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), desk.path(path).join(file.file_name())).unwrap();
        }
    }
    let provider = std::fs::read_to_string(pack.join("checks/shop/provider.yaml")).unwrap();
    let quotas = "  quotas: { reply: limited, with: { seconds: \"{{ seconds }}\" }, limits: [{ calls: 2, per: 1d, window: first_call }] }\n";
    desk.write(
        "checks/shop/provider.yaml",
        &provider.replace("  default_replies:\n", &format!("{quotas}  default_replies:\n")),
    );
    for (arguments, status, counted) in [
        ("", "200", "at most 3 calls within a day with the partner's key; 2 are allowed; 1 exceeded the limit"),
        (" --quotas", "429", "2 calls within a day"),
    ] {
        let (mut running, told) = playing(&desk, &format!("simulate shop --checks checks{arguments}"));
        let head = format!("GET /me HTTP/1.1\r\nX-Api-Key: {}", told["key"]);
        let answers = [1, 2, 3].map(|_| call(&told["partner"], &head));
        assert!(answers[..2].iter().all(|answer| answer.starts_with("HTTP/1.1 200")), "{arguments}: {answers:?}");
        assert!(answers[2].starts_with(&format!("HTTP/1.1 {status}")), "{arguments}: {}", answers[2]);
        running.signal(Signal::SIGINT);
        let ended = running.ended().with(0);
        assert!(ended.out.contains(counted), "{}", ended.out);
    }
}

#[test]
fn the_reference_partner_says_where_it_listens_and_ends_with_its_input() {
    let desk = Desk::new();
    let mut command = desk.command("partner");
    command.stdin(Stdio::piped()).envs([
        ("PORT", "0"),
        ("DATABASE", ":memory:"),
        ("DEBITURA_REFERRAL_API", "http://127.0.0.1:9"),
        ("DEBITURA_CUSTOMER_API", "http://127.0.0.1:9"),
        ("DEBITURA_KEY", "a-key-of-the-test"),
        ("DEBITURA_SECRET", "YS1zZWNyZXQtb2YtdGhlLXRlc3Q="),
        ("APP_MODE", "rehearsal"),
        ("RETURN_URL", "https://app.acme.example/done"),
        ("PARTNER_STOP_ON_EOF", "1"),
    ]);
    let mut running = Desk::start(&mut command);
    let mut line = String::new();
    BufReader::new(running.child().stdout.take().unwrap()).read_line(&mut line).unwrap();
    let at = line.trim().strip_prefix("listening on http://").unwrap();
    assert!(call(at, "GET /health HTTP/1.1").starts_with("HTTP/1.1 200"));
    let forged = call(at, "POST /hooks/debitura HTTP/1.1\r\nContent-Length: 0");
    assert!(forged.starts_with("HTTP/1.1 401"), "{forged}");
    drop(running.child().stdin.take());
    running.ended().with(0);
}

#[test]
fn the_reference_partner_names_every_variable_that_it_misses() {
    let ended = Desk::new().run("partner").with(2);
    for name in ["PORT", "DATABASE", "DEBITURA_KEY", "DEBITURA_SECRET", "APP_MODE", "RETURN_URL"] {
        assert!(ended.err.contains(name), "{name}: {}", ended.err);
    }
}

#[test]
fn the_self_test_shows_that_a_defect_is_caught_by_its_own_check_alone() {
    let ended = Desk::new().run("test debitura --only pale-font").with(0);
    let row = |name: &str| {
        ended.out.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().collect::<Vec<_>>()
    };
    assert_eq!(row("(none)"), ["(none)", "ready"]);
    assert_eq!(row("pale-font"), ["pale-font", "prerequisites.branding-legible", "yes"]);
    assert!(ended.out.contains("2 tested, 0 wrong"), "{}", ended.out);
}
