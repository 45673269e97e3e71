//! Named attacks, each with the rule that stops it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use RuleName as R;

#[test]
fn calls_to_the_providers_apis() {
    use Environment::{Production, Test};
    let table: &[(&str, Environment, &str, Option<RuleName>)] = &[
        ("a plain look-up", Test, "GET https://testapi.provider.example/me", None),
        ("a plain look-up in production", Production, "GET https://api.provider.example/me", None),
        ("a head", Production, "HEAD https://api.provider.example/me", None),
        ("upper case and the root's dot", Production, "GET https://API.Provider.Example./me", None),
        ("full-width letters are the same host", Production, "GET https://ａｐｉ.provider.example/me", None),
        ("the other API", Test, "GET https://testside.provider.example:8443/v2/me", None),
        ("a post in test", Test, "POST https://testapi.provider.example/cases", None),
        ("a test-only call in test", Test, "POST https://testapi.provider.example/v1/webhooks/test", None),
        ("the exception", Production, "POST https://api.provider.example/cases/preview", None),
        ("the exception below a base", Production, "POST https://side.provider.example:8443/v2/cases/preview", None),
        ("a post to production", Production, "POST https://api.provider.example/cases", Some(R::ReadOnlyProduction)),
        ("in lower case", Production, "post https://api.provider.example/cases", Some(R::ReadOnlyProduction)),
        (
            "a delete in production",
            Production,
            "DELETE https://api.provider.example/cases/1",
            Some(R::ReadOnlyProduction),
        ),
        ("an odd method", Production, "GETX https://api.provider.example/cases", Some(R::Method)),
        ("a trace", Test, "TRACE https://testapi.provider.example/", Some(R::Method)),
        ("a connect", Test, "CONNECT https://testapi.provider.example/", Some(R::Method)),
        ("production called test", Test, "GET https://api.provider.example/me", Some(R::OtherEnvironment)),
        (
            "a write to production called test",
            Test,
            "POST https://api.provider.example/cases",
            Some(R::ReadOnlyProduction),
        ),
        ("test called production", Production, "GET https://testapi.provider.example/me", Some(R::OtherEnvironment)),
        (
            "an exception by another road",
            Production,
            "POST https://api.provider.example/x/..%2fcases/preview",
            Some(R::PlainPath),
        ),
        (
            "an exception with more behind it",
            Production,
            "POST https://api.provider.example/cases/preview/x",
            Some(R::ReadOnlyProduction),
        ),
        (
            "an exception outside its base",
            Production,
            "POST https://side.provider.example:8443/cases/preview",
            Some(R::ReadOnlyProduction),
        ),
        ("a test-only call", Production, "POST https://api.provider.example/v1/webhooks/test", Some(R::TestOnly)),
        ("in another case", Production, "POST https://api.provider.example/V1/WebHooks/TEST/", Some(R::TestOnly)),
        ("with encoded letters", Production, "POST https://api.provider.example/v1/webhooks/%74est", Some(R::TestOnly)),
        ("with a slash more", Production, "POST https://api.provider.example/v1//webhooks/test", Some(R::PlainPath)),
        ("with dots", Production, "POST https://api.provider.example/v1/x/../webhooks/test", Some(R::TestOnly)),
        (
            "with encoded dots",
            Production,
            "POST https://api.provider.example/v1/x/%2e%2e/webhooks/test",
            Some(R::TestOnly),
        ),
        ("a test-only look-up", Production, "GET https://api.provider.example/v1/webhooks/log", Some(R::TestOnly)),
        ("its head", Production, "HEAD https://api.provider.example/v1/webhooks/log", Some(R::TestOnly)),
        ("twice encoded", Production, "GET https://api.provider.example/v1/webhooks%252flog", Some(R::TestOnly)),
        ("with a parameter", Production, "GET https://api.provider.example/v1/webhooks;x=1/log", Some(R::TestOnly)),
        ("with slashes", Production, "GET https://api.provider.example//v1///webhooks/log", Some(R::TestOnly)),
        ("below the base", Production, "GET https://side.provider.example:8443/v2/v1/webhooks/log", Some(R::TestOnly)),
        ("a test-only delete", Production, "DELETE https://api.provider.example/clients/ours", Some(R::TestOnly)),
        ("the same path, read", Production, "GET https://api.provider.example/clients/ours", None),
        (
            "a parameter for the method",
            Production,
            "GET https://api.provider.example/cases?_method=POST",
            Some(R::Header),
        ),
        ("plain http", Production, "GET http://api.provider.example/me", Some(R::Transport)),
        ("https on the port of http", Production, "GET https://api.provider.example:80/me", Some(R::Transport)),
        ("another port", Test, "GET https://testapi.provider.example:8443/me", Some(R::Transport)),
        ("a look-alike suffix", Test, "GET https://testapi.provider.example.evil.example/me", Some(R::UnknownHost)),
        ("a look-alike prefix", Test, "GET https://eviltestapi.provider.example/me", Some(R::UnknownHost)),
        ("a subdomain", Test, "GET https://x.testapi.provider.example/me", Some(R::UnknownHost)),
        ("a parent", Test, "GET https://provider.example/me", Some(R::UnknownHost)),
        ("a letter that looks alike", Test, "GET https://testapі.provider.example/me", Some(R::UnknownHost)),
        ("its punycode", Test, "GET https://xn--testap-6fg.provider.example/me", Some(R::UnknownHost)),
        ("an address", Test, "GET https://203.0.113.5/me", Some(R::UnknownHost)),
        ("a page", Test, "GET https://testpages.provider.example/me", Some(R::UnknownHost)),
        ("a user name", Test, "GET https://testapi.provider.example@evil.example/", Some(R::UserInfo)),
        ("an empty user name", Test, "GET https://@testapi.provider.example/", Some(R::UserInfo)),
        ("a password", Test, "GET https://u:p@testapi.provider.example/", Some(R::UserInfo)),
        ("a backslash", Test, "GET https://evil.example\\@testapi.provider.example/", Some(R::Url)),
        ("a tab in the host", Test, "GET https://testapi\t.provider.example/", Some(R::Url)),
        ("two dots at the end", Production, "GET https://api.provider.example../me", Some(R::Url)),
        ("another scheme", Test, "GET ftp://testapi.provider.example/", Some(R::Url)),
        ("a file", Test, "GET file:///etc/passwd", Some(R::Url)),
    ];
    for (what, environment, call, rule) in table {
        let api = if call.contains("side.") { "side" } else { "main" };
        assert_eq!(refused(draft(provider(*environment, api), call)), *rule, "{what}: {call}");
    }
}

