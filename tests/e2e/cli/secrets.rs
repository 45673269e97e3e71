//! No output contains a secret of the environment in any usual encoding, whatever the partner sends back.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::support::program::Desk;

/// Secrets in the environment of the run.
const SECRETS: [(&str, &str); 4] = [
    ("TEST_KEY", "test-Key/0123+456789=abcdef"),
    ("TEST_SECRET", "dGVzdC1zZWNyZXQtb2YtMzItYnl0ZXMtMDEyMzQ1Njc="),
    ("PROD_KEY", "prod?Key&9876 543210\u{e9}abcdef"),
    ("PROD_SECRET", "cHJvZHVjdGlvbi1zZWNyZXQtbm9ib2R5LWtub3dzISE="),
];

/// Returns a secret in every encoding in which a program might pass it on.
fn encodings(secret: &str) -> Vec<String> {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let lower: String = secret
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02x}") })
        .collect();
    let json = serde_json::to_string(secret).unwrap();
    vec![
        secret.to_owned(),
        BASE64_STANDARD.encode(secret),
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
        percent,
        lower,
        hex::encode(secret),
        hex::encode_upper(secret),
        json.trim_matches('"').to_owned(),
    ]
}

/// Starts a partner that answers every call with all secrets, in a header and in the body.
fn talkative() -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let said: Vec<String> = SECRETS.iter().flat_map(|(_, secret)| encodings(secret)).collect();
    let header = said.iter().filter(|text| text.is_ascii()).cloned().collect::<Vec<_>>().join(" ");
    let body = serde_json::json!({ "said": said, "first": said[0] }).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nX-Debug: {header}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || converse(stream, &answer));
        }
    });
    at
}

fn converse(mut stream: TcpStream, answer: &str) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break;
        }
    }
    stream.write_all(answer.as_bytes()).ok();
}

const PROVIDER: &str = "name: Acme
version: \"1\"
items: [{ id: page.says, section: Page, text: The page says hello }]
environments: { test: { apis: { main: \"https://api.acme.example/\" } } }
apis: { main: { header: { X-Key: \"{{ api_key }}\" } } }
";

/// Returns a check of the page that fails, so that the report shows what was found instead.
fn check(name: &str, expectation: &str) -> String {
    format!(
        "id: page.{name}
title: The page says hello
items: [page.says]
stage: test
docs: https://docs.acme.example/page
why: Somebody reads it.
fix: Say hello.
when: [{{ request: GET http://page.acme.example/hello?key=1, as: page }}]
then: [{{ {expectation} }}]
"
    )
}

#[test]
fn no_secret_of_the_environment_is_in_any_output() {
    let desk = Desk::new();
    desk.write("packs/acme/provider.yaml", PROVIDER);
    for (name, expectation) in [
        ("header", "response: page, header: { X-Debug: hello }"),
        ("list", "values: { of: page, select: \"$.said[*]\" }, all_match: hello"),
        ("all", "values: \"{{ page.reply }}\", are: hello"),
    ] {
        desk.write(&format!("packs/acme/page/{name}.yaml"), &check(name, expectation));
    }
    // One check for each form of each secret, so that nothing is truncated before it is shown.
    for at in 0..SECRETS.iter().map(|(_, secret)| encodings(secret).len()).sum::<usize>() {
        let expectation = format!("response: page, body: {{ \"$.said[{at}]\": hello }}");
        desk.write(&format!("packs/acme/page/said-{at}.yaml"), &check(&format!("said-{at}"), &expectation));
    }
    let profile = format!(
        r#"partner: Acme
provider: acme
environments:
  test: {{ api_key: "${{TEST_KEY}}", webhook: {{ secret: "${{TEST_SECRET}}" }} }}
  production: {{ api_key: "${{PROD_KEY}}", webhook: {{ secret: "${{PROD_SECRET}}" }} }}
connect_to: {{ hosts: {{ page.acme.example: {{ at: "{}", address: 203.0.113.9 }} }} }}
"#,
        talkative()
    );
    desk.write("profile.yaml", &profile);
    let refused = desk.run("run --profile profile.yaml --checks packs").with(2);
    let trust = refused.err.split("write `").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    desk.write("profile.yaml", &format!("{profile}{trust}\n"));

    let arguments =
        "run --profile profile.yaml --checks packs -vv --log out.log --junit out.xml --json out.json --markdown out.md";
    let output = desk.command(arguments).envs(SECRETS).output().unwrap();
    let outputs = [
        ("standard output", String::from_utf8(output.stdout).unwrap()),
        ("standard error", String::from_utf8(output.stderr).unwrap()),
        ("JUnit", desk.read("out.xml")),
        ("JSON", desk.read("out.json")),
        ("Markdown", desk.read("out.md")),
        ("the log", desk.read("out.log")),
    ];
    assert_eq!(output.status.code(), Some(1), "{}", outputs[0].1);
    for (what, text) in &outputs {
        for (name, secret) in SECRETS {
            for form in encodings(secret) {
                assert!(!text.contains(&form), "{name} is in {what} as {form}:\n{text}");
            }
        }
    }
    assert!(outputs[5].1.contains("sent GET http://page.acme.example/hello"), "{}", outputs[5].1);
    for label in ["<test.api_key", "<production.api_key", "<test.webhook_secret", "<production.webhook_secret"] {
        assert!(
            outputs[3].1.contains(label),
            "what the page said is shown, with {label} in its place:\n{}",
            outputs[3].1
        );
    }
}
