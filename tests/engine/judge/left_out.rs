//! Actions that the partner includes in others: they are not judged by themselves, and nothing fails because of them.

use preflight::judge::Verdict;
use serde_json::json;

use super::evidence::Is::{self, Failed, Held, Unknown};
use super::evidence::{Play, Thing, action, answered, call, left_out};

const SUBMIT: &str = "{ action: submit_case, client: a, as: first }";
const ASK: &str = "{ action: ask, optional: true, client: b, as: asked }";
const ASK_TOO: &str = "{ action: ask, optional: true, client: a, as: asked }";

/// Returns a record in which the partner sends a case for `a`, and does within another action what it was to be asked
/// for separately.
fn play(when: &[&str], seen: &[&str], then: &[&str]) -> Play {
    let things: Vec<Thing> = vec![
        left_out("asked"),
        action(0, 40, answered(200, json!({}))).step("first").of("a"),
        call(10, 20, "POST /cases", 201).of("a"),
    ];
    let profile = json!({ "rehearsal": { "actions": { "submit_case": {} } } });
    Play::new(&["a", "b"], seen, then, things).when(when).profile(profile)
}

#[test]
fn what_is_expected_of_an_action_that_is_left_out_does_not_apply() {
    let apart = [ASK, SUBMIT];
    let sent = "{ calls: POST /cases, client: a, at_least: 1, as: sent }";
    let none = "{ calls: POST /cases, client: a, exactly: 0 }";
    let nothing = Unknown("add `rehearsal.actions.ask` to profile.yaml");
    for (what, when, then, expected) in [
        ("a message", apart, &["{ user_message: asked, unlike: first }", sent][..], Held),
        ("a message, the other way round", apart, &["{ user_message: first, unlike: asked }", sent], Held),
        (
            "a client for whom nothing else is done",
            apart,
            &["{ calls: POST /asks, client: b, at_least: 1 }", sent],
            Held,
        ),
        ("one of its clients", apart, &["{ calls: POST /cases, client: [a, b], at_least: 1 }"], Held),
        ("each client", apart, &["{ calls: POST /cases, client: each, at_least: 1 }"], Held),
        ("the provider's records", apart, &["{ provider_records: { asks: 1 }, client: b }", sent], Held),
        ("what was shown", apart, &["{ shown: provider_url, client: b }", sent], Held),
        ("what was shown by it", apart, &["{ shown: provider_url, client: a, by: asked }", sent], Held),
        ("what came after it", apart, &["{ calls: POST /cases, client: a, after: asked, exactly: 0 }", sent], Held),
        ("what it was answered", apart, &["{ values: \"{{ asked.status }}\", are: 200 }", sent], Held),
        (
            "calls that only it would make, by their name",
            apart,
            &["{ calls: POST /asks, client: b, at_least: 1, as: asks }", "{ calls: asks, credential: own }", sent],
            Held,
        ),
        (
            "no branch of `any_of`",
            apart,
            &["{ any_of: [{ user_message: asked, unlike: first }, { calls: POST /cases, client: a, exactly: 0 }] }"],
            Failed("exactly 0"),
        ),
        (
            "the other branch",
            apart,
            &["{ any_of: [{ user_message: asked, unlike: first }, { calls: POST /cases, client: a, at_least: 1 }] }"],
            Held,
        ),
        ("nothing left", apart, &["{ user_message: asked, unlike: first }"], nothing),
        (
            "nothing left of `any_of`",
            apart,
            &["{ any_of: [{ user_message: asked, unlike: first }, { shown: nothing, client: b }] }"],
            nothing,
        ),
        (
            "the rest still fails",
            apart,
            &["{ user_message: asked, unlike: first }", none],
            Failed("exactly 0 POST /cases"),
        ),
        ("a client for whom more is done", [ASK_TOO, SUBMIT], &[none], Failed("exactly 0 POST /cases")),
    ] {
        play(&when, &[], then).is(what, expected);
    }
    play(&apart, &["{ calls: POST /asks, client: b, at_least: 1 }"], &[sent]).is("nothing left of `assume`", nothing);
}

#[test]
fn where_calls_are_missing_both_remedies_are_named() {
    let missing = "{ calls: POST /asks, client: a, at_least: 1 }";
    let both = ["let `submit_case` make the calls", "add `rehearsal.actions.ask` to profile.yaml"];
    let judgement = play(&[ASK_TOO, SUBMIT], &[], &[missing]).judgement();
    let Verdict::Fail(finding) = &judgement.verdict else { panic!("{judgement:?}") };
    let because = finding.because.clone().unwrap_or_default();
    assert!(both.iter().all(|part| because.contains(part)), "{because}");
    let unseen = play(&[ASK_TOO, SUBMIT], &[missing], &["{ calls: POST /cases, client: a, exactly: 1 }"]);
    for part in both {
        unseen.is("in `assume`", Unknown(part));
    }
    let other = play(&[ASK_TOO, SUBMIT], &[], &["{ calls: POST /cases, client: a, exactly: 0 }"]).judgement();
    assert!(!format!("{other:?}").contains("rehearsal.actions.ask"), "{other:?}");
}

#[test]
fn an_action_that_the_profile_has_is_expected_as_ever() {
    let has = json!({ "rehearsal": { "actions": { "submit_case": {}, "ask": {} } } });
    let then = "{ calls: POST /asks, client: b, at_least: 1 }";
    play(&[ASK, SUBMIT], &[], &[then]).profile(has).is("it is there", Is::Failed("at least 1 POST /asks"));
}