#[test]
fn an_api_is_called_below_its_own_base_url() {
    let side = |call: &str| refused(draft(provider(Environment::Test, "side"), call));
    assert_eq!(side("GET https://testside.provider.example:8443/me"), Some(R::OtherApi));
    assert_eq!(side("GET https://testside.provider.example:8443/v2/..%2f../me"), Some(R::OtherApi));
    assert_eq!(side("GET https://testapi.provider.example/me"), Some(R::OtherApi));
}

#[test]
fn keys_go_to_their_own_environment_in_whatever_disguise() {
    let basic = |key: &str| format!("Basic {}", STANDARD.encode(format!("user:{key}")));
    let table = [
        ("its own", "GET https://testapi.provider.example/me", TEST_KEY.to_owned(), None),
        ("its own, production", "GET https://api.provider.example/me", PRODUCTION_KEY.to_owned(), None),
        ("basic", "GET https://testapi.provider.example/me", basic(TEST_KEY), None),
        (
            "production's in test",
            "GET https://testapi.provider.example/me",
            PRODUCTION_KEY.to_owned(),
            Some(R::KeyElsewhere),
        ),
        ("test's in production", "GET https://api.provider.example/me", TEST_KEY.to_owned(), Some(R::KeyElsewhere)),
        ("in Base64", "GET https://testapi.provider.example/me", basic(PRODUCTION_KEY), Some(R::KeyElsewhere)),
        ("in hex", "GET https://testapi.provider.example/me", hex::encode(PRODUCTION_KEY), Some(R::KeyElsewhere)),
        ("of both", "GET https://testapi.provider.example/me", SHARED_KEY.to_owned(), Some(R::KeyOfBoth)),
        ("of both, production", "GET https://api.provider.example/me", SHARED_KEY.to_owned(), Some(R::KeyOfBoth)),
    ];
    for (what, call, key, rule) in table {
        let environment = if call.contains("/testapi") { Environment::Test } else { Environment::Production };
        let mut in_header = draft(provider(environment, "main"), call);
        in_header.headers = vec![("X-Key".into(), key.clone())];
        assert_eq!(refused(in_header), rule, "{what}, in a header");
        let mut in_query = draft(provider(environment, "main"), call);
        in_query.url = format!("{}?q={}", in_query.url, key.replace(' ', "+").replace('-', "%2D"));
        assert_eq!(refused(in_query), rule, "{what}, in the query");
    }
    let mut in_body = draft(provider(Environment::Test, "main"), "POST https://testapi.provider.example/x");
    in_body.body = PRODUCTION_KEY.replace('-', "\\u002d").into_bytes();
    assert_eq!(refused(in_body), Some(R::KeyElsewhere));
    let mut declared = draft(provider(Environment::Test, "main"), "GET https://testapi.provider.example/x");
    declared.credentials = vec![Environment::Production];
    assert_eq!(refused(declared), Some(R::KeyElsewhere));
}

