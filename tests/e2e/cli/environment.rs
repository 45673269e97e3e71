//! Values from the environment, from files and from the profile: hidden in every output if they may be secret, and
//! readable where readers need them.

use crate::support::program::Desk;

/// A made-up token, which also looks like a secret.
const TOKEN: &str = "S3cr3tQ7w8E9r0Zx";

/// A password that looks like a word. Only its origin shows that it is a secret.
const WORD: &str = "swordfishes";

const HEAD: &str = "partner: My Company\nprovider: debitura\n";

const REPORTS: &str = "--junit out.xml --json out.json --markdown out.md";

/// A build that prints what it was given, also over two lines and in other spellings, and then ends.
const DIES: &str = "import base64, json, os, sys\nfor value in [os.environ.get('THING', '')]:\n    \
                    print(value[:5]); print('    ' + value[5:]); print(base64.b64encode(value.encode('utf-16')).decode())\n    \
                    print(value.upper(), value.encode().hex(':'))\nfor name in sorted(os.environ): print(name + '=' + os.environ[name])\n\
                    print(json.dumps(dict(os.environ)))\nprint(sys.argv)\nsys.stdout.flush()\n\
                    sys.stderr.write(repr(dict(os.environ)))\nsys.exit(3)\n";

/// Returns everything that a run of a profile prints and writes.
fn outputs(profile: &str, variables: &[(&str, &str)], files: &[(&str, &str)]) -> String {
    let desk = Desk::new();
    desk.write("profile.yaml", profile);
    desk.write("dies.py", DIES);
    for (name, text) in files {
        desk.write(name, text);
    }
    let mut command = desk.command(&format!("run --profile profile.yaml {REPORTS}"));
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert_ne!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all = String::from_utf8_lossy(&output.stdout).into_owned();
    all.push_str(&String::from_utf8_lossy(&output.stderr));
    for name in ["out.xml", "out.json", "out.md"] {
        all.push_str(&std::fs::read_to_string(desk.path(name)).unwrap_or_default());
    }
    all
}

fn hidden(name: &str, all: &str, secrets: &[&str]) {
    for secret in secrets {
        let shown = all.contains(secret) || all.contains(&secret.replace('_', "\\_"));
        assert!(!shown, "{name}: {secret} stands in\n{all}");
    }
}

/// Returns a rehearsal that gives its build a value.
fn handing(text: &str) -> String {
    format!(
        "{HEAD}rehearsal:\n  start: {{ command: [python3, dies.py], ready: http://127.0.0.1:9/, within: 20s }}\n  \
         env: {{ THING: {text} }}\n  webhook: {{ url: http://127.0.0.1:9/hooks }}\n"
    )
}

