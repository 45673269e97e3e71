//! Errors of profiles and attestations, each with the message that the partner reads.

use std::fmt::Write as _;

use preflight::pack::load::Catalog;
use preflight::plan::{self, Plan, Selection};
use preflight::yaml::Problems;

use super::folder::{Folder, snapshot};

pub(crate) const PROFILE: &str = "profile.yaml";

const SOUND: &str = r##"partner: Acme Invoicing
provider: debitura
branding: { logo_url: https://acme.example/logo.svg, background_color: "#0B5FFF" }
environments:
  test:
    api_key: ${TEST_KEY}
    webhook: { url: https://staging.acme.example/hooks, secret: "${TEST_SECRET}" }
  production:
    apis: { referral: https://referral-api.debitura.com, customer: https://customer-api.debitura.com }
    api_key: ${PROD_KEY}
rehearsal:
  start: { command: [npm, start], ready: http://127.0.0.1:3000/health }
  env: { KEY: "{{ simulator.api_key }}", API: "{{ simulator.referral_api }}" }
  webhook: { url: http://127.0.0.1:3000/hooks }
  actions:
    onboard_client: { request: POST http://127.0.0.1:3000/clients, capture: { tenant: $.id } }
  lookups:
    processed: { request: "GET http://127.0.0.1:3000/events/{{ event_id }}", count: $.count }
"##;

/// The action of the sound profile, for which not every provider's checks ask.
const ACTION: &str = "    onboard_client: { request: POST http://127.0.0.1:3000/clients, capture: { tenant: $.id } }\n";

const VARIABLES: [(&str, &str); 4] = [
    ("UNTIDY_KEY", "a-key-with-a-line-break\n"),
    ("TEST_KEY", "test-key-0123456789"),
    ("TEST_SECRET", "dGVzdC1zZWNyZXQtMDEyMw=="),
    ("PROD_KEY", "prod-key-0123456789"),
];

pub(crate) fn variables(name: &str) -> Option<String> {
    VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

pub(crate) fn planned(
    folder: &Folder,
    catalog: &Catalog,
    variables: preflight::profile::Variables<'_>,
) -> Result<Plan, Problems> {
    let read =
        preflight::profile::read(&folder.path(PROFILE), catalog, variables, &preflight::redact::Redactor::new())?;
    let pack = catalog.packs[&read.profile.provider].clone();
    plan::plan(pack, read, Selection::default())
}

/// Creates a folder with the sound profile.
pub(crate) fn sound() -> Folder {
    let folder = Folder::sound();
    folder.write(PROFILE, SOUND);
    folder
}

fn told(folder: &Folder, catalog: &Catalog) -> String {
    match planned(folder, catalog, &variables) {
        Ok(plan) => format!("(is planned, {} units)\n", plan.checks.len()),
        Err(problems) => format!("(wrong input)\n{}", folder.plain(&problems)),
    }
}

#[test]
fn profiles() {
    const ENV: &str = "{ KEY: \"{{ simulator.api_key }}\"";
    let faults: &[(&str, &str, &str)] = &[
        ("nothing", "partner: Acme", "partner: Acme"),
        ("a variable in braces without quotes", "\"${TEST_SECRET}\"", "${TEST_SECRET}"),
        ("an unknown provider", "provider: debitura", "provider: debitora"),
        ("a provider that nothing is like", "provider: debitura", "provider: stripe"),
        ("an unknown key", "partner: Acme", "partnr: Acme"),
        ("an unknown environment", "  production:\n", "  prod:\n"),
        ("an unknown API", "referral: https", "referal: https"),
        ("an unknown event", "branding:", "events: [client.linkd]\nbranding:"),
        (
            "a stand-in that is not on this machine",
            "rehearsal:\n",
            "connect_to: { hosts: { acme.example: { at: \"10.0.0.7:443\", address: 203.0.113.7 } } }\nrehearsal:\n",
        ),
        (
            "a stand-in without a port",
            "rehearsal:\n",
            "connect_to: { hosts: { acme.example: { at: 127.0.0.1, address: 203.0.113.7 } } }\nrehearsal:\n",
        ),
        ("a test key for the rehearsal", ENV, "{ KEY: \"${TEST_KEY}\""),
        ("a production key inside another text", ENV, "{ KEY: \"Bearer ${PROD_KEY}\""),
        ("a production key on the command line", "command: [npm, start]", "command: [npm, start, \"${PROD_KEY}\"]"),
        ("a production key that is passed", "rehearsal:\n", "rehearsal:\n  pass_env: [HOME, PROD_KEY]\n"),
        ("a key with a line break", "api_key: ${TEST_KEY}", "api_key: ${UNTIDY_KEY}"),
        ("a handler that is no URL", "url: http://127.0.0.1:3000/hooks", "url: localhost/hooks"),
        ("a request without a method", "POST http://127.0.0.1:3000/clients", "http://127.0.0.1:3000/clients"),
        ("a request to no whole URL", "POST http://127.0.0.1:3000/clients", "POST /clients"),
        ("a count that is no JSON path", "count: $.count", "count: count"),
        ("a look at the answer that is no JSON path", "tenant: $.id", "tenant: id"),
        ("no program to start", "command: [npm, start]", "command: []"),
        ("a program as one text", "command: [npm, start]", "command: npm start"),
        ("a ready page that is no URL", "ready: http://127.0.0.1:3000/health", "ready: /health"),
        (
            "too much at once",
            "  webhook: { url: http://127.0.0.1:3000/hooks }",
            "  webhook: { url: http://127.0.0.1:3000/hooks }\n  concurrency: 100",
        ),
        ("a span in words", "rehearsal:\n", "run_within: an hour\nrehearsal:\n"),
        (
            "a digest for a pack that is built in, which is fine",
            "rehearsal:\n",
            "trust: { debitura: \"sha256:00\" }\nrehearsal:\n",
        ),
        ("a file of attestations that is not there", "rehearsal:\n", "attestations: none.yaml\nrehearsal:\n"),
    ];
    let catalog = Catalog::built_in().unwrap();
    let mut text = String::new();
    for (name, from, to) in faults {
        let folder = sound();
        folder.change(PROFILE, from, to);
        writeln!(text, "=== {name}\n{}", told(&folder, &catalog)).unwrap();
    }
    snapshot("profiles", &text);
}

#[test]
fn what_people_vouch_for() {
    const GOOD: &str =
        "{ check: prerequisites.agreement-signed, who: A, when: 2026-01-15, evidence: B, expires: 2027-01-15 }";
    let check = |id: &str| GOOD.replace("prerequisites.agreement-signed", id);
    let item = |id: &str| check(id).replace("check:", "item:");
    let faults: &[(&str, String)] = &[
        ("nothing", format!("attestations:\n  - {GOOD}\n")),
        ("an unknown check", format!("attestations:\n  - {}\n", GOOD.replace("agreement-signed", "agreement-signd"))),
        (
            "an unknown stage",
            "waivers:\n  - { check: prerequisites.branding@static, who: A, reason: B, expires: 2027-01-15 }\n"
                .to_owned(),
        ),
        ("a day that is none", format!("attestations:\n  - {}\n", GOOD.replace("2027-01-15", "2027-02-30"))),
        ("a day the other way round", format!("attestations:\n  - {}\n", GOOD.replace("2027-01-15", "15.01.2027"))),
        ("no day at all", format!("attestations:\n  - {}\n", GOOD.replace(", expires: 2027-01-15", ""))),
        ("nobody", format!("attestations:\n  - {}\n", GOOD.replace("who: A", "who: "))),
        ("an unknown list", format!("attestation:\n  - {GOOD}\n")),
        ("an item that no check serves", format!("attestations:\n  - {}\n", item("dry-run.production-case"))),
        ("an unknown item", format!("attestations:\n  - {}\n", item("dry-run.production-csae"))),
        ("an item that checks serve", format!("attestations:\n  - {}\n", item("prerequisites.branding"))),
        ("a check as an item", format!("attestations:\n  - {}\n", item("readiness.account-enabled"))),
        ("an item without a check as a check", format!("attestations:\n  - {}\n", check("dry-run.production-case"))),
        (
            "an item without a check as a check, misspelt",
            format!("attestations:\n  - {}\n", check("dry-run.production-csae")),
        ),
        ("an item with checks as a check", format!("attestations:\n  - {}\n", check("webhooks.timestamp"))),
        (
            "both a check and an item",
            format!("attestations:\n  - {}\n", GOOD.replace("who:", "item: webhooks.timestamp, who:")),
        ),
        ("neither", format!("attestations:\n  - {}\n", GOOD.replace("check: prerequisites.agreement-signed, ", ""))),
        (
            "several at once",
            format!("attestations:\n  - {}\n  - {}\n", item("prerequisites.branding"), check("none.such")),
        ),
        (
            "an item that is waived",
            "waivers:\n  - { item: dry-run.production-case, who: A, reason: B, expires: 2027-01-15 }\n".to_owned(),
        ),
        ("an empty file", String::new()),
        ("only a comment", "# nobody yet\n".to_owned()),
    ];
    let catalog = Catalog::built_in().unwrap();
    let mut text = String::new();
    for (name, attestations) in faults {
        let folder = sound();
        folder.write("attestations.yaml", attestations);
        writeln!(text, "=== {name}\n{}", told(&folder, &catalog)).unwrap();
    }
    snapshot("vouched", &text);
}

/// A pack from a folder gets keys only if its digest is in the profile.
#[test]
fn a_pack_from_a_folder_needs_trust_and_the_hint_gives_it() {
    let folder = Folder::sound();
    folder.write(
        PROFILE,
        SOUND.replace("debitura", "acme").replace(
            "referral: https://referral-api.acme.com, customer: https://customer-api.acme.com",
            "main: https://api.acme.example",
        ),
    );
    folder.change(PROFILE, ", API: \"{{ simulator.referral_api }}\"", "");
    folder.change(PROFILE, &format!("  actions:\n{ACTION}"), "");
    let catalog = Catalog::built_in().unwrap().with(folder.read().unwrap());
    let problems = planned(&folder, &catalog, &variables).unwrap_err();
    let digest = catalog.packs["acme"].digest.clone();
    snapshot("profiles-untrusted", &folder.plain(&problems).replace(&digest, "DIGEST"));

    let hint = problems.0[0].hint.clone().unwrap();
    let trust = hint.split('`').nth(1).unwrap();
    folder.change(PROFILE, "rehearsal:\n", &format!("{trust}\nrehearsal:\n"));
    assert!(planned(&folder, &catalog, &variables).is_ok(), "the hint works as it is");

    folder.change("checks/acme/api/me.yaml", "status: 200", "status: 2xx");
    let changed = Catalog::built_in().unwrap().with(folder.read().unwrap());
    assert!(planned(&folder, &changed, &variables).is_err(), "trust ends with the first changed byte");
}

#[test]
fn a_variable_that_is_not_set_leaves_units_inconclusive_by_its_name_and_line() {
    let catalog = Catalog::built_in().unwrap();
    let folder = sound();
    for empty in [None, Some(String::new())] {
        let none = |name: &str| if name == "TEST_KEY" { empty.clone() } else { variables(name) };
        let plan = planned(&folder, &catalog, &none).unwrap();
        let lacking: Vec<_> =
            plan.checks.iter().filter(|unit| unit.lacking == ["set TEST_KEY, profile.yaml:6"]).collect();
        assert!(lacking.iter().any(|unit| unit.id() == "prerequisites.credentials@test"), "{empty:?}");
        assert!(lacking.iter().all(|unit| !unit.runs()));
        let untouched = plan.checks.iter().find(|unit| unit.id() == "prerequisites.credentials@production").unwrap();
        assert!(untouched.runs(), "{:?}", untouched.lacking);
    }
}

/// Holds even for a long secret, of which a message would show only the beginning.
#[test]
fn secrets_never_stand_in_what_is_told_of_a_profile() {
    let catalog = Catalog::built_in().unwrap();
    let folder = sound();
    folder.change(
        PROFILE,
        "provider: debitura",
        "provider: debitura\nrun_within: ${PROD_KEY}\nevents: [\"${TEST_KEY}\"]",
    );
    folder.change(PROFILE, "url: https://staging.acme.example/hooks", "url: \"${TEST_SECRET}\"");
    for length in [20, 58, 59, 60, 61, 200] {
        let value = |name: &str| Some(format!("{name}-{}", "0123456789".repeat(20))[..length].to_owned());
        let problems = planned(&folder, &catalog, &value).unwrap_err();
        let told = folder.plain(&problems);
        for (name, _) in VARIABLES {
            assert!(!told.contains(&value(name).unwrap()[..15]), "{name} of {length} letters is user_message:\n{told}");
        }
    }
}