#[test]
fn headers_cannot_change_what_was_judged() {
    let header = |name: &str, value: &str| {
        let mut call = draft(provider(Environment::Production, "main"), "GET https://api.provider.example/me");
        call.headers = vec![(name.into(), value.into())];
        refused(call)
    };
    let bad = [
        ("Host", "evil.example"),
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
        ("X-HTTP-Method-Override", "POST"),
        ("x-method-override", "DELETE"),
        ("X-Original-URL", "/cases"),
        ("X Y", "1"),
        ("X-Y", "a\r\nHost: evil.example"),
        ("", "1"),
    ];
    for (name, value) in bad {
        assert_eq!(header(name, value), Some(R::Header), "{name}");
    }
    assert_eq!(header("X-Trace", "café"), None);
    let mut with_body = draft(provider(Environment::Production, "main"), "GET https://api.provider.example/me");
    with_body.body = b"{\"isTest\": true}".to_vec();
    assert_eq!(refused(with_body), Some(R::ReadOnlyProduction));
}

#[test]
fn deliveries_stay_where_they_belong() {
    use SigningKey::{Issued, Production, Test};
    let table: &[(&str, Stage, SigningKey, &str, Option<RuleName>)] = &[
        ("loopback", Stage::Rehearsal, Issued, "POST http://127.0.0.1:3000/hook", None),
        ("loopback, short", Stage::Rehearsal, Issued, "POST http://127.1:3000/hook", None),
        ("loopback, IPv6", Stage::Rehearsal, Issued, "POST http://[::1]:3000/hook", None),
        ("loopback within IPv6", Stage::Rehearsal, Issued, "POST http://[::ffff:127.0.0.1]/hook", None),
        ("localhost", Stage::Rehearsal, Issued, "POST http://LocalHost.:3000/hook", None),
        ("below localhost", Stage::Rehearsal, Issued, "POST http://app.localhost:3000/hook", None),
        ("private", Stage::Rehearsal, Issued, "POST http://192.168.1.5/hook", None),
        ("named", Stage::Rehearsal, Issued, "POST http://host.docker.internal:3000/hook", None),
        ("named and public", Stage::Rehearsal, Issued, "POST https://203.0.113.9/hook", None),
        ("a public address", Stage::Rehearsal, Issued, "POST https://203.0.113.10/hook", Some(R::PublicRehearsal)),
        ("a decimal public address", Stage::Rehearsal, Issued, "POST http://134744072/hook", Some(R::PublicRehearsal)),
        ("a name", Stage::Rehearsal, Issued, "POST https://staging.partner.example/hook", Some(R::PublicRehearsal)),
        ("like localhost", Stage::Rehearsal, Issued, "POST http://localhost.evil.example/", Some(R::PublicRehearsal)),
        ("also like localhost", Stage::Rehearsal, Issued, "POST http://evillocalhost/", Some(R::PublicRehearsal)),
        ("cloud metadata", Stage::Rehearsal, Issued, "POST http://169.254.169.254/latest", Some(R::Address)),
        ("nowhere", Stage::Rehearsal, Issued, "POST http://0.0.0.0:3000/", Some(R::Address)),
        (
            "the production host",
            Stage::Rehearsal,
            Issued,
            "POST https://Partner.Example./hook",
            Some(R::ProductionHandler),
        ),
        (
            "a private production host",
            Stage::Rehearsal,
            Issued,
            "POST http://10.9.9.9/hook",
            Some(R::ProductionHandler),
        ),
        ("the provider", Stage::Rehearsal, Issued, "POST https://testapi.provider.example/", Some(R::ProviderHost)),
        (
            "the provider's pages",
            Stage::Rehearsal,
            Issued,
            "POST https://testpages.provider.example/",
            Some(R::ProviderHost),
        ),
        ("the test secret", Stage::Rehearsal, Test, "POST http://127.0.0.1:3000/hook", Some(R::OtherSignature)),
        ("the production secret", Stage::Rehearsal, Production, "POST http://127.0.0.1/", Some(R::ProductionSignature)),
        (
            "the production secret at home",
            Stage::Production,
            Production,
            "POST https://partner.example/",
            Some(R::ProductionSignature),
        ),
        ("in production", Stage::Production, Issued, "POST https://partner.example/", Some(R::Stage)),
        ("in test", Stage::Test, Test, "POST https://staging.partner.example/hook", None),
        ("in test, to production", Stage::Test, Test, "POST https://partner.example/hook", Some(R::ProductionHandler)),
        ("not a post", Stage::Rehearsal, Issued, "GET http://127.0.0.1:3000/hook", Some(R::Method)),
        ("without a stage", Stage::Static, Issued, "POST http://127.0.0.1:3000/hook", Some(R::Stage)),
    ];
    for (what, stage, key, call, rule) in table {
        let purpose = Purpose::Delivery { stage: *stage, key: *key };
        assert_eq!(refused(draft(purpose, call)), *rule, "{what}: {call}");
    }
    let mut hidden = draft(
        Purpose::Delivery { stage: Stage::Rehearsal, key: SigningKey::Issued },
        "POST http://127.0.0.1:3000/hook",
    );
    hidden.headers = vec![("X-Token".into(), PRODUCTION_KEY.into())];
    assert_eq!(refused(hidden), Some(R::ProductionSignature));
}