#[test]
fn what_a_build_is_handed_is_in_no_output() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n\
               -----END PRIVATE KEY-----";
    let account = serde_json::json!({ "type": "account", "private_key": pem, "password": WORD }).to_string();
    let table: Vec<(&str, String, Vec<&str>)> = vec![
        ("a token", TOKEN.into(), vec![TOKEN, &TOKEN[5..], "S3CR3TQ7W8E9R0ZX", "53:33:63:72", "UwAzAGMAcg"]),
        ("a word", WORD.into(), vec![WORD]),
        ("several words", "correct horse battery".into(), vec!["correct horse battery"]),
        ("a key of several lines", pem.into(), pem.lines().skip(1).take(2).collect()),
        ("JSON", account.clone(), pem.lines().skip(1).take(2).chain([WORD]).collect()),
        ("a line break at the end", format!("{TOKEN}\n"), vec![TOKEN]),
        ("a short password", "p4ss9".into(), vec!["p4ss9"]),
        ("a URL's password", format!("postgres://postgres:{WORD}@db.acme.example:5432/db"), vec![WORD]),
        ("a password with a slash", format!("postgres://app:pa/{WORD}@h/db"), vec![WORD]),
        ("a password with an at", format!("postgres://app:p@{WORD}@h/db"), vec![WORD]),
        ("an encoded password", "redis://:S3cr%40tQ7w8E9@h".into(), vec!["S3cr%40tQ7w8E9", "S3cr@tQ7w8E9"]),
        ("a URL's user", format!("https://{TOKEN}@git.example/x"), vec![TOKEN]),
        ("a URL's query", format!("https://a.example/x?sig={WORD}&b=1"), vec![WORD]),
        ("a URL's fragment", format!("https://a.example/x#{TOKEN}"), vec![TOKEN]),
        ("a URL's path", format!("https://hooks.example/services/T0/{TOKEN}"), vec![TOKEN]),
        ("several hosts", format!("mongodb+srv://u:{WORD}@h1.example,h2.example/db"), vec![WORD]),
        ("JDBC", format!("jdbc:postgresql://h/db?user=x&password={WORD}"), vec![WORD]),
        ("a connection string", format!("Server=tcp:x,1433;User ID=u;Password={WORD};"), vec![WORD]),
        ("markup", "x<y>&amp;\"zz\"q_q*w`".into(), vec!["x<y>&amp;\"zz\"q_q*w`"]),
    ];
    std::thread::scope(|scope| {
        for (name, value, secrets) in &table {
            scope.spawn(move || {
                hidden(name, &outputs(&handing("\"${THE_VALUE}\""), &[("THE_VALUE", value)], &[]), secrets);
            });
        }
    });
    let within = outputs(&handing("\"before-${THE_VALUE}-after\""), &[("THE_VALUE", WORD)], &[]);
    hidden("in the midst of a text", &within, &[WORD]);
    let passed = handing("x").replace("  env:", "  pass_env: [THE_VALUE]\n  env:");
    hidden("passed on", &outputs(&passed, &[("THE_VALUE", WORD)], &[]), &[WORD]);
    let argument = handing("x").replace("dies.py]", "dies.py, \"--pw=${THE_VALUE}\"]");
    hidden("an argument", &outputs(&argument, &[("THE_VALUE", WORD)], &[]), &[WORD]);
}

#[test]
fn what_readers_need_stays_readable() {
    let shown = |value: &str| outputs(&handing("\"${THE_VALUE}\""), &[("THE_VALUE", value)], &[]);
    for value in [
        "production",
        "client.linked",
        "My Company",
        "true",
        "39991",
        "staging",
        "db.acme.example",
        "127.0.0.1:5432",
        "/var/lib/acme",
        "https://app.acme.example:8443/hooks/debitura",
    ] {
        let all = shown(value);
        assert!(all.contains(&format!("THING={value}")), "{value} is not in\n{all}");
    }
    let all = shown(&format!("postgres://app:{WORD}@db.acme.example:5432/acme"));
    assert!(all.contains("THING=postgres://<variable.the_value>@db.acme.example:5432/acme"), "{all}");
    // A short value hides a whole field, but no part of another word.
    let all = outputs(&handing("\"${THE_VALUE}\", OTHER: p4ss9-other"), &[("THE_VALUE", "p4ss9")], &[]);
    assert!(all.contains("THING=<variable.the_value>") && all.contains("OTHER=p4ss9-other"), "{all}");
    // A variable that the profile lists as public stays readable.
    let public = format!("public_env: [THE_VALUE]\n{}", handing("\"${THE_VALUE}\""));
    let all = outputs(&public, &[("THE_VALUE", TOKEN)], &[]);
    assert!(all.contains(&format!("THING={TOKEN}")), "{all}");
}

