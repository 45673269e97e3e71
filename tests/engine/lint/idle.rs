//! Checks that cannot fail or cannot pass, keys without effect, and definitions that nothing uses.

use std::fmt::Write as _;

use super::folder::{CALL, EVENT, Folder, HOOK, PROVIDER, snapshot};
use super::packs::{Fault, told};
use super::rehearsed;

const EFFECT: &str = "{ effect: first, exactly: 1 }";
const ANSWER: &str = "{ response: me, status: 200, body: { $.active: true } }";

/// Returns the messages about errors in the sound rehearsal, one after another, as their author would read them.
fn told_of_rehearsal(faults: &[(&str, &str, &str)]) -> String {
    let mut text = String::new();
    for (name, from, to) in faults {
        let folder = rehearsed::sound();
        folder.change(rehearsed::CHECK, from, to);
        writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    }
    text
}

#[test]
fn expectations_that_hold_whatever_happens() {
    let faults: &[Fault] = &[
        ("any answer", &[(CALL, ANSWER, "{ response: me }")]),
        ("any value of a body", &[(CALL, ANSWER, "{ response: me, body: { $.active: { matches: \".*\" } } }")]),
        ("any value of a header", &[(CALL, ANSWER, "{ response: me, header: { X-Id: { starts_with: \"\" } } }")]),
        (
            "any value of a fact",
            &[(CALL, ANSWER, "{ values: \"{{ provider.facts.limit }}\", are: { contains_all: [] } }")],
        ),
        ("a bound without a value", &[(HOOK, EFFECT, "{ effect: first, at_most: }")]),
        ("at least none", &[(HOOK, EFFECT, "{ effect: first, at_least: 0 }")]),
        (
            "one branch of `any_of` that always holds",
            &[(HOOK, EFFECT, "{ any_of: [{ effect: first, exactly: 1 }, { effect: first, at_least: 0 }] }")],
        ),
        ("nothing that fails", &[(HOOK, EFFECT, "{ effect: first, exactly: 1, on_failure: inconclusive }")]),
    ];
    let calls = "{ calls: things, same: [$.id, body], gap: { growing: true } }";
    let of_rehearsal = told_of_rehearsal(&[
        ("any number of calls", calls, "{ calls: things, at_least: 0 }"),
        (
            "calls of which nothing is said, in a branch",
            calls,
            "{ any_of: [{ calls: things }, { calls: things, at_least: 1 }] }",
        ),
        (
            "any number of records",
            "{ provider_records: { clients: 1 }, client: [a, b] }",
            "{ provider_records: { clients: { at_least: 0 } } }",
        ),
        ("any number of findings", "denied_hosts: all, exactly: 0", "denied_hosts: all, at_least: 0"),
    ]);
    snapshot("packs-idle", &(told(faults) + &of_rehearsal));
}

#[test]
fn expectations_that_nothing_can_meet() {
    let faults: &[Fault] = &[
        (
            "two statuses that exclude each other",
            &[(CALL, ANSWER, "{ response: me, status: 2xx }\n  - { response: me, status: [404, 410] }")],
        ),
        ("one of nothing", &[(CALL, ANSWER, "{ response: me, body: { $.active: { one_of: [] } } }")]),
        ("more than the most", &[(CALL, ANSWER, "{ response: me, body: { $.n: { at_least: 3, at_most: 2 } } }")]),
        ("absent, and something", &[(CALL, ANSWER, "{ response: me, body: { $.n: { exists: false, at_most: 2 } } }")]),
        ("an effect between bounds", &[(HOOK, EFFECT, "{ effect: first, at_least: 2, at_most: 1 }")]),
        ("an effect so often and less", &[(HOOK, EFFECT, "{ effect: first, exactly: 3, at_most: 1 }")]),
        ("no port", &[(CALL, ANSWER, "{ response: me, body: { $.url: { url: { port: [] } } } }")]),
    ];
    let calls = "{ calls: things, same: [$.id, body], gap: { growing: true } }";
    let of_rehearsal = told_of_rehearsal(&[
        ("calls between bounds, in a branch", calls, "{ any_of: [{ calls: things, at_least: 2, at_most: 1 }] }"),
        (
            "records between bounds",
            "{ provider_records: { clients: 1 }, client: [a, b] }",
            "{ provider_records: { clients: { at_least: 2, at_most: 1 } } }",
        ),
        ("a stage without a rehearsal", "stage: rehearsal", "stage: test"),
    ]);
    let idle = rehearsed::sound();
    idle.write(
        rehearsed::CHECK,
        "id: api.thing\ntitle: Sends one thing\nitems: [api.key]\nstage: rehearsal\ndocs: https://docs.acme.example/things\n\
         why: Two would be one too many.\nfix: Send one.\ngiven: { client: new, override: { on: POST /things, status: 503 } }\n\
         when:\n  - { wait: reaction }\nseen:\n  - { calls: POST /things, at_least: 1 }\nthen:\n  - { calls: POST /things, at_most: 1 }\n",
    );
    snapshot(
        "packs-contrary",
        &format!("{}{of_rehearsal}=== no step moves the partner\n{}\n", told(faults), idle.told()),
    );
}

