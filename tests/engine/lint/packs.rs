//! Errors of packs, each with the message that the author reads.

use std::fmt::Write as _;

use super::folder::{CALL, EVENT, Folder, HOOK, PROVIDER, snapshot};

/// An error: its name and its changes to the sound pack. A change is a file, a text in it, and the replacement.
pub(crate) type Fault = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

/// Returns the messages about all errors of a table, one after another, as their author would read them.
pub(crate) fn told(faults: &[Fault]) -> String {
    let mut text = String::new();
    for (name, changes) in faults {
        let folder = Folder::sound();
        for (path, from, to) in *changes {
            folder.change(path, from, to);
        }
        writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    }
    text
}

const WHEN: &str = "{ deliver: thing.made, as: first }";
const EFFECT: &str = "{ effect: first, exactly: 1 }";
const ANSWER: &str = "body: { $.active: true }";

#[test]
fn text_that_is_not_yaml() {
    let faults: &[Fault] = &[
        ("a colon too many", &[(HOOK, "why: Events", "why: Events: all")]),
        ("a brace that is not closed", &[(HOOK, "exactly: 1 }", "exactly: 1")]),
        ("a variable in braces without quotes", &[(PROVIDER, "facts: { limit: 10 }", "facts: { limit: ${LIMIT} }")]),
        ("a tab", &[(HOOK, "  - { effect", "\t- { effect")]),
        ("a key twice", &[(HOOK, "fix:", "why: Again.\nfix:")]),
        ("an anchor that nobody set", &[(HOOK, "items: [hooks.accept]", "items: *mine")]),
        ("a merge of something that is no map", &[(HOOK, "fix:", "<<: 3\nfix:")]),
        ("a number as a key", &[(HOOK, "fix:", "7: seven\nfix:")]),
        ("a tag", &[(HOOK, "title: ", "title: !secret ")]),
        ("a JSON path in braces without quotes", &[(CALL, "\"$.users[*].name\"", "$.users[*].name")]),
        ("two documents", &[(HOOK, "fix:", "---\nfix:")]),
        (
            "anchors and merge keys, which are fine",
            &[(HOOK, EFFECT, "&one { effect: first, exactly: 1 }\n  - { <<: *one, at_least: 1 }")],
        ),
    ];
    snapshot("packs-yaml", &told(faults));
}

#[test]
fn keys_and_values_of_the_wrong_kind() {
    let faults: &[Fault] = &[
        ("a list for a text", &[(HOOK, "title: Accepts genuine deliveries", "title: [Accepts]")]),
        ("a text for a list", &[(HOOK, "items: [hooks.accept]", "items: hooks.accept")]),
        ("a map for a list", &[(HOOK, "  - { effect: first, exactly: 1 }", "  effect: first")]),
        ("a number for a stage", &[(HOOK, "stage: rehearsal", "stage: 3")]),
        ("a text for a number", &[(HOOK, "exactly: 1", "exactly: once")]),
        ("a misspelt stage", &[(HOOK, "stage: rehearsal", "stage: rehersal")]),
        ("a misspelt stage in a list", &[(CALL, "[test, production]", "[test, prodution]")]),
        ("no stage", &[(CALL, "[test, production]", "[]")]),
        ("a misspelt level", &[(HOOK, "level: required", "level: recomended")]),
        ("a misspelt key", &[(HOOK, "title:", "titel:")]),
        ("a misspelt key of a step", &[(CALL, "capture:", "captures:")]),
        ("a misspelt key of an expectation", &[(CALL, "status: 200", "stats: 200")]),
        ("a key that nothing is like", &[(HOOK, "fix:", "severity: high\nfix:")]),
        ("keys that are missing", &[(HOOK, "why: Events would be lost.\n", ""), (HOOK, "stage: rehearsal\n", "")]),
        ("an empty value", &[(HOOK, "why: Events would be lost.", "why:")]),
        ("a page that is no URL", &[(HOOK, "docs: https://docs.acme.example/webhooks", "docs: our wiki")]),
        ("an unknown predicate", &[(CALL, ANSWER, "body: { $.active: { equal: true } }")]),
        ("a predicate of the wrong type", &[(CALL, ANSWER, "body: { $.name: { max_length: short } }")]),
        ("an empty matcher", &[(CALL, ANSWER, "body: { $.active: {} }")]),
        (
            "a variation that nobody knows",
            &[(HOOK, WHEN, "{ deliver: thing.made, as: first, alter: { other: { keys: other } } }")],
        ),
        (
            "a misspelt kind of key",
            &[(HOOK, WHEN, "{ deliver: thing.made, as: first, alter: { other: { key: othr } } }")],
        ),
        ("an unknown word in `provider.yaml`", &[(PROVIDER, "facts:", "fact:")]),
    ];
    snapshot("packs-structure", &told(faults));
}

