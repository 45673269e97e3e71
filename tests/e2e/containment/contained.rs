//! Whole runs with a partner that tries to reach hosts that it must not reach.

use super::stage::Stage;

fn remarks(ran: &crate::support::play::Ran) -> String {
    ran.json["remarks"].to_string()
}

#[test]
fn a_host_left_in_a_retry_path_is_refused_and_recorded() {
    let mut stage = Stage::new();
    stage.action("onboard_with_a_host_left_in", "capture: { tenant: $.id }");
    // The first call fails, so that the partner tries again. The second call succeeds, so that the last question of the
    // check does too.
    let given = "{ client: { state: new, override: { on: POST /clients, nth: 1, reply: broken } } }";
    stage.check("left_in", given, &["{ action: onboard_with_a_host_left_in, as: first }", "{ action: onboard }"]);
    let ran = stage.run();
    let unit = ran.unit("left_in");
    assert_eq!(unit["verdict"], "pass", "{}", ran.console);
    let evidence = unit["evidence"].to_string();
    assert!(evidence.contains("api.play.example:80") && evidence.contains("denied"), "{evidence}");
    assert_eq!(
        remarks(&ran).matches("Preflight denied the build a connection to api.play.example").count(),
        1,
        "{}",
        ran.console
    );
    assert!(remarks(&ran).contains("provider's real environments"), "{}", remarks(&ran));
}

#[test]
fn a_loopback_host_is_reached_and_nothing_is_remarked() {
    let mut stage = Stage::new();
    stage.action("onboard_by_another_way", "capture: { tenant: $.id }");
    stage.env("PARTNER_OTHER", "{{ simulator.main_api }}");
    let given = "{ client: { state: new, override: { on: POST /clients, nth: 1, reply: broken } } }";
    stage.check("other_way", given, &["{ action: onboard_by_another_way }"]);
    let ran = stage.run();
    assert_eq!((&ran.unit("other_way")["verdict"], ran.code), (&"pass".into(), Some(0)), "{}", ran.console);
    assert!(!remarks(&ran).contains("denied the build"), "{}", remarks(&ran));
}

#[test]
fn a_check_for_refused_hosts_fails_on_one_and_passes_without() {
    const THEN: &str = "assume: [{ calls: POST /clients, at_least: 1 }]\nthen: [{ denied_hosts: all, exactly: 0 }]";
    for (door, verdict) in [("onboard_with_a_host_left_in", "fail"), ("onboard_by_another_way", "pass")] {
        let mut stage = Stage::new();
        stage.action(door, "");
        stage.env("PARTNER_OTHER", "{{ simulator.main_api }}");
        let given = "{ client: { state: new, override: { on: POST /clients, nth: 1, reply: broken } } }";
        let rest = format!("stage: rehearsal\ngiven: {given}\nwhen: [{{ action: {door} }}]\n{THEN}");
        stage.play.check("refused", &rest);
        let ran = stage.run();
        assert_eq!(ran.unit("refused")["verdict"], verdict, "{door}: {}", ran.console);
    }
}

