//! Restates the rules independently of the gate's code, and checks every admitted call against them.

use proptest::prelude::*;

use super::*;

const HOSTS: [&str; 12] = [
    "api.provider.example",
    "testapi.provider.example",
    "side.provider.example",
    "testside.provider.example",
    "pages.provider.example",
    "testpages.provider.example",
    "partner.example",
    "staging.partner.example",
    "localhost",
    "127.0.0.1",
    "10.9.9.9",
    "203.0.113.10",
];

/// Generates hosts in deceptive spellings.
fn hosts() -> impl Strategy<Value = String> {
    let tricked = (prop::sample::select(HOSTS.to_vec()), 0..12).prop_map(|(host, trick)| match trick {
        0 => host.to_uppercase(),
        1 => format!("{host}."),
        2 => format!("evil{host}"),
        3 => format!("{host}.evil.example"),
        4 => format!("user@{host}"),
        5 => format!("{host}@evil.example"),
        6 => format!("xn--{host}"),
        7 => host.replace('a', "ａ").replace('.', "。"),
        8 => host.replacen('p', "р", 1),
        9 => host.replace('a', "%61"),
        _ => host.to_owned(),
    });
    (tricked, prop::sample::select(vec!["", "", "", ":443", ":80", ":8443", ":0443"]))
        .prop_map(|(host, port)| host + port)
}

fn paths() -> impl Strategy<Value = String> {
    let parts = vec![
        "/v1",
        "/webhooks",
        "/test",
        "/TEST",
        "/log",
        "/cases",
        "/preview",
        "/clients",
        "/ours",
        "/theirs",
        "/v2",
        "/",
        "//",
        "/%2e%2e",
        "/..",
        "%2f",
        "%252f",
        "/t%65st",
        ";x=1",
        "/./",
        "%5c",
        "?_method=DELETE",
        "#x",
        "/%2E",
    ];
    let any = prop::collection::vec(prop::sample::select(parts), 0..7).prop_map(|parts| parts.concat());
    let between = prop::sample::select(vec!["/", "/", "//", "%2f", "%252f", "/./", "/x/../", "/x/%2e%2e/", ";x=1/"]);
    let test_only = (between.clone(), between, prop::sample::select(vec!["test", "log", "LOG", "t%65st"]))
        .prop_map(|(first, second, last)| format!("/v1{first}webhooks{second}{last}"));
    prop_oneof![2 => any, 1 => test_only]
}

fn purposes() -> impl Strategy<Value = Purpose> {
    let stages = prop::sample::select(Stage::ALL.to_vec());
    let environments = prop::sample::select(vec![Environment::Test, Environment::Production]);
    let keys = prop::sample::select(vec![SigningKey::Issued, SigningKey::Test, SigningKey::Production]);
    prop_oneof![
        4 => (environments, prop::sample::select(vec!["main", "side"])).prop_map(|(e, api)| provider(e, api)),
        2 => (stages.clone(), keys).prop_map(|(stage, key)| Purpose::Delivery { stage, key }),
        1 => stages.prop_map(|stage| Purpose::Partner { stage }),
        1 => prop::sample::select(vec!["main", "side"]).prop_map(|api| Purpose::Simulated { api: api.into() }),
        1 => Just(Purpose::Open),
    ]
}

fn texts() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(vec![TEST_KEY, PRODUCTION_KEY, SHARED_KEY, "", "", "harmless", "isTest: true"]);
    (keys, 0..4, "[a-z]{0,3}").prop_map(|(key, form, noise)| match form {
        0 => hex::encode(key),
        1 => format!("{noise}{}", key.replace('-', "%2d")),
        _ => format!("{noise}{key}{noise}"),
    })
}

/// Returns valid calls. With a single change, such a call is often still admitted.
fn sound() -> Vec<Draft> {
    let rehearsed = Purpose::Delivery { stage: Stage::Rehearsal, key: SigningKey::Issued };
    let mut calls: Vec<_> = [
        (provider(Environment::Test, "main"), "DELETE https://testapi.provider.example/clients/ours"),
        (provider(Environment::Test, "side"), "POST https://testside.provider.example:8443/v2/cases"),
        (provider(Environment::Production, "main"), "GET https://api.provider.example/me"),
        (provider(Environment::Production, "side"), "POST https://side.provider.example:8443/v2/cases/preview"),
        (rehearsed, "POST http://localhost/hook"),
        (Purpose::Delivery { stage: Stage::Test, key: SigningKey::Test }, "POST https://staging.partner.example/hook"),
        (Purpose::Partner { stage: Stage::Rehearsal }, "POST http://127.0.0.1/cases"),
        (Purpose::Partner { stage: Stage::Production }, "GET https://partner.example/ops"),
        (Purpose::Open, "GET https://pages.provider.example/logo"),
        (Purpose::Simulated { api: "main".into() }, "DELETE http://127.0.0.1:4010/clients/any"),
    ]
    .map(|(purpose, call)| draft(purpose, call))
    .into();
    for (call, key) in calls.iter_mut().zip([TEST_KEY, TEST_KEY, PRODUCTION_KEY, PRODUCTION_KEY]) {
        call.headers = vec![("X-Key".into(), key.into())];
    }
    calls
}

