//! Errors in what a pack says about webhooks and authentication.

use std::fmt::Write as _;

use super::folder::{Folder, HOOK, PROVIDER, snapshot};

/// A scheme that uses every word of the language.
const WEBHOOKS: &str = r#"webhooks:
  headers: { X-Id: "{{ id }}", X-Signature: "t={{ t }},{{ signatures }}" }
  mac:
    algorithm: hmac-sha256
    key: base64
    signed_content: "{{ id }}.{{ t }}.{{ body }}"
    encoding: base64
    signatures: { format: "v1={{ mac }}", joined_by: ",", overlap: 1d }
  secret: { prefix: s_ }
  timestamp: { unit: milliseconds, tolerance: 300s }
"#;

const PLAIN: &str = r#"webhooks:
  headers: { X-Signature: "{{ mac }}" }
  mac: { algorithm: hmac-sha256, key: text, signed_content: "{{ body }}", encoding: hex }
"#;

const MISTAKES: &str = "  known_defects:\n    the secret is not decoded: { key: undecoded }\n";

const VARIED: &str = r#"  - deliver: thing.made
    as: second
    alter:
      another key: { key: other, expect: rejected }
      both keys: { key: rotated, expect: accepted }
      old: { age: 290s, expect: accepted }
      too old: { age: 315s, expect: rejected }
      another header: { headers: { X-Id: "{{ id }}1" }, expect: rejected }
"#;

const APIS: &str = r#"apis:
  main: { header: { X-Key: "{{ api_key }}" } }
  manual_steps: { basic: { user: "{{ credentials.user }}", password: "{{ credentials.password }}" } }
  clients: { bearer: { from: main, mint: POST /tokens, json: { tenant: "{{ client.tenant }}" }, token: $.token, lifetime: 30m } }
  own: { client_credentials: { mint: POST /token, id: "{{ credentials.id }}", secret: "{{ credentials.secret }}", lifetime: 1h } }
"#;

fn sound() -> Folder {
    let folder = Folder::sound();
    folder.change(PROVIDER, PLAIN, WEBHOOKS);
    folder.change(PROVIDER, "apis:\n  main: { header: { X-Key: \"{{ api_key }}\" } }\n", APIS);
    folder.change(PROVIDER, "  events:\n", &format!("{MISTAKES}  events:\n"));
    folder.change(HOOK, "assume:\n", &format!("{VARIED}assume:\n"));
    folder
}

#[test]
fn a_scheme_that_makes_use_of_every_word_is_told_nothing() {
    let catalog = sound().read().unwrap_or_else(|problems| panic!("{problems}"));
    assert!(catalog.warnings.0.is_empty(), "{}", catalog.warnings);
}

#[test]
fn words_of_a_scheme_that_lead_nowhere_or_mean_nothing() {
    let mac = &WEBHOOKS[WEBHOOKS.find("  mac:").unwrap()..WEBHOOKS.find("  secret:").unwrap()];
    let faults: [(&str, &str, &str, &str); 20] = [
        ("a name that no header has", PROVIDER, "t={{ t }},", "t={{ time }},"),
        ("a header that does not parse", PROVIDER, "t={{ t }},", "t={{ t + }},"),
        ("a name that nobody signs", PROVIDER, "{{ id }}.{{ t }}", "{{ secret }}.{{ t }}"),
        ("a name that one signature does not have", PROVIDER, "v1={{ mac }}", "v1={{ signatures }}"),
        ("a code that is not described", PROVIDER, mac, ""),
        (
            "several signatures that are not described",
            PROVIDER,
            "    signatures: { format: \"v1={{ mac }}\", joined_by: \",\", overlap: 1d }\n",
            "",
        ),
        ("several signatures that nothing reads", PROVIDER, "{{ signatures }}", "v1={{ mac }}"),
        ("nothing that shows anything", PROVIDER, ",{{ signatures }}", ""),
        ("a tolerance without a time", PROVIDER, "t={{ t }},", ""),
        ("no attempt", PROVIDER, "retries: [0s, 60s]", "retries: []"),
        ("a mistake with a name that nothing has", PROVIDER, "{ key: undecoded }", "{ message: \"{{ bdy }}\" }"),
        ("too old to be accepted", HOOK, "age: 290s", "age: 301s"),
        ("too young to be refused", HOOK, "age: 315s", "age: -300s"),
        ("a name in a variant", HOOK, "{{ id }}1", "{{ idd }}1"),
        ("a name of a check in a variant", HOOK, "{{ id }}1", "{{ profile.partner }}1"),
        ("a key without a name", PROVIDER, "{{ api_key }}", "{{ apikey }}"),
        ("a credential that is no text", PROVIDER, "{{ credentials.user }}", "{{ credentials. }}"),
        ("tokens from an unknown API", PROVIDER, "from: main", "from: mian"),
        ("tokens from an API with tokens of clients", PROVIDER, "from: main", "from: clients"),
        ("a token endpoint of an unknown API", PROVIDER, "{ mint: POST /token,", "{ from: login, mint: POST /token,"),
    ];
    let mut text = String::new();
    for (name, path, from, to) in faults {
        let folder = sound();
        folder.change(path, from, to);
        writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    }
    snapshot("schemes", &text);
}

#[test]
fn what_deliveries_do_not_have_cannot_be_varied() {
    let alter = "  - deliver: thing.made
    as: second
    alter:
      key: { key: undecoded, expect: rejected }
      rotation: { key: rotated, expect: rejected }
      message: { signed_content: \"{{ body }}\", expect: rejected }
      code: { signature: empty, expect: rejected }
      absent: { without_header: X-Signatur, expect: rejected }
      header: { headers: { X-Token: \"{{ mac }}\" }, expect: rejected }
      clocks: { age: 1d, clocks: [signed, unsigned, body], expect: rejected }
      no age: { clocks: [body], expect: rejected }
";
    let mut text = String::new();
    for (name, from, to) in [
        ("a static token", PLAIN, "webhooks:\n  headers: { X-Token: \"{{ secret }}\" }\n"),
        ("one code with the text of the secret as its key", "", ""),
        ("a code that nothing reads", "{{ mac }}", "{{ secret }}"),
    ] {
        let folder = Folder::sound();
        folder.change(PROVIDER, from, to);
        folder.change(HOOK, "assume:\n", &format!("{alter}assume:\n"));
        writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    }
    snapshot("schemes-varied", &text);
}

#[test]
fn words_of_a_step_that_cannot_be_heeded_together_are_told() {
    let mut text = String::new();
    for (name, step) in [
        ("one of many", "burst: 1"),
        ("one copy", "copies: 1"),
        ("many and copies", "burst: 2, copies: 2"),
        ("a series at once", "alter: { a: { key: other } }, burst: 3"),
        ("a series of what is varied already", "alter: { a: { key: other } }, with: { body: spaced }"),
    ] {
        let folder = Folder::sound();
        folder.change(HOOK, "assume:\n", &format!("  - {{ deliver: thing.made, as: second, {step} }}\nseen:\n"));
        writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    }
    snapshot("schemes-at-once", &text);
}
