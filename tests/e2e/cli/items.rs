//! Results of checklist items, which their checks or a person decide.

use serde_json::Value;

use crate::support::program::Desk;

fn item<'r>(report: &'r Value, id: &str) -> &'r Value {
    let items = report["items"].as_array().unwrap().iter();
    items.into_iter().find(|item| item["id"] == id).unwrap()
}

#[test]
fn an_item_whose_checks_were_not_all_looked_at_is_not_decided() {
    let desk = Desk::new();
    let selections = [
        ("--stage rehearsal --only webhooks.never-410", "webhooks.https-endpoint"),
        ("--stage test --only e2e.new-client", "end-to-end.new-client"),
        ("--only webhooks.endpoint-public-https --skip *@production", "webhooks.https-endpoint"),
        ("--only webhooks.r* --skip webhooks.rejects-forged --stage rehearsal", "webhooks.raw-body-hmac"),
    ];
    for (selection, id) in selections {
        let ended = desk.run(&format!("demo {selection} --json out.json --junit out.xml --markdown out.md")).with(0);
        let report = desk.json("out.json");
        let found = item(&report, id);
        assert_eq!(found["verdict"], "not_decided", "{selection}: {found}");
        assert!(found["reason"].as_str().unwrap().starts_with("not decided in this run"), "{selection}: {found}");
        assert!(desk.read("out.md").contains("not decided in this run"), "{selection}");
        assert!(ended.out.contains("not decided in this run"), "the first screen counts them: {}", ended.out);
        assert!(desk.read("out.xml").contains("not decided in this run"), "{selection}");
    }
}

#[test]
fn the_demo_is_ready_by_a_persons_word_for_the_item_without_a_check_and_says_so() {
    const ID: &str = "dry-run.production-case";
    let desk = Desk::new();
    let ended = desk.run("demo --json out.json --junit out.xml --markdown out.md").with(0);
    let report = desk.json("out.json");
    assert_eq!(report["readiness"], "ready");
    let found = item(&report, ID);
    assert_eq!(found["verdict"], "attested", "{found}");
    assert!(found["reason"].as_str().unwrap().contains(" attested on "), "{found}");
    let first: Vec<&str> = ended.out.lines().take(10).collect();
    assert!(first.iter().any(|line| line.contains("rests on an attestation only: ") && line.contains(ID)), "{first:?}");
    assert!(ended.out.contains(&format!("ATTESTED  {ID}")), "{}", ended.out);
    let xml = desk.read("out.xml");
    let document = roxmltree::Document::parse(&xml).unwrap();
    let class = format!("debitura.{ID}");
    let case = document.descendants().find(|node| node.attribute("classname") == Some(&class)).unwrap();
    let children: Vec<&str> =
        case.children().filter(roxmltree::Node::is_element).map(|n| n.tag_name().name()).collect();
    assert_eq!(children, ["properties"], "it is no failure and is not skipped");
    assert!(desk.read("out.md").contains("| attested | First production case"), "{}", desk.read("out.md"));
}

const PROVIDER: &str = "name: Acme
version: \"1\"
items:
  - { id: api.key, section: API, text: The key works }
  - { id: api.talk, section: API, text: Somebody was talked to }
";

const CHECK: &str = "id: api.key
title: Somebody has a key
items: [api.key]
stage: static
docs: https://docs.acme.example/keys
why: Nothing works without one.
fix: Ask for one.
when: [{ ask: Is there a key? }]
";

/// Creates a desk with a pack of which one item has no check, and a profile that trusts it.
fn acme() -> Desk {
    let desk = Desk::new();
    desk.write("packs/acme/provider.yaml", PROVIDER);
    desk.write("packs/acme/api/key.yaml", CHECK);
    desk.write("profile.yaml", "partner: Partner\nprovider: acme\n");
    let refused = desk.run("run --profile profile.yaml --checks packs").with(2);
    let hint = refused.err.split("write `").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    desk.write("profile.yaml", &format!("partner: Partner\nprovider: acme\n{hint}\n"));
    desk
}

const KEY: &str = "{ check: api.key, who: A, when: 2026-01-01, evidence: B, expires: 2099-12-31 }";

#[test]
fn an_item_without_a_check_keeps_the_partner_from_ready_until_a_person_vouches() {
    let words = [
        (String::new(), 3, "inconclusive"),
        (format!(", {}", KEY.replace("check: api.key", "item: api.talk")), 0, "ready"),
        (
            format!(", {}", KEY.replace("check: api.key", "item: api.talk").replace("2099-12-31", "2026-01-02")),
            3,
            "inconclusive",
        ),
    ];
    for (more, code, readiness) in words {
        let desk = acme();
        desk.write("attestations.yaml", &format!("attestations: [{KEY}{more}]\n"));
        let ended = desk.run("run --profile profile.yaml --checks packs --json out.json --junit out.xml").with(code);
        assert_eq!(desk.json("out.json")["readiness"], readiness, "{more}");
        assert_eq!(desk.read("out.xml").contains("<error"), code == 3, "{more}");
        if code == 3 {
            let said =
                "record in attestations.yaml, as `item: api.talk`, who attests the item without a check: Somebody";
            assert!(ended.out.contains(said), "{}", ended.out);
        }
    }
}

/// A selection is decided without the items that have no check.
#[test]
fn a_selection_has_no_items_without_a_check() {
    let desk = acme();
    desk.write("attestations.yaml", &format!("attestations: [{KEY}]\n"));
    desk.run("run --profile profile.yaml --checks packs --only api.* --junit out.xml").with(0);
    assert!(!desk.read("out.xml").contains("<error"));
}

/// Nothing listens there, so the only selected check, which is recommended, shows nothing.
#[test]
fn a_selection_in_which_nothing_passed_did_not_pass() {
    let desk = Desk::new();
    desk.write("profile.yaml", "partner: Acme\nprovider: debitura\nenvironments:\n  test: { api_key: \"${NONE}\" }\n");
    for strict in ["", "--strict"] {
        let arguments =
            "run --profile profile.yaml --only prerequisites.branding-legible --json out.json --junit out.xml";
        let ended = desk.run(&format!("{arguments} {strict}")).with(3);
        assert_eq!(desk.json("out.json")["readiness"], "selection_inconclusive");
        assert!(ended.out.contains("No check passed, so the run shows nothing."), "{}", ended.out);
        assert!(desk.read("out.xml").contains("<error"), "a pipeline that reads JUnit alone sees it");
    }
}
