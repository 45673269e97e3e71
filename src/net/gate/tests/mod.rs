use std::collections::BTreeMap;

use super::*;
use crate::net::gate::RuleName;
use crate::net::gate::{Admitted, Draft, ProviderHosts, Purpose, SigningKey};
use crate::pack::types::Stage;

mod attacks;
mod properties;

const TEST_KEY: &str = "test-key-4f1c9a7b2e";
const PRODUCTION_KEY: &str = "prod-key-93be07d15c";
const SHARED_KEY: &str = "shared-key-77aa11bb";

fn host(name: &str) -> Host {
    Host::parse(name).unwrap()
}

/// Creates a gate for a provider with two APIs, one of them with a base path, and a partner with a production host.
fn gate() -> Gate {
    let provider_hosts = |prefix: &str| ProviderHosts {
        apis: BTreeMap::from([
            ("main".to_owned(), Url::parse(&format!("https://{prefix}api.provider.example/")).unwrap()),
            ("side".to_owned(), Url::parse(&format!("https://{prefix}side.provider.example:8443/v2/")).unwrap()),
        ]),
        other_hosts: vec![format!("{prefix}pages.provider.example")],
    };
    let gate = Gate::new(&Rules {
        environments: BTreeMap::from([
            (Environment::Test, provider_hosts("test")),
            (Environment::Production, provider_hosts("")),
        ]),
        production_allows: vec![Route::parse("POST /cases/preview").unwrap()],
        test_only: vec![
            Route::parse("POST /v1/webhooks/test").unwrap(),
            Route::parse("GET /v1/webhooks/log").unwrap(),
            Route::parse("DELETE /clients/{tenant}").unwrap(),
        ],
        production_handlers: vec![host("partner.example"), host("10.9.9.9")],
        named: vec![host("host.docker.internal"), host("203.0.113.9")],
        fetches: None,
    })
    .unwrap();
    gate.register(Environment::Test, &Secret::new(TEST_KEY));
    gate.register(Environment::Production, &Secret::new(PRODUCTION_KEY));
    gate.register(Environment::Test, &Secret::new(SHARED_KEY));
    gate.register(Environment::Production, &Secret::new(SHARED_KEY));
    gate.created(Environment::Test, "/clients/ours");
    gate.plays("main", &Url::parse("http://127.0.0.1:4010/").unwrap());
    gate
}

fn draft(purpose: Purpose, call: &str) -> Draft {
    let (method, url) = call.split_once(' ').unwrap();
    let (method, url) = (method.to_owned(), url.to_owned());
    Draft { purpose, method, url, headers: vec![], body: vec![], credentials: vec![] }
}

fn provider(environment: Environment, api: &str) -> Purpose {
    Purpose::Provider { environment, api: api.to_owned() }
}

/// Returns the rule that denies a draft; `None` if it is admitted.
fn refused(draft: Draft) -> Option<RuleName> {
    gate().admit(draft).err().map(|refusal| refusal.rule)
}

#[test]
fn rules_that_contradict_themselves_are_not_accepted() {
    let page = |host: &str| ProviderHosts { apis: BTreeMap::new(), other_hosts: vec![host.to_owned()] };
    let rules = |test: &str, production: &str| Rules {
        environments: BTreeMap::from([(Environment::Test, page(test)), (Environment::Production, page(production))]),
        ..Rules::default()
    };
    let same = Gate::new(&rules("a.example", "A.EXAMPLE.")).err();
    assert_eq!(same, Some(RulesError::Ambiguous("a.example".into())));
    assert_eq!(Gate::new(&rules("a b", "c.example")).err(), Some(RulesError::NotAHost("a b".into())));
}

#[test]
fn what_is_admitted_is_what_was_judged() {
    let mut call = draft(provider(Environment::Test, "main"), "get https://TESTapi.Provider.example.:443/me?x=1#top");
    call.headers = vec![("X-Key".into(), TEST_KEY.into())];
    let admitted = gate().admit(call).unwrap();
    assert_eq!(admitted.url.as_str(), "https://testapi.provider.example/me?x=1");
    assert_eq!((admitted.method.as_str(), admitted.environment), ("GET", Some(Environment::Test)));
    assert_eq!(format!("{admitted:?}"), "GET to testapi.provider.example");
}

#[test]
fn a_refusal_says_what_where_and_what_to_do() {
    let refusal = gate().admit(draft(Purpose::Partner { stage: Stage::Rehearsal }, "GET http://app/")).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "not sent to app: a rehearsal stays on this machine, its private network and hosts that the profile names; \
         run the partner on loopback, or name the host under `rehearsal` in the profile"
    );
    let trouble = crate::evidence::TransportError::from(&refusal);
    assert_eq!(trouble.kind, crate::evidence::TransportErrorKind::Refused);
}

