//! What a pack asks for and does not get: the program says so before anything runs.

use std::fmt::Write as _;

use super::ground::{Attack, Ground, snapshot};

const PACK: &str = "provider.yaml";
const CHECK: &str = "hostile/it.yaml";
const HOST: &str = r#"main: "http://PROVIDER""#;
const ENVIRONMENTS: &str = r#"environments: { test: { apis: { main: "http://PROVIDER" } } }"#;
const HEADER: &str = r#""{{ api_key }}""#;
const WHEN: &str = "when: [{ request: GET /me, api: main, as: it }]";
const PRODUCTION: (&str, &str, &str) =
    ("profile.yaml", "environments:", "environments:\n  production: { api_key: \"${KEY}\" }");

/// Attacks that are reported before anything runs.
const REFUSED: [Attack; 22] = [
    ("keys for another host", &[(PACK, HOST, r#"main: "http://EVIL""#)]),
    ("keys for another host, in an odd spelling", &[(PACK, HOST, r#"main: "http://0x7f.5:4010""#)]),
    (
        "keys for a second host",
        &[
            (PACK, HOST, r#"main: "http://PROVIDER", other: "http://EVIL""#),
            (PACK, "apis: { main: { header", "apis: { other: { header: { X: \"{{ api_key }}\" } }, main: { header"),
        ],
    ),
    (
        "keys of test for a host of production",
        &[
            (PACK, HOST, r#"main: "http://EVIL""#),
            PRODUCTION,
            ("trust", "", "\n    digest: sha256:DIGEST\n    hosts: { production: [127.0.0.5] }"),
        ],
    ),
    (
        "keys for a name that looks like a trusted one",
        &[
            (PACK, HOST, r#"main: "https://api.play.example.evil.example""#),
            ("trust", "", "\n    digest: sha256:DIGEST\n    hosts: { test: [api.play.example] }"),
        ],
    ),
    (
        "changing calls to production, and members of its answers",
        &[
            PRODUCTION,
            (
                PACK,
                ENVIRONMENTS,
                "environments: { test: { apis: { main: \"http://PROVIDER\" } }, production: { apis: { main: \"https://api.play.example\" } } }\nproduction_allows: [\"POST /clients/{id}\", POST /pay]\nproduction_fields: [email, iban]",
            ),
            (
                "trust",
                "",
                "\n    digest: sha256:DIGEST\n    hosts: { test: [127.0.0.7], production: [api.play.example.] }\n    production_allows: [POST /pay]",
            ),
        ],
    ),
    (
        "the production of a built-in pack as a test environment, with leave of the profile",
        &[
            (PACK, HOST, r#"main: "https://REFERRAL-API.debitura.com.""#),
            ("trust", "", "\n    digest: sha256:DIGEST\n    hosts: { test: [referral-api.debitura.com] }"),
        ],
    ),
    (
        "the production of a built-in pack as a page and as an old spelling",
        &[(
            PACK,
            ENVIRONMENTS,
            "environments: { test: { apis: { main: \"http://PROVIDER\" }, pages: [referral-api.debitura.com], obsolete: [Customer-API.debitura.com] } }",
        )],
    ),
    ("half a key in a header", &[(PACK, HEADER, r#""{{ api_key[:8] }}""#)]),
    ("a key backwards", &[(PACK, HEADER, r#""{{ api_key }}", X-Back: "{{ api_key | reverse }}""#)]),
    ("a credential in capitals", &[(PACK, HEADER, r#""{{ credentials.user | upper }}""#)]),
    ("a file beside the fixtures", &[(PACK, "body: any", "body: ../../profile")]),
    ("a file by its absolute name", &[(PACK, "body: any", "body: /etc/hostname")]),
    ("a command as a step", &[(CHECK, WHEN, "when: [{ command: [sh, -c, id] }]")]),
    ("a command as an action", &[(PACK, "description: Does something.,", "description: x, command: [sh, -c, id],")]),
    ("a command as a start", &[(PACK, "version: \"1\"", "version: \"1\"\nrehearsal: { start: { command: [id] } }")]),
    ("a loop", &[(CHECK, "GET /me", "\"GET /{% for x in range(9) %}x{% endfor %}\"")]),
    (
        "a loop in a sentence",
        &[(CHECK, WHEN, "when: [{ request: GET /me, api: main, json: { a: [\"{% set x = 1 %}\"] } }]")],
    ),
    ("a variable of the environment", &[(CHECK, "GET /me", "\"GET /?{{ env.KEY }}\"")]),
    ("the key by its name in headers", &[(CHECK, "GET /me", "\"GET /?{{ api_key }}{{ credentials.user }}\"")]),
    (
        "how an action is called",
        &[(CHECK, WHEN, "when: [{ config: actions.act.headers.Authorization, environment: test, as: it }]")],
    ),
    ("what the build is told", &[(CHECK, "GET /me", "\"GET /?{{ simulator.api_key }}{{ rehearsal.env.DATABASE }}\"")]),
];

#[test]
fn what_nobody_allowed_is_wrong_input_with_the_yaml_that_would_allow_it() {
    let mut told = String::new();
    for attack in &REFUSED {
        let ground = Ground::attacked("play", attack);
        write!(told, "== {}\n{}\n", attack.0, ground.refused(&ground.digest())).unwrap();
        assert_eq!(ground.evil_heard(), "", "{}", attack.0);
        assert_eq!(ground.provider_heard() + &ground.partner_heard(), "", "{}", attack.0);
    }
    snapshot("refused", &told);
}

/// A pack with the id of a built-in one gets what the built-in one gets, and nothing else.
const SIMULATED_ENVIRONMENTS: [Attack; 4] = [
    ("its own host", &[(PACK, HOST, r#"main: "http://EVIL""#)]),
    ("the right host, another place on it", &[(PACK, HOST, r#"main: "https://testreferral-api.debitura.com/v2/""#)]),
    (
        "more of production",
        &[
            PRODUCTION,
            (
                PACK,
                ENVIRONMENTS,
                "environments: { test: { apis: { main: \"https://testreferral-api.debitura.com\" } }, production: { apis: { main: \"https://referral-api.debitura.com\" } } }\nproduction_allows: [POST /oauth/token, POST /cases]\nproduction_fields: [isActive, creditorName]",
            ),
        ],
    ),
    ("production as test", &[(PACK, HOST, r#"main: "https://referral-api.debitura.com""#)]),
];

#[test]
fn a_pack_that_stands_in_for_a_built_in_one_gets_no_more_than_that() {
    let mut told = String::new();
    for (name, changes) in SIMULATED_ENVIRONMENTS {
        let trust = ("trust", "", "sha256:DIGEST");
        let ground = Ground::attacked("debitura", &(name, &[changes, &[trust]].concat()));
        write!(told, "== {name}\n{}\n", ground.refused(&ground.digest())).unwrap();
    }
    snapshot("simulated-environments", &told);
}