#[test]
fn what_may_be_left_out_leaves_something() {
    let text = |optional: &str, more: &str| {
        format!(
            "id: api.thing\ntitle: Sends one thing\nitems: [api.key]\nstage: rehearsal\ndocs: https://docs.acme.example/things\n\
             why: Two would be one too many.\nfix: Send one.\ngiven: {{ clients: {{ a: new, b: new }} }}\nwhen:\n  \
             - {{ action: sign_up, client: b, as: other }}\n  - {{ action: sign_up, {optional}client: a, as: first }}\nthen:\n  \
             - {{ user_message: first, unlike: other }}\n  - {{ calls: POST /things, client: a, at_least: 1 }}\n{more}"
        )
    };
    let told = |optional: &str, more: &str| {
        let folder = rehearsed::sound();
        folder.write(rehearsed::CHECK, text(optional, more));
        folder.told()
    };
    let wrong = "`then` is empty without this step, so the step cannot be optional";
    assert!(told("optional: true, ", "").contains(wrong), "{}", told("optional: true, ", ""));
    assert!(!told("", "").contains(wrong));
    let rest = "  - { calls: POST /things, client: b, at_least: 1 }\n";
    assert!(!told("optional: true, ", rest).contains(wrong), "{}", told("optional: true, ", rest));
}

#[test]
fn words_that_say_nothing() {
    let faults: &[Fault] = &[
        ("a reason to be written", &[(HOOK, "why: Events would be lost.", "why: TODO")]),
        ("a remedy to be written", &[(HOOK, "fix: Answer 200 to genuine deliveries.", "fix: \"TBD: answer 200\"")]),
        ("three dots", &[(HOOK, "fix: Answer 200 to genuine deliveries.", "fix: ...")]),
        ("a remedy of blanks", &[(HOOK, "fix: Answer 200 to genuine deliveries.", "fix: \" \"")]),
        ("a page without TLS", &[(HOOK, "docs: https:", "docs: http:")]),
        ("a page that is a file", &[(HOOK, "docs: https://docs.acme.example/webhooks", "docs: file:///etc/hosts")]),
        ("one title twice", &[(CALL, "title: The key answers", "title: Accepts genuine deliveries")]),
        ("the word todo inside, which is fine", &[(HOOK, "why: Events", "why: A todo list of events")]),
    ];
    snapshot("packs-reader", &told(faults));
}

#[test]
fn names_and_filters_that_nothing_has() {
    const BODY: &str = "body: { $.active: true }";
    let faults: &[Fault] = &[
        ("a name that no profile has", &[(CALL, BODY, "body: { $.name: \"{{ profile.partnr }}\" }")]),
        ("a name below one that a profile has", &[(CALL, BODY, "body: { $.name: \"{{ profile.branding.logo }}\" }")]),
        (
            "a detail, which the provider names",
            &[(CALL, BODY, "body: { $.name: \"{{ profile.environments.test.settings.plan }}\" }")],
        ),
        ("a filter in a header", &[(PROVIDER, "X-Signature: \"{{ mac }}\"", "X-Signature: \"{{ mac | shout }}\"")]),
        ("a fact that nothing reads", &[(PROVIDER, "facts: { limit: 10 }", "facts: { limit: 10, spare_fact: 3 }")]),
        ("a filter in a fixture", &[(EVENT, "{{ event_id }}", "{{ event_id | shout }}")]),
        ("half an expression in a fixture", &[(EVENT, "{{ event_id }}", "{{ event_id. }}")]),
    ];
    let reply = rehearsed::sound();
    reply.change(PROVIDER, "replies: {", "replies: { spare-reply: { status: 200 },");
    snapshot("packs-nowhere", &format!("{}=== a reply that nothing gives\n{}\n", told(faults), reply.told()));
}

#[test]
fn ten_thousand_faults_are_told_by_the_first_of_them() {
    let folder = Folder::sound();
    let hook = std::fs::read_to_string(folder.path(HOOK)).unwrap();
    for at in 0..3000 {
        let text =
            hook.replace("hooks.genuine", &format!("hooks.g{at}")).replace("deliveries\n", &format!("number {at}\n"));
        folder.write(&format!("checks/acme/hooks/g{at}.yaml"), text.replace("hooks.accept", "hooks.acept"));
    }
    let told = folder.told();
    assert_eq!(told.matches("is not an item of the provider").count(), 100, "{}", &told[..2000]);
    assert!(
        told.contains(" more checks were not examined") || told.contains("... and "),
        "{}",
        &told[told.len() - 500..]
    );
}