#[test]
fn verbs() {
    let faults: &[Fault] = &[
        ("two verbs in a step", &[(HOOK, WHEN, "{ deliver: thing.made, wait: reaction }")]),
        ("no verb in a step", &[(HOOK, WHEN, "{ as: first }")]),
        ("a misspelt verb", &[(HOOK, WHEN, "{ delver: thing.made, as: first }")]),
        ("a step that is a text", &[(HOOK, WHEN, "deliver thing.made")]),
        ("two verbs in an expectation", &[(HOOK, EFFECT, "{ effect: first, delivery: first, exactly: 1 }")]),
        ("no verb in an expectation", &[(HOOK, EFFECT, "{ exactly: 1 }")]),
        ("a misspelt verb of an expectation", &[(CALL, "{ response: me,", "{ anser: me,")]),
        ("`scan`, of a later version", &[(HOOK, WHEN, "{ scan: src }")]),
        ("`event`, of a later version", &[(HOOK, WHEN, "{ event: client.signs }")]),
        ("`calls`, of a later version", &[(HOOK, EFFECT, "{ calls: POST /things, exactly: 1 }")]),
        ("`user_message`, of a later version", &[(HOOK, EFFECT, "{ user_message: otherwise }")]),
        ("`provider`, of a later version", &[(HOOK, EFFECT, "{ provider: cases, exactly: 1 }")]),
        ("`denied_hosts`, of a later version", &[(HOOK, EFFECT, "{ findings: none }")]),
        ("a state of a client of a later version", &[(HOOK, "when:", "given: { client: ready }\nwhen:")]),
    ];
    snapshot("packs-verbs", &told(faults));
}

#[test]
fn small_words() {
    let faults: &[Fault] = &[
        ("a span in words", &[(PROVIDER, "within: 10s", "within: 10 seconds")]),
        ("a span without a unit", &[(PROVIDER, "within: 10s", "within: 10")]),
        ("a wrong span in a list", &[(PROVIDER, "60s", "1 min")]),
        ("an age in words", &[(HOOK, WHEN, "{ deliver: thing.made, as: first, with: { age: yesterday } }")]),
        ("a route without a method", &[(PROVIDER, "[POST /previews]", "[/previews]")]),
        ("a method that nobody has", &[(PROVIDER, "[POST /previews]", "[FETCH /previews]")]),
        ("a status out of range", &[(CALL, "status: 200", "status: 2000")]),
        ("a class of statuses, misspelt", &[(CALL, "status: 200", "status: 2XX")]),
        ("a wrong status in a list", &[(CALL, "status: 200", "status: [200, ok]")]),
        ("a place that is none", &[(PROVIDER, "id: $.id", "id: id")]),
        ("a JSON path in a place", &[(PROVIDER, "id: $.id", "id: $.[")]),
        ("a JSON path in `capture`", &[(CALL, "$.users[*].name", "$.users[*.name")]),
        ("a JSON path in `body`", &[(CALL, "$.active", "active")]),
        (
            "JSON paths in `values`",
            &[(
                CALL,
                "  - { response: me,",
                "  - { values: { of: me, select: \"$..[\", take: name, where: { .a: 1 } }, each: 1 }\n  - { response: me,",
            )],
        ),
        ("a pattern", &[(CALL, ANSWER, "body: { $.name: { matches: \"([a-z\" } }")]),
        ("a pattern inside `not`", &[(CALL, ANSWER, "body: { $.name: { not: { matches: \"*\" } } }")]),
    ];
    snapshot("packs-words", &told(faults));
}

