//! The expectation `user_message`: the message differs from that of a success, and is no crash.

use preflight::evidence::{Entry, EntryKind, Outcome, Page};
use serde_json::{Value, json};

use super::evidence::Is::{Failed, Held, Unknown};
use super::evidence::{Play, Thing, action, answered, call, page, row, skipped, timed_out};

const TOLD: &str = "{ user_message: first, unlike: second }";

fn both(told: Outcome, twin: Outcome) -> Vec<Thing> {
    let own = ["PF-1", "Some Debtor", "client-ab@preflight.example"];
    vec![action(0, 9, told).step("first").own(&own), action(10, 19, twin).step("second").own(&["Another Person"])]
}

fn html(text: &str) -> Outcome {
    answered(
        200,
        Value::String(format!("<!-- {text} --><style>p {{}}</style><p class='{text}'>Hello &amp; {text}</p>")),
    )
}

#[test]
fn another_status_or_other_words_tell_it() {
    let ok = || answered(200, json!({ "status": "submitted", "reference": "PF-2", "url": null }));
    for (what, told, twin, expected) in [
        ("a different status", answered(409, json!({ "status": "submitted" })), ok(), Held),
        ("other words", answered(200, json!({ "status": "refused", "reference": "PF-1" })), ok(), Held),
        (
            "another member",
            answered(200, json!({ "status": "submitted", "reference": "PF-1", "error": 3 })),
            ok(),
            Held,
        ),
        ("a flag", answered(200, json!({ "done": false })), answered(200, json!({ "done": true })), Held),
        (
            "the same",
            answered(200, json!({ "status": "Submitted", "reference": "PF-1" })),
            ok(),
            Failed("the same as for a success"),
        ),
        ("another page", html("Refused"), html("Sent"), Held),
        ("the same page", html("Sent for Some Debtor"), html("Sent for Another Person"), Failed("Hello Sent for")),
        (
            "numbers and ids",
            html("Sent 2026-10-01 d3ad-beef 12,50"),
            html("Sent 2026-11-02 ab1e-cafe 13,50"),
            Failed("same"),
        ),
        ("addresses", html("Sent https://a.example/refused"), html("Sent https://b.example/fine"), Failed("same")),
        ("labels", html("Sent <r.url>"), html("Sent <r.url#2>"), Failed("same")),
        (
            "nothing at all",
            answered(200, Value::Null),
            answered(200, Value::Null),
            Unknown("does not say how it ended"),
        ),
        (
            "the same redirect",
            answered(303, Value::Null),
            answered(303, Value::Null),
            Unknown("does not say how it ended"),
        ),
        ("a redirect", answered(303, Value::Null), answered(302, Value::Null), Held),
    ] {
        row(what, TOLD, both(told, twin), expected);
    }
}

#[test]
fn what_was_said_is_shown() {
    let things = both(answered(409, json!({ "message": "no" })), answered(200, json!({})));
    assert_eq!(
        Play::new(&["client"], &[], &[TOLD], things).judgement().remarks,
        [r#"user message: 409 {"message":"no"}"#]
    );
}

#[test]
fn a_crash_tells_nothing_and_proves_nothing_where_the_twin_crashed_too() {
    let ok = || answered(200, json!({ "status": "submitted" }));
    for (what, told, twin, expected) in [
        ("a time-out", timed_out(), ok(), Failed("no answer within 30 s")),
        ("a 500", answered(500, json!({ "error": "Unhandled" })), ok(), Failed("a crash: 500")),
        ("both", answered(500, Value::Null), answered(500, Value::Null), Unknown("was no success itself: 500")),
        ("both silent", timed_out(), timed_out(), Unknown("was no success itself")),
        (
            "the twin alone",
            answered(409, Value::Null),
            answered(404, Value::Null),
            Unknown("was no success itself: 404"),
        ),
    ] {
        row(what, TOLD, both(told, twin), expected);
    }
}

#[test]
fn what_is_only_taken_on_is_told_on_a_page() {
    let taken = || answered(202, json!({ "job": 1 }));
    let told = |by, text: &str| page(Page::UserMessage, Some(by), answered(200, json!(text)));
    row("no page", TOLD, both(taken(), taken()), Unknown("add `rehearsal.lookups.user_message` to profile.yaml"));
    let with = |pages: Vec<Thing>| both(taken(), taken()).into_iter().chain(pages).collect::<Vec<_>>();
    row("told", TOLD, with(vec![told("first", "refused"), told("second", "sent")]), Held);
    row("not told", TOLD, with(vec![told("first", "sent"), told("second", "sent")]), Failed("same"));
    row("the latest", TOLD, with(vec![told("first", "sent"), told("second", "sent"), told("first", "refused")]), Held);
    let gone = || page(Page::UserMessage, Some("first"), answered(404, Value::Null));
    row(
        "no such page",
        TOLD,
        with(vec![gone(), told("second", "sent")]),
        Unknown("`rehearsal.lookups.user_message` names answered 404"),
    );
    let at_once = [action(0, 9, answered(409, Value::Null)).step("first"), action(10, 19, taken()).step("second")];
    row("at once", TOLD, at_once.into_iter().chain([told("first", "x"), told("second", "x")]).collect(), Held);
    row("one page", TOLD, with(vec![told("first", "refused")]), Unknown("does not say how it ended"));
}

#[test]
fn what_the_provider_had_refused_before_is_not_only_taken_on() {
    let taken = || answered(202, json!({ "job": 1 }));
    let with = |refused: Thing| both(taken(), taken()).into_iter().chain([refused]).collect();
    row(
        "known before",
        TOLD,
        with(call(1, 8, "POST /cases", 422)),
        Failed("after the provider had answered POST /cases 422"),
    );
    row("later", TOLD, with(call(8, 10, "POST /cases", 422)), Unknown("does not say how it ended"));
    row("no refusal", TOLD, with(call(1, 8, "POST /cases", 201)), Unknown("does not say how it ended"));
    row(
        "another client's",
        TOLD,
        with(call(1, 8, "POST /cases", 422).of("other")),
        Unknown("does not say how it ended"),
    );
}

#[test]
fn what_was_left_out_says_nothing() {
    let twin = || action(10, 19, answered(200, json!({}))).step("second");
    row("left out", TOLD, vec![skipped("first"), twin()], Unknown("the action `first` was not carried out: left out"));
    row("unheard of", TOLD, vec![twin()], Unknown("no action is named `first`"));
}

#[test]
fn what_the_build_wrote_while_an_action_failed_stands_beside_the_verdict() {
    let wrote = |from, to| {
        let what = EntryKind::Wrote("TypeError: x is undefined".into());
        Thing(Entry { from, to, step: None, client: None, what })
    };
    let words = "while the action submit_case failed (500 {\\\"error\\\":\\\"x\\\"}), the build wrote:\\nTypeError: x is undefined";
    let crash = || both(answered(500, json!({ "error": "x" })), answered(200, json!({})));
    row("a failure", TOLD, crash().into_iter().chain([wrote(0, 9_000)]).collect(), Failed(words));
    row(
        "words of another moment",
        TOLD,
        crash().into_iter().chain([wrote(20_000, 30_000)]).collect(),
        Failed("because: None"),
    );
    let missing = "{ calls: POST /cases, at_least: 1 }";
    let play = Play::new(&["client"], &[missing], &[missing], crash().into_iter().chain([wrote(0, 9_000)]).collect());
    play.is("not exercised", Unknown(words));
}
