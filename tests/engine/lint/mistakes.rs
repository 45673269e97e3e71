//! Errors of a profile that are found before a run, all at once, and what is no error.

use preflight::pack::load::Catalog;

use super::profiles::{PROFILE, planned, sound, variables};

const CLIENTS: &str = "POST http://127.0.0.1:3000/clients";
const HOOKS: &str = "url: http://127.0.0.1:3000/hooks";
const ENV: &str = "env: { KEY:";

/// A change to the sound profile, and parts of the resulting messages.
type Row = (&'static str, &'static str, &'static [&'static str]);

fn told_by(table: &[Row]) {
    let catalog = Catalog::built_in().unwrap();
    let mut wrong = Vec::new();
    for (from, to, wanted) in table {
        let folder = sound();
        folder.change(PROFILE, from, to);
        let told = match planned(&folder, &catalog, &variables) {
            Ok(_) => "is planned".to_owned(),
            Err(problems) => folder.plain(&problems),
        };
        let lacks: Vec<_> = wanted.iter().filter(|part| !told.contains(**part)).collect();
        if !lacks.is_empty() {
            wrong.push(format!("`{from}` -> `{to}` does not tell {lacks:?}:\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_of_actions_look_ups_and_words() {
    told_by(&[
        (
            "onboard_client: {",
            "onbord_client: {",
            &["profile.yaml:16:5", "has no action `onbord_client`", "did you mean `onboard_client`?"],
        ),
        ("onboard_client: {", "reset: {", &["has no action `reset`", "known here: onboard_client"]),
        ("    processed:", "    procesed:", &["`procesed`", "did you mean `processed`?"]),
        (
            "    webhook: { url: https://staging",
            "    actions: { submit_cas: { request: POST https://staging.acme.example/x } }\n    webhook: { url: https://staging",
            &["profile.yaml:7:16", "did you mean `submit_case`?"],
        ),
        (
            CLIENTS,
            "\"POST http://127.0.0.1:3000/clients/{{ client.emial }}\"",
            &["profile.yaml:16:32", "cannot read `client.emial`", "did you mean `client.email`?"],
        ),
        (
            CLIENTS,
            "POST http://127.0.0.1:3000/clients, json: { a: [\"{{ clint.name }}\"] }",
            &["cannot read `clint.name`", "did you mean `client.name`?"],
        ),
        (CLIENTS, "POST http://127.0.0.1:3000/clients, form: { a: \"{{ invoice }}\" }", &["cannot read `invoice`"]),
        (
            CLIENTS,
            "POST http://127.0.0.1:3000/clients, headers: { A: \"{{ simulator.api_key }}\" }",
            &["cannot read `simulator.api_key`", "only in `rehearsal.env`"],
        ),
        (
            "onboard_client: {",
            "submit_case: { request: POST http://127.0.0.1:3000/x, json: { a: \"{{ debtor.citty }}\" } }\n    onboard_client: {",
            &["cannot read `debtor.citty`", "did you mean `debtor.city`?"],
        ),
        ("{{ event_id }}", "{{ event }}", &["cannot read `event`", "event_id"]),
        (ENV, "env: { A: \"{{ simulator.referal_api }}\", KEY:", &["did you mean `simulator.referral_api`?"]),
        (ENV, "env: { A: \"{{ client.email }}\", KEY:", &["cannot read `client.email`", "known here: preflight"]),
        ("[npm, start]", "[npm, \"{{ simulatr.api_key }}\"]", &["did you mean `simulator.api_key`?"]),
        (ENV, "env: { A: \"{{ simulator.api_key | uper }}\", KEY:", &["no filter `uper`", "did you mean `upper`?"]),
        (ENV, "env: { A: \"{{ simulator.api_key is strange }}\", KEY:", &["there is no test `is strange`"]),
        (ENV, "env: { A: \"{{ shout(simulator.api_key) }}\", KEY:", &["cannot read `shout`"]),
        (ENV, "env: { A: \"{% if x %}\", KEY:", &["only `{{ expression }}` is allowed"]),
        (ENV, "env: { A: \"{{ simulator.api_key\", KEY:", &["the template is invalid", "profile.yaml:13:13"]),
        (ENV, "env: { A: \"{{ simulator.api_key + }}\", KEY:", &["the template is invalid"]),
        (
            ENV,
            "env: { A: \"${X:-y}\", KEY:",
            &["`${X:-y}` does not name an environment variable", "no default values for variables"],
        ),
    ]);
}

#[test]
fn addresses() {
    told_by(&[
        (HOOKS, "url: localhost:3000/hooks", &["profile.yaml:14:19", "write `http://localhost:3000/hooks`"]),
        (HOOKS, "url: acme.example/hooks", &["is not a complete URL", "write `https://acme.example/hooks`"]),
        (HOOKS, "url: ftp://127.0.0.1/hooks", &["is not an HTTP URL: `ftp`"]),
        (HOOKS, "url: http:/127.0.0.1:3000/hooks", &["write `http://127.0.0.1:3000/hooks`"]),
        (HOOKS, "url: http://", &["`http://` is not a URL: empty host"]),
        (HOOKS, "url: http://127.0.0.1:30000000/hooks", &["is not a URL: invalid port number"]),
        (HOOKS, "url: \"http://127.0.0.1:3000/hooks \"", &["contains a space or a line break"]),
        (HOOKS, "url: \"http://127.0.0.1:3000/{{ client.tenant }}\"", &["templates do not work here"]),
        ("url: https://staging", "url: staging", &["is not a complete URL", "profile.yaml:7:21"]),
        ("ready: http://", "ready: ", &["write `http://127.0.0.1:3000/health`"]),
        ("https://referral-api", "referral-api", &["profile.yaml:9:23", "write `https://referral-api.debitura.com`"]),
        ("https://acme.example/logo.svg", "/logo.svg", &["`/logo.svg` is not a complete URL"]),
        (CLIENTS, "POST localhost:3000/clients", &["profile.yaml:16:32", "write `http://localhost:3000/clients`"]),
        ("GET http://", "GET ftp://", &["is not an HTTP URL"]),
        ("branding:", "return_url: acme.example/done\nbranding:", &["is not a complete URL", "profile.yaml:3:13"]),
        (
            "  webhook: { url: http://127",
            "  hosts: [\"http://build\"]\n  webhook: { url: http://127",
            &["`http://build` is not a host"],
        ),
        (
            "  webhook: { url: http://127",
            "  bodies: { a: none.json }\n  webhook: { url: http://127",
            &["there is no file none.json"],
        ),
        ("\"${TEST_SECRET}\"", "\"{{ simulator.webhook_secret }}\"", &["templates do not work here"]),
    ]);
}

#[test]
fn what_a_parser_stumbles_over() {
    told_by(&[
        ("\"${TEST_SECRET}\"", "${TEST_SECRET}", &["profile.yaml:7:65", "quote it: \"${TEST_SECRET}\""]),
        (
            "{ url: http://127.0.0.1:3000/hooks }",
            "{ url: http://127.0.0.1:${PORT}/hooks, secret: ${S} }",
            &["profile.yaml:14:19", "quote it: \"http://127.0.0.1:${PORT}/hooks\"", "\"${S}\"", "2 errors"],
        ),
        ("[npm, start]", "[npm, ${START}]", &["quote it: \"${START}\""]),
        (
            "    api_key: ${PROD_KEY}",
            "    api_key: ${PROD_KEY}\n    settings: { a: 123456789012345678901234567890123 }",
            &["is too large to be kept exactly", "quote it: \"1234"],
        ),
        ("  test:\n", "\ttest:\n", &["profile.yaml:5:1", "indented with a tab"]),
    ]);
    let catalog = Catalog::built_in().unwrap();
    let folder = sound();
    let text = std::fs::read_to_string(folder.path(PROFILE)).unwrap();
    for start in ["\u{feff}", "\u{feff}---\n", "---\n"] {
        folder.write(PROFILE, format!("{start}{}", text.replace('\n', "\r\n")));
        assert!(planned(&folder, &catalog, &variables).is_ok(), "{start:?}");
    }
    for bytes in [
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        std::fs::write(folder.path(PROFILE), bytes).unwrap();
        let told = folder.plain(&planned(&folder, &catalog, &variables).unwrap_err());
        assert!(told.contains("is UTF-16 text, not UTF-8") && told.contains("save it as UTF-8"), "{told}");
    }
}

/// One error of every kind, and each is reported.
#[test]
fn everything_is_told_at_once() {
    let catalog = Catalog::built_in().unwrap();
    let folder = sound();
    for (from, to) in [
        ("partner: Acme Invoicing", "partnr: Acme Invoicing"),
        ("referral: https", "referal: https"),
        (HOOKS, "url: localhost:3000/hooks"),
        ("ready: http://127.0.0.1:3000/health", "ready: /health"),
        ("onboard_client: {", "onbord_client: {"),
        (CLIENTS, "\"POST http://127.0.0.1:3000/{{ client.emial }}\""),
        ("[npm, start]", "[./no-such-program]"),
        (ENV, "env: { A: \"{{ simulator.referal_api }}\", KEY:"),
        ("count: $.count", "count: count"),
        ("  production:\n", "  prod:\n    api_key: x\n  production:\n"),
        ("rehearsal:\n", "run_within: an hour\nevents: [client.linkd]\nrehearsal:\n  concurrency: 100\n"),
    ] {
        folder.change(PROFILE, from, to);
    }
    let told = folder.plain(&planned(&folder, &catalog, &variables).unwrap_err());
    for part in [
        "`partnr` is not allowed here",
        "`partner` is missing",
        "has no API `referal`",
        "`localhost:3000/hooks` is not a complete URL",
        "`/health` is not a complete URL",
        "has no action `onbord_client`",
        "did you mean `client.email`?",
        "did you mean `simulator.referral_api`?",
        "is not a JSON path",
        "`an hour`",
        "has no event `client.linkd`",
        "`100`",
        "`prod` is not one of",
        "there is no file `./no-such-program`",
    ] {
        assert!(told.contains(part), "{part} is not told:\n{told}");
    }
    for part in ["either `request` or", "missing field", "needs `start`"] {
        assert!(!told.contains(part), "{part} only comes from another mistake:\n{told}");
    }
    for (text, part) in [
        ("partner: \"\"\nprovider: \"\"\n", "there is no pack for the provider ``"),
        ("partner: Acme\n", "`provider` is missing"),
        ("provider: debitura\nbranding: { logo_url: x }\n", "`partner` is missing"),
        ("provider: debitura\nbranding: { logo_url: x }\n", "`x` is not a complete URL"),
        ("", "is empty"),
        ("just text", "expected a map"),
        ("- a", "expected a map"),
    ] {
        folder.write(PROFILE, text);
        let told = folder.plain(&planned(&folder, &catalog, &variables).unwrap_err());
        assert!(told.contains(part), "{text}: {told}");
    }
}

/// Whatever works is accepted, however unusual it is.
#[test]
fn what_is_no_mistake() {
    let catalog = Catalog::built_in().unwrap();
    let words = "\"GET http://127.0.0.1:3000/{{ 'a/' ~ invoice if invoice else 'b/' ~ client.number }}\"";
    for (from, to) in [
        ("tenant: $.id }", "tenant: $.id, number: $.no }"),
        (
            "onboard_client: {",
            "submit_case: { request: \"POST http://127.0.0.1:3000/{{ client.number }}\", json: { a: \"{{ debtor.state | default('') }}\", b: \"{{ debtor }}\", c: \"{{ '${TEST_NAME}' | upper }}\" } }\n    onboard_client: {",
        ),
        ("    processed:", &format!("    user_message: {{ request: {words} }}\n    processed:")),
        ("{{ event_id }}", "{{ event_id | urlencode }}?of={{ client.tenant | default('') }}"),
        (ENV, "env: { A: \"{{ simulator.customer_api }}/v1\", B: \"{{ preflight }}\", C: '{\"a\": \"}}\"}', KEY:"),
        ("[npm, start]", "[npm, start, \"--api={{ simulator.referral_api }}\"]"),
        ("branding:", "return_url: \"https://desk.example/back?note=thank you (1)\"\nbranding:"),
        ("return_url: \"https://desk.example/back?note=thank you (1)\"", "return_url: acme://done"),
        ("return_url: acme://done", "return_url: { starts_with: \"https://a.example/{{ client.tenant }}\" }"),
        (HOOKS, "url: HTTP://LOCALHOST:3000/hooks"),
    ] {
        let folder = sound();
        if from.starts_with("return_url") || from.starts_with("onboard") || from.starts_with("    processed") {
            folder.change(PROFILE, "tenant: $.id }", "tenant: $.id, number: $.no }");
        }
        if from.starts_with("return_url") {
            folder.change(PROFILE, "branding:", &format!("{from}\nbranding:"));
        }
        if from.starts_with("onboard") {
            folder.change(PROFILE, ENV, "env: { OTHER: \"{{ simulator.customer_api }}\", KEY:");
        }
        folder.change(PROFILE, from, to);
        let set = |name: &str| variables(name).or_else(|| (name == "TEST_NAME").then(|| "it's {{ x".to_owned()));
        if let Err(problems) = planned(&folder, &catalog, &set) {
            panic!("`{from}` -> `{to}`:\n{}", folder.plain(&problems));
        }
    }
}
