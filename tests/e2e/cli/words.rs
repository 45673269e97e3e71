//! Unknown words on the command line, and the commands that only print something.

use crate::support::program::Desk;

#[test]
fn unknown_words_get_the_nearest_that_is_known() {
    let words = [
        ("demoo", "'demo'"),
        ("demo --defect pale-fnt", "did you mean `pale-font`?"),
        ("demo --defect nothing-like-it", "`preflight demo --defect help` lists them"),
        ("list debitora", "did you mean `debitura`?"),
        ("list stripe", "available packs: debitsuccess, debitura"),
        ("simulate debitora", "did you mean `debitura`?"),
        ("simulate debitura --environment prodution", "'production'"),
        ("demo --only webhoks.*", "did you mean `webhooks.*`?"),
        ("demo --only webhooks.raw-bdy", "did you mean `webhooks.raw-body`?"),
        ("demo --only zzz", "`preflight list debitura` shows their ids"),
        ("demo --stage rehersal", "'rehearsal'"),
        ("demo --juint out.xml", "'--junit'"),
        ("partner --defect no-dedupe", "'no-dedup'"),
        ("test debitura --only pale-fnt", "did you mean `pale-font`?"),
    ];
    for (arguments, said) in words {
        let ended = Desk::new().run(arguments).with(2);
        assert!(ended.err.contains(said), "{arguments}: {}", ended.err);
        assert!(ended.out.is_empty(), "{arguments}: {}", ended.out);
    }
}

#[test]
fn the_defects_are_listed_with_the_check_that_catches_each() {
    let ended = Desk::new().run("demo --defect help").with(0);
    let lines: Vec<&str> = ended.out.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(lines.len() > 25, "{}", ended.out);
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(words.len() > 4 && line.trim_end().ends_with(')'), "a name, what it is, and its check: {line}");
    }
}

#[test]
fn the_list_names_the_packs_and_the_checks_of_one() {
    let desk = Desk::new();
    let packs = desk.run("list").with(0);
    assert!(packs.out.contains("debitura") && packs.out.contains("built in"), "{}", packs.out);
    let checks = desk.run("list debitura").with(0);
    for said in ["webhooks.raw-body", "(rehearsal)", "(test, production, recommended)", "No check in this version: "] {
        assert!(checks.out.contains(said), "{said}: {}", checks.out);
    }
}

const PROVIDER: &str = "name: Acme\nversion: \"1\"\nitems: [{ id: api.key, section: API, text: The key works }]\n";
const CHECK: &str = "id: api.key
title: Somebody has a key
items: [api.key]
stage: static
docs: https://docs.acme.example/keys
why: Nothing works without one.
fix: Ask for one.
when: [{ ask: Is there a key? }]
";

/// A pack that passes the linter also loads, and one that fails it does not, because the loader is the linter.
#[test]
fn a_pack_lints_if_and_only_if_it_loads() {
    let packs: [(&str, &str, &str, i32); 5] = [
        (PROVIDER, CHECK, "1 pack with 1 check: no errors", 0),
        (PROVIDER, "id: api.key\n", "`title` is missing", 2),
        ("name: Acme\n", CHECK, "`items` is missing", 2),
        (PROVIDER, &CHECK.replace("[api.key]", "[api.kye]"), "did you mean `api.key`?", 2),
        (
            &PROVIDER.replace("[{", "[{ id: api.other, section: API, text: Nobody asks }, {"),
            CHECK,
            "warning: 1 of 2 items",
            0,
        ),
    ];
    for (provider, check, said, code) in packs {
        let desk = Desk::new();
        desk.write("packs/acme/provider.yaml", provider);
        desk.write("packs/acme/api/key.yaml", check);
        let linted = desk.run("lint packs").with(code);
        assert!(format!("{}{}", linted.out, linted.err).contains(said), "{said}: {}{}", linted.out, linted.err);
        let listed = desk.run("list acme --checks packs").with(code);
        assert_eq!(listed.out.contains("Somebody has a key"), code == 0, "{}{}", listed.out, listed.err);
    }
    let built_in = Desk::new().run("lint").with(0);
    assert!(built_in.out.contains("no errors") && built_in.out.contains("2 packs"), "{}", built_in.out);
}

#[test]
fn a_pack_from_a_folder_runs_once_the_profile_trusts_it() {
    let desk = Desk::new();
    desk.write("packs/acme/provider.yaml", PROVIDER);
    desk.write("packs/acme/api/key.yaml", CHECK);
    desk.write("profile.yaml", "partner: Partner\nprovider: acme\n");
    let refused = desk.run("run --profile profile.yaml --checks packs").with(2);
    let hint = refused.err.split("write `").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    desk.write("profile.yaml", &format!("partner: Partner\nprovider: acme\n{hint}\n"));
    let ended = desk.run("run --profile profile.yaml --checks packs").with(3);
    assert!(ended.out.contains("Is there a key?"), "{}", ended.out);
    desk.write(
        "attestations.yaml",
        "attestations: [{ check: api.key, who: A, when: 2026-01-01, evidence: B, expires: 2099-12-31 }]\n",
    );
    desk.run("run --profile profile.yaml --checks packs").with(0);
}