/// Covers every place of a rehearsal into which somebody may put a real key.
#[test]
fn a_real_secret_anywhere_in_the_rehearsal_is_wrong_input() {
    const KEY: &str = "real-key-0123456789";
    let table = [
        ("rehearsal.env", "  env: { A: KEY }", "`A` would give"),
        ("a variant's env", "  variants: { v: { env: { A: \"x KEY\" } } }", "`A` would give"),
        ("a variant's command", "  variants: { v: { command: [run, --key, KEY] } }", "every process can see it"),
        ("an action's command", "  actions: { a: { command: [run, KEY] } }", "every process can see it"),
        ("an action's URL", "  actions: { a: { request: \"GET http://127.0.0.1:1/?k=KEY\" } }", "`request` would give"),
        (
            "an action's header",
            "  actions: { a: { request: GET http://127.0.0.1:1/, headers: { X-K: KEY } } }",
            "`X-K` would give",
        ),
        (
            "an action's JSON",
            "  actions: { a: { request: POST http://127.0.0.1:1/, json: { in: [{ k: KEY }] } } }",
            "`k` would give",
        ),
        (
            "an action's form",
            "  actions: { a: { request: POST http://127.0.0.1:1/, form: { k/l: KEY } } }",
            "`k/l` would give",
        ),
        ("the key of the simulator", "  simulator: { api_key: KEY }", "`api_key` would give"),
        (
            "a look-up's header",
            "  lookups: { user_message: { request: GET http://127.0.0.1:1/, headers: { X-K: KEY } } }",
            "`X-K` would give",
        ),
    ];
    let mut stage = Stage::new();
    stage.check("any", "{ client: ready }", &[]);
    for (what, lines, words) in table {
        let start = "  start: { command: [run], ready: http://127.0.0.1:1/ }";
        let profile = format!("environments: {{ production: {{ api_key: {KEY} }} }}\nrehearsal:\n{start}\n{lines}");
        let told = problems(&stage, &profile.replace("KEY", KEY));
        assert!(
            told.contains(words) && told.contains("the secret of environments.production.api_key"),
            "{what}: {told}"
        );
        assert!(!told.contains(KEY), "{what}: {told}");
    }
}

#[test]
fn a_host_of_the_provider_cannot_be_named_and_a_variant_needs_a_start() {
    let table = [
        ("allow_hosts: [mail.example, 203.0.113.9]", None),
        ("allow_hosts: [API.play.example.]", Some("belongs to a real environment of Play")),
        ("allow_hosts: [pages.play.example]", Some("belongs to a real environment of Play")),
        ("allow_hosts: [old.play.example]", Some("belongs to a real environment of Play")),
        ("allow_hosts: [\"https://mail.example\"]", Some("is not a host")),
        ("variants: { v: { env: { A: b } } }", Some("a variant needs `start`")),
        ("simulator: { bind: \"::\", ports: { main: 4010 }, api_key: long-enough-key }", None),
        ("simulator: { bind: 127.0.0.9 }", None),
        ("simulator: { bind: 192.0.2.7 }", Some("write 127.0.0.1, or 0.0.0.0 for a build in a container")),
        ("simulator: { bind: localhost }", Some("invalid IP address")),
        ("simulator: { ports: { mane: 4010 } }", Some("did you mean `main`?")),
        ("simulator: { api_key: short }", Some("a key of fewer than 12 characters")),
    ];
    let mut stage = Stage::new();
    stage.check("any", "{ client: ready }", &[]);
    for (line, words) in table {
        let told = problems(&stage, &format!("rehearsal:\n  {line}"));
        match words {
            Some(words) => assert!(told.contains(words), "{line}: {told}"),
            None => assert_eq!(told, "", "{line}"),
        }
    }
}

#[test]
fn an_action_of_the_test_environment_never_names_a_host_of_the_partners_production() {
    let table = [
        ("https://staging.acme.example/act", ""),
        ("https://acme.example/staging/act", "`acme.example` is the partner's production"),
        ("https://ACME.example.:8443/{{ client.email }}", "`acme.example` is the partner's production"),
        ("https://ops.acme.example/act", "`ops.acme.example` is the partner's production"),
    ];
    let mut stage = Stage::new();
    stage.check("any", "{ client: ready }", &[]);
    for (url, words) in table {
        let production = "production: { webhook: { url: https://acme.example/hooks }, actions: { enter: { request: GET https://ops.acme.example/ } } }";
        let test = format!("test: {{ actions: {{ enter: {{ request: \"GET {url}\" }} }} }}");
        let told = problems(&stage, &format!("environments:\n  {production}\n  {test}"));
        assert_eq!(told.is_empty(), words.is_empty(), "{url}: {told}");
        assert!(told.contains(words), "{url}: {told}");
    }
}

/// Returns the problems of a profile that cannot be used; empty if it can.
fn problems(stage: &Stage, profile: &str) -> String {
    let output = stage.play.with_pack("play", profile).output().unwrap();
    let wrong = output.status.code() == Some(2);
    if wrong { String::from_utf8(output.stderr).unwrap() } else { String::new() }
}