#[test]
fn names_that_lead_nowhere() {
    let faults: &[Fault] = &[
        ("an unknown item", &[(HOOK, "[hooks.accept]", "[hooks.acept]")]),
        ("no item at all", &[(HOOK, "[hooks.accept]", "[]")]),
        ("an unknown need", &[(HOOK, "when:", "needs: [api.you]\nwhen:")]),
        ("an unknown event", &[(HOOK, "thing.made", "thing.mad")]),
        ("an unknown API", &[(CALL, "api: main", "api: mian")]),
        ("an unknown step in `answer`", &[(CALL, "{ response: me,", "{ response: you,")]),
        ("an unknown step in `delivery`", &[(HOOK, "delivery: first", "delivery: frist")]),
        ("an unknown step in `effect`", &[(HOOK, "effect: first", "effect: second")]),
        (
            "an unknown step in `values`",
            &[(CALL, "  - { response: me,", "  - { values: { of: mee }, each: 1 }\n  - { response: me,")],
        ),
        ("a control without a series", &[(HOOK, "delivery: first", "delivery: control")]),
        (
            "`again` of a later step",
            &[(
                HOOK,
                WHEN,
                "{ deliver: { again: second } }\n  - { deliver: thing.made, as: first }\n  - { deliver: thing.made, as: second }",
            )],
        ),
        (
            "a step's name twice",
            &[(HOOK, WHEN, "{ deliver: thing.made, as: first }\n  - { deliver: each, as: first }")],
        ),
        (
            "a step with a word of the language as its name",
            &[(CALL, "as: me", "as: provider"), (CALL, "response: me", "response: provider")],
        ),
        ("an id that does not match the path", &[(HOOK, "id: hooks.genuine", "id: hooks.authentic")]),
        ("an item twice", &[(PROVIDER, "id: api.key", "id: hooks.accept"), (CALL, "api.key", "hooks.accept")]),
        ("a body that does not exist", &[(PROVIDER, "body: events/thing.made", "body: events/thing.maid")]),
        ("a body that is not JSON", &[(EVENT, "{ \"id\"", "{ id")]),
        (
            "tokens from an API that is none",
            &[(
                PROVIDER,
                "apis:\n  main:",
                "apis:\n  other: { bearer: { from: mian, mint: POST /token, token: $.token, lifetime: 30m } }\n  main:",
            )],
        ),
        ("a step in the wrong stage", &[(CALL, "[test, production]", "[test, rehearsal]")]),
    ];
    snapshot("packs-names", &told(faults));
}

#[test]
fn checks_that_cannot_fail() {
    let faults: &[Fault] = &[
        ("no `then`", &[(HOOK, "then:\n  - { effect: first, exactly: 1 }\n", "")]),
        ("an upper bound without `assume`", &[(HOOK, "assume:\n  - { delivery: first, is: accepted }\n", "")]),
        (
            "a refusal without `assume`",
            &[
                (HOOK, "assume:\n  - { delivery: first, is: accepted }\n", ""),
                (HOOK, EFFECT, "{ delivery: first, is: rejected }"),
            ],
        ),
        (
            "an upper bound inside `any_of`",
            &[
                (HOOK, "assume:\n  - { delivery: first, is: accepted }\n", ""),
                (HOOK, EFFECT, "{ any_of: [{ effect: first, at_most: 1 }, { delivery: first, is: accepted }] }"),
            ],
        ),
        ("an empty `any_of`", &[(HOOK, EFFECT, "{ any_of: [] }")]),
        ("a delivery without a rule", &[(HOOK, ", is: accepted", "")]),
        ("an effect without a bound", &[(HOOK, ", exactly: 1", "")]),
        ("values without a rule", &[(CALL, "  - { response: me,", "  - { values: { of: me } }\n  - { response: me,")]),
        ("an answer without a rule", &[(CALL, ", status: 200, body: { $.active: true }", "")]),
        (
            "`is: as_declared` without `expect`",
            &[
                (HOOK, WHEN, "{ deliver: thing.made, as: first, alter: { old: { age: 1d } } }"),
                (HOOK, EFFECT, "{ delivery: altered, is: as_declared }"),
            ],
        ),
        (
            "no step",
            &[
                (
                    CALL,
                    "  - { request: GET /me, api: main, as: me, capture: { names: \"$.users[*].name\" } }\n",
                    "  []\n",
                ),
                (
                    CALL,
                    "  - { response: me, status: 200, body: { $.active: true } }",
                    "  - { values: \"{{ provider.facts.limit }}\", are: 10 }",
                ),
            ],
        ),
        ("a title of blanks", &[(HOOK, "title: Accepts genuine deliveries", "title: \"  \"")]),
    ];
    snapshot("packs-shape", &told(faults));
}

