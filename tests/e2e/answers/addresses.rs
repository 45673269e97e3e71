//! Checks of URLs before anything is requested: the handler's, and the base URLs that production loads.

use preflight::evidence::Responsible;
use preflight::report::model::Report;
use preflight::report::model::VerdictLabel::{Fail, Inconclusive, Pass};

use super::provider::assert_told;
use crate::support::driven::{BUILT_IN, run};

async fn report(provider: &str, handler: &str, only: &str) -> Report {
    let profile = format!(
        "partner: Acme\nprovider: {provider}\nenvironments:\n  test: {{ webhook: {{ url: \"{handler}\" }} }}\n  production: \
         {{ webhook: {{ url: \"{handler}\" }} }}\n"
    );
    run(&BUILT_IN, &profile, &[only]).await
}

#[tokio::test]
async fn a_handler_that_cannot_be_public_fails_whether_it_answers_or_not() {
    let long = format!("https://127.0.0.1/{}", "x".repeat(1024));
    for (handler, words) in [
        ("https://127.0.0.1/hooks", "a public host"),
        ("https://2130706433:8443/hooks", "a public host"),
        ("https://[::1]/hooks", "a public host"),
        ("https://[::ffff:127.0.0.1]/hooks", "a public host"),
        ("https://169.254.169.254/hooks", "a public host"),
        ("https://0.0.0.0/hooks", "a public host"),
        ("https://localhost/hooks", "a public host"),
        ("https://app.localhost./hooks", "a public host"),
        ("http://127.0.0.1:9/hooks", "the scheme https"),
        ("https://127.0.0.1:9443/hooks", "the port 443 or 8443"),
        (long.as_str(), "at most 1024 characters"),
    ] {
        let report = report("debitura", handler, "webhooks.endpoint-public-https").await;
        for stage in ["test", "production"] {
            let unit = format!("webhooks.endpoint-public-https@{stage}");
            let row = assert_told(&report, &unit, Fail, "", handler);
            let told = crate::support::driven::told(row);
            assert!(told.contains(words) || words.starts_with("at most"), "{handler}: {told}");
            assert!(
                row.responsible == Some(Responsible::Partner) && !told.contains("such as 127.0.0.1"),
                "{handler}: {told}"
            );
        }
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_left_to_the_network() {
    let report = report("debitura", "https://no-such-host.invalid/hooks", "webhooks.endpoint-public-https").await;
    let row = assert_told(&report, "webhooks.endpoint-public-https@test", Inconclusive, "does not resolve", "a name");
    assert_eq!(row.responsible, Some(Responsible::Network));
}

#[tokio::test]
async fn another_provider_asks_for_https_and_for_nothing_that_it_does_not_say() {
    for (handler, wanted) in [
        ("http://127.0.0.1:9/hooks", Fail),
        ("http://no-such-host.invalid/hooks", Fail),
        ("https://127.0.0.1:9/hooks", Inconclusive),
    ] {
        let report = report("debitsuccess", handler, "webhooks.https").await;
        assert_told(&report, "webhooks.https@test", wanted, "", handler);
    }
}

#[tokio::test]
async fn production_loads_the_documented_base_urls_and_nothing_near_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("https://{name}-api.debitura.com");
    for (referral, wanted, words) in [
        (at("referral"), Pass, ""),
        (format!("{}/", at("referral")), Pass, ""),
        ("HTTPS://Referral-API.Debitura.com:443".into(), Pass, ""),
        ("https://referral-api.debitura.com.".into(), Pass, ""),
        (format!("{}/v1", at("referral")), Fail, "differ in the path"),
        (format!("{}/sandbox/", at("referral")), Fail, "differ in the path"),
        (format!("{}//", at("referral")), Fail, "path"),
        (format!("{}/?env=test", at("referral")), Fail, "the query or the fragment"),
        (format!("{}/#top", at("referral")), Fail, "the query or the fragment"),
        (format!("{}:8443", at("referral")), Fail, "the port"),
        ("https://user:word@referral-api.debitura.com".into(), Fail, "the user information"),
        ("http://referral-api.debitura.com".into(), Fail, "the scheme"),
        (at("testreferral"), Fail, "the host"),
        ("https://referral-api-test.debitura.com".into(), Fail, "the host"),
        ("https://referral-api.debitura.com.acme.example".into(), Fail, "the host"),
        ("referral-api.debitura.com".into(), Fail, "is the same URL as"),
    ] {
        std::fs::write(folder.path().join(".env"), format!("R=\"{referral}\"\nC={}\n", at("customer"))).unwrap();
        let file = folder.path().join(".env");
        let apis = ["referral: R", "customer: C"].map(|api| {
            let (name, key) = api.split_once(": ").unwrap();
            format!("{name}: {{ file: '{}', key: {key} }}", file.display())
        });
        let profile = format!(
            "partner: Acme\nprovider: debitura\nenvironments:\n  production: {{ apis: {{ {} }} }}\n",
            apis.join(", ")
        );
        let report = run(&BUILT_IN, &profile, &["readiness.production-hosts"]).await;
        assert_told(&report, "readiness.production-hosts@static", wanted, words, &referral);
    }
}