/// A change to one part of a call.
#[derive(Clone, Debug)]
enum Change {
    Purpose(Purpose),
    Method(&'static str),
    Scheme(&'static str),
    Authority(String),
    Path(String),
    Header(&'static str, String),
    Body(String),
    Declared(Environment),
}

fn changes() -> impl Strategy<Value = Change> {
    let one = |list: &[&'static str]| prop::sample::select(list.to_vec());
    let methods = one(&["GET", "get", "HEAD", "POST", "pOsT", "PUT", "PATCH", "DELETE", "TRACE", "G ET", ""]);
    let names = one(&["X-Key", "Authorization", "X-HTTP-Method-Override", "Host", "Accept", "X\n"]);
    prop_oneof![
        purposes().prop_map(Change::Purpose),
        methods.prop_map(Change::Method),
        one(&["https://", "http://", "HTTPS:", "https:\\\\", "ftp://"]).prop_map(Change::Scheme),
        hosts().prop_map(Change::Authority),
        paths().prop_map(Change::Path),
        (names, texts()).prop_map(|(name, value)| Change::Header(name, value)),
        texts().prop_map(Change::Body),
        prop::sample::select(vec![Environment::Test, Environment::Production]).prop_map(Change::Declared),
    ]
}

fn changed(mut draft: Draft, change: Change) -> Draft {
    let (scheme, rest) = draft.url.split_once(':').unwrap();
    let rest = rest.trim_start_matches(['/', '\\']);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match change {
        Change::Purpose(purpose) => draft.purpose = purpose,
        Change::Method(method) => draft.method = method.to_owned(),
        Change::Scheme(scheme) => draft.url = format!("{scheme}{rest}"),
        Change::Authority(authority) => draft.url = format!("{scheme}://{authority}{path}"),
        Change::Path(path) => draft.url = format!("{scheme}://{authority}{path}"),
        Change::Header(name, value) => draft.headers.push((name.to_owned(), value)),
        Change::Body(body) => draft.body = body.into_bytes(),
        Change::Declared(environment) => draft.credentials.push(environment),
    }
    draft
}

fn drafts() -> impl Strategy<Value = Draft> {
    (prop::sample::select(sound()), prop::collection::vec(changes(), 0..5))
        .prop_map(|(draft, changes)| changes.into_iter().fold(draft, changed))
}

/// Returns everything that would leave the machine as one text, without the usual encodings.
fn all_of(admitted: &Admitted) -> String {
    let headers: Vec<_> =
        admitted.headers.iter().map(|(n, v)| format!("{n}:{}", String::from_utf8_lossy(v.as_bytes()))).collect();
    let all = format!("{} {} {}", admitted.url, headers.join("\n"), String::from_utf8_lossy(&admitted.body));
    all.replace("%2d", "-").replace("%2D", "-")
}

fn holds(text: &str, key: &str) -> bool {
    text.contains(key) || text.contains(&hex::encode(key))
}

/// Returns a rule that an admitted call breaks, if any. The rules are stated independently of the gate's code.
fn violation(admitted: &Admitted, declared: &[Environment]) -> Option<&'static str> {
    let (url, text) = (&admitted.url, all_of(admitted));
    let host = url.host_str().unwrap();
    let (method, reads) = (admitted.method.as_str(), matches!(admitted.method.as_str(), "GET" | "HEAD"));
    let is_production = ["api.provider.example", "side.provider.example", "pages.provider.example"].contains(&host);
    let is_test =
        host.strip_prefix("test").is_some_and(|rest| rest.ends_with(".provider.example")) && HOSTS.contains(&host);
    let is_api = HOSTS.contains(&host) && (host.contains("api.") || host.contains("side."));
    let port = url.port_or_known_default().unwrap();
    let lower =
        url.path().to_lowercase().replace("%65", "e").replace("%252f", "/").replace("%2f", "/").replace("%5c", "/");
    let lower = lower.replace(";x=1", "").replace("%2e", ".");
    let segments: Vec<_> = lower.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let rules = [
        (url.username() != "" || url.password().is_some(), "no user information"),
        (host.ends_with('.'), "no dot at the end"),
        ((is_production || is_test) && url.scheme() != "https", "the provider over https"),
        (is_production && host != "side.provider.example" && port != 443, "the provider's port"),
        (host.ends_with("side.provider.example") && HOSTS.contains(&host) && port != 8443, "the provider's other port"),
        (
            is_production && !reads && !lower.trim_end_matches('/').ends_with("/cases/preview"),
            "production is read-only",
        ),
        (is_production && reads && !admitted.body.is_empty(), "reading has no body"),
        (is_production && method == "POST" && segments.ends_with(&["webhooks", "test"]), "test-only"),
        (
            is_production
                && reads
                && matches!(*segments.as_slice(), ["v1", "webhooks", "log"] | ["v2", "v1", "webhooks", "log"]),
            "test-only",
        ),
        (
            matches!(method, "DELETE" | "PUT" | "PATCH")
                && (is_production || (is_test && !url.path().starts_with("/clients/ours"))),
            "only what was created",
        ),
        (holds(&text, SHARED_KEY), "a key of both goes nowhere"),
        (holds(&text, PRODUCTION_KEY) && !(is_production && is_api), "production's key at home"),
        (declared.contains(&Environment::Production) && !(is_production && is_api), "the declared key at home"),
        (
            declared.contains(&Environment::Test) && !(is_test && is_api) && !is_test_delivery(admitted),
            "the declared key at home",
        ),
        (holds(&text, TEST_KEY) && !(is_test && is_api) && !is_test_delivery(admitted), "the test key at home"),
        (text.to_lowercase().contains("method-override") && (is_production || is_test), "no other method"),
        (admitted.headers.contains_key("host"), "no other host"),
    ];
    rules.into_iter().find(|(broken, _)| *broken).map(|(_, rule)| rule).or_else(|| elsewhere(admitted, host, reads))
}

fn is_test_delivery(admitted: &Admitted) -> bool {
    matches!(admitted.purpose, Purpose::Delivery { stage: Stage::Test, .. })
}

fn elsewhere(admitted: &Admitted, host: &str, reads: bool) -> Option<&'static str> {
    let is_provider = HOSTS[..6].contains(&host);
    let is_here = ["localhost", "127.0.0.1", "203.0.113.9", "host.docker.internal"].contains(&host);
    let is_handler = ["partner.example", "10.9.9.9"].contains(&host);
    let broken = match &admitted.purpose {
        Purpose::Provider { environment, api } => {
            let prefix = if *environment == Environment::Test { "test" } else { "" };
            host != format!("{prefix}{}.provider.example", if api == "main" { "api" } else { "side" })
        }
        Purpose::Delivery { stage: Stage::Rehearsal, key } => !is_here || *key != SigningKey::Issued,
        Purpose::Delivery { stage: Stage::Test, key } => {
            is_handler || is_provider || reads || *key == SigningKey::Production
        }
        Purpose::Delivery { stage: Stage::Static | Stage::Production, .. }
        | Purpose::Partner { stage: Stage::Static } => true,
        Purpose::Partner { stage: Stage::Rehearsal } => !is_here,
        Purpose::Partner { stage: Stage::Test } => is_provider || (is_handler && !reads),
        Purpose::Partner { stage: Stage::Production } => is_provider || !reads,
        Purpose::Simulated { api } => api != "main" || !admitted.url.as_str().starts_with("http://127.0.0.1:4010/"),
        Purpose::Open => !reads || !admitted.body.is_empty() || admitted.headers.contains_key("authorization"),
    };
    broken.then_some("the rules of its purpose")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_admitted_call_breaks_a_rule(draft in drafts()) {
        thread_local!(static GATE: Gate = gate());
        let (url, declared) = (draft.url.clone(), draft.credentials.clone());
        if let Ok(admitted) = GATE.with(|gate| gate.admit(draft)) {
            prop_assert_eq!(violation(&admitted, &declared), None, "{:?} written {}", admitted, url);
        }
    }
}

#[test]
fn the_generated_calls_are_admitted_often_enough_to_mean_something() {
    use proptest::strategy::ValueTree;
    let (gate, mut runner) = (gate(), proptest::test_runner::TestRunner::deterministic());
    let admitted = (0..4000)
        .filter_map(|_| gate.admit(drafts().new_tree(&mut runner).unwrap().current()).ok())
        .map(|admitted| std::mem::discriminant(&admitted.purpose))
        .fold(HashMap::new(), |mut counts, purpose| {
            *counts.entry(purpose).or_insert(0) += 1;
            counts
        });
    assert!(admitted.len() == 5 && admitted.values().all(|count| *count >= 100), "{admitted:?}");
}