#[test]
fn pages_are_fetched_from_named_hosts_alone_where_hosts_are_named() {
    let rules = Rules { fetches: Some(vec![host("cdn.partner.example"), host("127.0.0.1")]), ..Rules::default() };
    let gate = Gate::new(&rules).unwrap();
    let table = [
        ("GET https://cdn.partner.example/logo.svg", None),
        ("GET https://CDN.partner.example.:8443/", None),
        ("GET http://[::ffff:127.0.0.1]/", None),
        ("GET https://evil.example/?k=v", Some(RuleName::OpenElsewhere)),
        ("GET https://cdn.partner.example.evil.example/", Some(RuleName::OpenElsewhere)),
        ("GET https://partner.example/", Some(RuleName::OpenElsewhere)),
        ("GET http://10.0.0.1/", Some(RuleName::OpenElsewhere)),
    ];
    for (call, rule) in table {
        assert_eq!(gate.admit(draft(Purpose::Open, call)).err().map(|refusal| refusal.rule), rule, "{call}");
    }
}

#[test]
fn only_what_this_run_created_is_changed_or_deleted() {
    let gate = gate();
    let test = |call: &str| {
        let url = call.replace(" /", " https://testapi.provider.example/");
        gate.admit(draft(provider(Environment::Test, "main"), &url)).err().map(|refusal| refusal.rule)
    };
    assert_eq!(test("DELETE /clients/ours"), None);
    assert_eq!(test("PUT /clients/ours/contact"), None);
    for call in ["DELETE /clients/theirs", "PATCH /clients/OURS", "DELETE /clients", "PUT /clients/ours2", "DELETE /"] {
        assert_eq!(test(call), Some(RuleName::NotCreatedHere), "{call}");
    }
    assert_eq!(test("DELETE /clients/ours/..%2ftheirs"), Some(RuleName::PlainPath));
    for collection in ["/", "/clients", "", "/clients//", "/clients/x/../"] {
        gate.created(Environment::Test, collection);
    }
    assert_eq!(test("DELETE /clients/theirs"), Some(RuleName::NotCreatedHere));
    gate.created(Environment::Test, "/clients/theirs");
    assert_eq!(test("DELETE /clients/theirs"), None);
}

#[test]
fn a_request_of_a_rehearsal_goes_to_the_played_provider_alone() {
    let gate = gate();
    gate.plays("side", &Url::parse("http://127.0.0.1:4011/v2/").unwrap());
    for base in ["http://api.provider.example/", "http://10.0.0.1/", "http://localhost:4012/"] {
        gate.plays("far", &Url::parse(base).unwrap());
    }
    let ask = |api: &str, call: &str| {
        gate.admit(draft(Purpose::Simulated { api: api.into() }, call)).err().map(|refusal| refusal.rule)
    };
    let table = [
        ("main", "GET http://127.0.0.1:4010/me", None),
        ("main", "DELETE http://127.0.0.1:4010/clients/any", None),
        ("side", "POST http://127.0.0.1:4011/v2/cases", None),
        ("side", "POST http://127.0.0.1:4011/cases", Some(RuleName::NotPlayed)),
        ("side", "POST http://127.0.0.1:4011/v2/../cases", Some(RuleName::NotPlayed)),
        ("main", "GET http://127.0.0.1:4011/v2/me", Some(RuleName::NotPlayed)),
        ("main", "GET http://127.0.0.1:3000/me", Some(RuleName::NotPlayed)),
        ("main", "GET http://127.0.0.2:4010/me", Some(RuleName::NotPlayed)),
        ("main", "GET http://localhost:4010/me", Some(RuleName::NotPlayed)),
        ("main", "GET https://127.0.0.1:4010/me", Some(RuleName::NotPlayed)),
        ("main", "GET https://testapi.provider.example/me", Some(RuleName::NotPlayed)),
        ("main", "POST https://api.provider.example/cases/preview", Some(RuleName::ReadOnlyProduction)),
        ("far", "GET http://10.0.0.1/me", Some(RuleName::NotPlayed)),
        ("far", "GET http://localhost:4012/me", Some(RuleName::NotPlayed)),
        ("none", "GET http://127.0.0.1:4010/me", Some(RuleName::NotPlayed)),
    ];
    for (api, call, rule) in table {
        assert_eq!(ask(api, call), rule, "{api}: {call}");
    }
    let mut carrying = draft(Purpose::Simulated { api: "main".into() }, "GET http://127.0.0.1:4010/me");
    carrying.headers = vec![("X-Key".into(), TEST_KEY.into())];
    assert_eq!(gate.admit(carrying).err().map(|refusal| refusal.rule), Some(RuleName::KeyElsewhere));
}