#[test]
fn the_partner_is_asked_without_the_providers_keys() {
    let table: &[(Stage, &str, Option<RuleName>)] = &[
        (Stage::Rehearsal, "POST http://127.0.0.1:3000/test/clients", None),
        (Stage::Rehearsal, "GET http://app:3000/health", Some(R::PublicRehearsal)),
        (Stage::Rehearsal, "POST https://partner.example/test/clients", Some(R::ProductionHandler)),
        (Stage::Test, "GET https://staging.partner.example/ops/events/1", None),
        (Stage::Test, "POST https://partner.example/ops", Some(R::ProductionHandler)),
        (Stage::Production, "GET https://partner.example/ops/events/1", None),
        (Stage::Production, "POST https://partner.example/ops", Some(R::ProductionHandler)),
        (Stage::Test, "GET https://testapi.provider.example/me", Some(R::ProviderHost)),
        (Stage::Static, "GET http://127.0.0.1/", Some(R::Stage)),
    ];
    for (stage, call, rule) in table {
        assert_eq!(refused(draft(Purpose::Partner { stage: *stage }, call)), *rule, "{call}");
    }
    let mut with_key = draft(Purpose::Partner { stage: Stage::Rehearsal }, "POST http://127.0.0.1:3000/x");
    with_key.body = TEST_KEY.as_bytes().to_vec();
    assert_eq!(refused(with_key), Some(R::KeyElsewhere));
}

#[test]
fn what_is_fetched_openly_carries_nothing() {
    let open = |call: &str, header: &str| {
        let mut call = draft(Purpose::Open, call);
        call.headers.extend(header.split_once(": ").map(|(name, value)| (name.into(), value.into())));
        refused(call)
    };
    assert_eq!(open("GET https://cdn.example/logo.svg", ""), None);
    assert_eq!(open("GET https://pages.provider.example/logo.svg", ""), None);
    assert_eq!(open("POST https://cdn.example/logo.svg", ""), Some(R::Open));
    assert_eq!(open("GET https://cdn.example/", "Authorization: Bearer x"), Some(R::Open));
    assert_eq!(open("GET https://cdn.example/", &format!("X-Key: {TEST_KEY}")), Some(R::Open));
    assert_eq!(open(&format!("GET https://cdn.example/{PRODUCTION_KEY}"), ""), Some(R::Open));
    assert_eq!(open("GET http://169.254.169.254/latest/meta-data", ""), Some(R::Address));
    assert_eq!(open("GET http://[fd00:ec2::254]/latest", ""), Some(R::Address));
    assert_eq!(open("POST https://api.provider.example/cases/preview", ""), Some(R::ReadOnlyProduction));
    assert_eq!(open("GET https://api.provider.example/v1/webhooks/log", ""), Some(R::TestOnly));
}