#[test]
fn templates() {
    let faults: &[Fault] = &[
        ("a statement", &[(CALL, ANSWER, "body: { $.name: \"{% for a in b %}{% endfor %}\" }")]),
        ("half an expression", &[(CALL, ANSWER, "body: { $.name: \"{{ profile. }}\" }")]),
        ("an expression that does not end", &[(CALL, ANSWER, "body: { $.name: \"{{ profile.partner\" }")]),
        ("a root that nothing has", &[(CALL, ANSWER, "body: { $.name: \"{{ profil.partner }}\" }")]),
        ("a step that does not exist", &[(CALL, ANSWER, "body: { $.name: \"{{ mee.reply.name }}\" }")]),
        ("a fact that the pack does not have", &[(CALL, ANSWER, "body: { $.name: \"{{ provider.facts.limt }}\" }")]),
        ("a filter that nobody has", &[(CALL, ANSWER, "body: { $.name: \"{{ profile.partner | shout }}\" }")]),
        ("a template in a key", &[(CALL, ANSWER, "body: { \"{{ profile.path }}\": 1 }")]),
        (
            "in `provider.yaml`: a word that no signature has",
            &[(PROVIDER, "signed_content: \"{{ body }}\"", "message: \"{{ bdy }}\"")],
        ),
        (
            "in `provider.yaml`: half an expression",
            &[(PROVIDER, "X-Signature: \"{{ mac }}\"", "X-Signature: \"{{ mac\"")],
        ),
    ];
    snapshot("packs-templates", &told(faults));
}

#[test]
fn packs_as_a_whole() {
    let mut text = String::new();
    let mut tell = |name: &str, folder: Folder| writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    tell("no pack", Folder::empty());

    let folder = Folder::sound();
    folder.remove(HOOK);
    folder.remove(CALL);
    tell("a pack without checks", folder);

    let folder = Folder::sound();
    folder.remove(PROVIDER);
    tell("checks without `provider.yaml`", folder);

    let folder = Folder::sound();
    let hook = std::fs::read_to_string(folder.path(HOOK)).unwrap();
    folder.write("checks/acme/hooks/again.yaml", hook);
    tell("one id in two files", folder);

    let folder = Folder::sound();
    folder.change(HOOK, "when:", "needs: [api.me]\nwhen:");
    folder.change(CALL, "when:", "needs: [hooks.genuine]\nwhen:");
    tell("a circle", folder);

    let folder = Folder::sound();
    folder.change(HOOK, "when:", "needs: [hooks.genuine]\nwhen:");
    tell("a check that needs itself", folder);

    let folder = Folder::sound();
    folder.write("fixtures/acme/events/thing.lost.json", "{}");
    folder.change(
        PROVIDER,
        "  - { id: api.key",
        "  - { id: hooks.retries, section: Webhooks, text: Repeats are fine }\n  - { id: api.key",
    );
    tell("a fixture that nothing uses, an item without a check", folder);

    let folder = Folder::sound();
    folder.write("checks/acme/notes.txt", "not read");
    tell("a file that is no YAML, which is fine", folder);

    let folder = Folder::sound();
    folder.write(HOOK, b"id: hooks.genuine\ntitle: caf\xe9\n");
    tell("a file in another encoding", folder);

    let folder = Folder::sound();
    folder.write(HOOK, format!("# {}\n", "x".repeat(1 << 20)));
    tell("a file of more than a mebibyte", folder);

    let folder = Folder::sound();
    folder.write(HOOK, "");
    tell("an empty file", folder);

    let folder = Folder::sound();
    folder.write(HOOK, "just a text\n");
    tell("a file that is one text", folder);

    let folder = Folder::sound();
    folder.change(HOOK, "title:", "titel:");
    folder.change(HOOK, "stage: rehearsal", "stage: rehersal");
    folder.change(HOOK, WHEN, "{ delver: thing.made, as: first }");
    folder.change(HOOK, "exactly: 1", "exactly: once");
    folder.change(CALL, "status: 200", "status: 2XX");
    folder.change(PROVIDER, "within: 10s", "within: soon");
    tell("several faults in several files", folder);

    let folder = Folder::sound();
    folder.change(HOOK, "[hooks.accept]", "[hooks.acept]");
    folder.change(HOOK, "effect: first", "effect: frist");
    folder.change(CALL, "api: main", "api: mian");
    tell("several names that lead nowhere", folder);

    snapshot("packs-whole", &text);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = Folder::empty();
    std::fs::remove_dir(folder.path("checks")).unwrap();
    let problems = folder.read().unwrap_err();
    snapshot("packs-no-folder", &folder.plain(&problems));
}