#[test]
fn a_variable_is_in_no_message_about_the_place_that_it_stands_in() {
    let table = [
        "events: [\"${V}\"]",
        "branding: { logo_url: \"${V}\", background_color: \"${V}\" }",
        "run_within: \"${V}\"",
        "attestations: \"${V}\"",
        "rehearsal: { start: { command: [\"${V}\"], ready: \"${V}\", within: \"${V}\" } }",
        "rehearsal: { concurrency: \"${V}\", hosts: [\"${V} x\"], allow_hosts: [\"${V}/x\"], verification: \"${V}\" }",
        "environments: { test: { webhook: { url: \"${V}\" }, apis: { referral: \"${V}\" } } }",
        "environments: { test: { webhook: { url: \"https://svc:${V}@127.0.0.1:1/h?a=${V}#${V}\" } } }",
        "environments: { production: { webhook: { url: \"https://acme.invalid/hooks/x-${V}-1x2y3z\" } } }",
        "environments: { test: { settings: { facilities: \"${V}\" }, known_clients: { ready: { email: \"${V}\" } } } }",
        "trust: { x: \"${V}\" }",
        "rehearsal: { actions: { submit_case: { request: \"${V}\", capture: { tenant: \"${V}[\" } } } }",
        "rehearsal: { actions: { submit_case: { request: \"POST http://h/{{ no }}\", json: { a: \"{{ ${V} | no }}\" } } } }",
        "rehearsal: { lookups: { processed: { request: \"GET http://127.0.0.1:1/\", count: \"${V}[\" } } }",
        "rehearsal: { bodies: { client.linked: \"${V}\" }, webhook: { url: \"http://127.0.0.1:1/\" } }",
        "connect_to: { ca: \"${V}\", hosts: { x.example: { at: \"${V}\", address: \"${V}\" } } }",
        "environments: { production: { apis: { referral: { file: \"${V}\", key: \"${V}\" } } } }",
        "rehearsal: { nonsense: \"${V}\", simulator: { bind: \"${V}\" } }",
        "environments: { test: { api_key: \"${V}\"\n",
        "attestations: \"none/${V}.yaml\"\nrehearsal: { start: { command: [x], ready: \"http://u:${V}@127.0.0.1:9/\" } }",
    ];
    for lines in table {
        for value in [TOKEN, WORD, &format!("htp:/svc:{WORD}@x y")] {
            let all = outputs(&format!("{HEAD}{lines}\n"), &[("V", value)], &[]);
            hidden(lines, &all, &[value, WORD, TOKEN]);
        }
    }
}

#[test]
fn a_value_out_of_a_file_is_a_secret_unless_it_is_an_address() {
    let formats = [
        (".env", "REF", "REF=%\n"),
        ("a.properties", "REF", "REF=%\n"),
        ("a.json", "REF", "{\"REF\": \"%\"}"),
        ("a.yaml", "REF", "REF: \"%\"\n"),
        ("a.toml", "REF", "REF=\"%\"\n"),
        ("a.ini", "x.REF", "[x]\nREF=%\n"),
    ];
    for (file, key, line) in formats {
        let profile = format!(
            "{HEAD}environments: {{ production: {{ apis: {{ referral: {{ file: {file}, key: {key} }}, customer: {{ file: \
             {file}, key: {key} }} }} }} }}\n"
        );
        let said = |value: &str| outputs(&profile, &[], &[(file, &line.replace('%', value))]);
        for value in [TOKEN, WORD] {
            let urls = [
                value.to_owned(),
                format!("https://svc:{value}@referral-api.debitura.com/"),
                format!("https://referral-api.debitura.com/?key={value}"),
                format!("postgres://u:{value}@h/d"),
            ];
            for one in urls {
                hidden(&format!("{file}: {one}"), &said(&one), &[value]);
            }
        }
        let all = said("https://testreferral-api.debitura.com/v1");
        assert!(all.contains("https://testreferral-api.debitura.com/v1"), "{all}");
    }
}

#[test]
fn a_credential_that_was_written_down_is_in_no_excerpt() {
    let table = [
        "environments:\n  test:\n    api-key: %\n",
        "environments:\n  test: { apikey: % }\n",
        "environments:\n  test: { api_key: %: bad }\n",
        "environments:\n  test:\n    api_key: %\n    api_key: %\n",
        "environments:\n  test:\n    api_key: [%]\n",
        "environments:\n  test:\n    api_key:\n      - %\n",
        "environments:\n  test:\n    api_key: !secret %\n",
        "environments:\n  test:\n    api_key: |\n      %\n      x\n    nope: 1\n",
        "environments:\n  test:\n    api_key: \"%\n",
        "environments:\n  test:\n    api_key:\t%\n  \tx: 1\n",
        "environments:\n  test:\n    credentials: %\n",
        "environments:\n  test:\n    webhook: { url: \"https://a.example/\", secret: { value: % } }\n",
        "environments:\n  test:\n    webhook: { secret: %, secret: 1 }\n",
        "rehearsal:\n  actions:\n    submit_case: { request: POST http://h/, headers: { Authorization: Bearer % }, jsn: 1 }\n",
        "rehearsal:\n  actions:\n    submit_case: { request: POST http://h/, headers: { Cookie: \"sid=%\" }, jsn: 1 }\n",
        "rehearsal:\n  actions:\n    submit_case: { request: \"POST http://u:%@127.0.0.1:1/\", jsn: 1 }\n",
        "rehearsal:\n  env: { DB_PASSWORD: %, X: [1] }\n",
        "rehearsal:\n  start: { command: [x, --password=%], redy: 1 }\n",
    ];
    for lines in table {
        for value in [TOKEN, WORD] {
            let all = outputs(&format!("{HEAD}{}", lines.replace('%', value)), &[], &[]);
            assert!(all.contains("error"), "{lines} is not refused:\n{all}");
            hidden(lines, &all, &[value]);
        }
    }
    // A known secret is hidden wherever a person wrote it, and a value that is no credential is shown as written.
    let attested = format!(
        "attestations:\n  - {{ check: nonsense.check, who: X, when: 2026-01-15, evidence: \"see {WORD}\", expires: 2099-12-31 }}\n"
    );
    let known = format!("{HEAD}environments: {{ test: {{ api_key: \"${{K}}\" }} }}\nattestations: a.yaml\n");
    let all = outputs(&known, &[("K", WORD)], &[("a.yaml", &attested)]);
    hidden("an attestation", &all, &[WORD]);
    assert!(all.contains("check: nonsense.check, who: X, when: 2026-01-15, evidence: \"see ***********\""), "{all}");
}

#[test]
fn letters_name_the_variable_in_the_place_of_its_value() {
    let desk = Desk::new();
    desk.write(
        "profile.yaml",
        "partner: My Company\nprovider: debitsuccess\nenvironments:\n  test:\n    webhook: { url: \
         \"https://acme.example/hooks/${PLACE}\", secret: \"${TOKEN}\" }\n    settings: { email: \"${MAIL}\", facilities: [ABC] }\nevents: [Realtime.Account.Payment.Declined]\n",
    );
    let mut command = desk.command("email --profile profile.yaml");
    let output =
        command.envs([("TOKEN", TOKEN), ("PLACE", "k9x2m4q8w1"), ("MAIL", "ops@acme.example")]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in ["URL: https://acme.example/hooks/${PLACE}", "Token: ${TOKEN}", "Email Address: ${MAIL}"] {
        assert!(text.contains(line), "{line} is not in\n{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    hidden("a letter", &text, &[TOKEN, "k9x2m4q8w1", "ops@acme.example"]);
}

#[test]
fn a_public_variable_is_one_that_the_profile_uses_and_no_secret() {
    let wrong = [
        ("public_env: [ACME_PRT]\nrehearsal: { env: { PORT: \"${ACME_PORT}\" } }", "did you mean `ACME_PORT`?"),
        (
            "public_env: [KEY]\nenvironments: { test: { api_key: \"${KEY}\" } }",
            "`KEY` cannot be public: it is used as environments.test.api_key",
        ),
    ];
    for (lines, message) in wrong {
        let all = outputs(&format!("{HEAD}{lines}\n"), &[("KEY", TOKEN)], &[]);
        assert!(all.contains(message), "{message} is not in\n{all}");
    }
}
