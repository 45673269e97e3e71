//! The expectation `calls`: which calls are meant, how many, when, and what they have in common.

use preflight::evidence::Body;
use serde_json::json;

use super::evidence::Is::{Failed, Held, Unknown};
use super::evidence::{Play, Thing, action, answered, call, row, skipped};

fn cases(statuses: &[u16]) -> Vec<Thing> {
    statuses.iter().zip(0..).map(|(status, n)| call(n * 100, n * 100 + 10, "POST /cases", *status)).collect()
}

#[test]
fn calls_are_counted_from_below_and_from_above() {
    for (what, expectation, things, expected) in [
        ("one", "{ calls: POST /cases }", cases(&[200]), Held),
        (
            "none, uncounted",
            "{ calls: POST /cases }",
            cases(&[]),
            Unknown("no such call: POST /cases; no further calls within 1.5 s"),
        ),
        ("none of one", "{ calls: POST /cases, at_least: 1 }", cases(&[]), Failed("at least 1 POST /cases")),
        (
            "two of one",
            "{ calls: POST /cases, exactly: 1 }",
            cases(&[200, 422]),
            Failed("2: POST /cases 200, POST /cases 422"),
        ),
        ("two of two", "{ calls: POST /cases, exactly: 2 }", cases(&[200, 422]), Held),
        ("three of two", "{ calls: POST /cases, at_most: 2 }", cases(&[200, 422, 200]), Failed("at most 2")),
        ("zero of zero", "{ calls: POST /cases, exactly: 0 }", cases(&[]), Held),
        ("by template", "{ calls: POST /cases, exactly: '{{ profile.rehearsal.workers }}' }", cases(&[200]), Held),
        (
            "by a bad template",
            "{ calls: POST /cases, exactly: '{{ profile.return_url }}' }",
            cases(&[200]),
            Unknown("which is not a number"),
        ),
        ("answered", "{ calls: POST /cases, answered: 4xx, exactly: 1 }", cases(&[200, 422]), Held),
        ("dropped", "{ calls: POST /cases, answered: dropped, exactly: 1 }", cases(&[200, 0]), Held),
        ("of a list", "{ calls: [POST /cases, GET /me], exactly: 2 }", cases(&[200, 422]), Held),
        ("of another route", "{ calls: GET /cases, exactly: 0 }", cases(&[200]), Held),
        ("of an api", "{ calls: { api: main }, exactly: 2 }", cases(&[200, 422]), Held),
        (
            "of another api",
            "{ calls: { api: other }, exactly: 2 }",
            cases(&[200, 422]),
            Failed("call of the other API"),
        ),
        ("answered, of any", "{ calls: { answered: 422 }, exactly: 1 }", cases(&[200, 422]), Held),
        ("the second", "{ calls: POST /cases, nth: 2, answered: 422 }", cases(&[422, 200, 422]), Held),
        ("the fourth", "{ calls: POST /cases, nth: 4 }", cases(&[422, 200, 422]), Unknown("number 4 of them")),
    ] {
        row(what, expectation, things, expected);
    }
}

#[test]
fn an_absence_that_held_names_its_quiet_period() {
    let play = Play::new(&["client"], &[], &["{ calls: POST /cases, exactly: 0 }"], Vec::new());
    assert_eq!(play.judgement().remarks, ["no further calls within 1.5 s"]);
}

#[test]
fn a_path_is_compared_decoded_and_a_value_stays_one_segment() {
    let posted = || call(0, 10, "POST /cases", 0).json(json!({ "reference": "INV 1/2 %" })).step("none");
    let looked = |path: &str| vec![posted(), call(20, 30, &format!("GET /cases/by/{path}"), 200)];
    let by = "{ calls: 'GET /cases/by/{{ lost.request.reference }}', at_least: 1 }";
    for (path, expected) in [
        ("INV%201%2F2%20%25", Held),
        ("inv%201%2f2%20%25", Held),
        ("INV%201/2%20%25", Failed("GET /cases/by/INV 1/2 %")),
        ("INV+1%2F2", Failed("none")),
    ] {
        let lost = "{ calls: POST /cases, answered: dropped, exactly: 1, as: lost }";
        Play::new(&["client"], &[lost], &[by], looked(path)).is(path, expected);
    }
}

#[test]
fn before_and_since_go_by_starts_and_after_by_answers() {
    let things = || {
        vec![
            action(0, 90, answered(200, json!({}))).step("first"),
            call(10, 20, "POST /cases", 401),
            call(20, 30, "POST /token", 200),
            call(25, 40, "GET /me", 200),
            call(60, 70, "POST /cases", 0),
            call(95, 99, "POST /cases", 200),
        ]
    };
    let refused = "{ calls: { answered: 401 }, exactly: 1, as: refused }";
    let lost = "{ calls: { answered: dropped }, exactly: 1, as: lost }";
    for (expectation, expected) in [
        ("{ calls: POST /token, after: refused, exactly: 1 }", Held),
        ("{ calls: POST /token, before: refused, exactly: 0 }", Held),
        ("{ calls: POST /cases, after: refused, exactly: 2 }", Held),
        ("{ calls: POST /cases, after: lost, exactly: 1 }", Held),
        ("{ calls: GET /me, after: lost, at_least: 1 }", Failed("after `lost`")),
        ("{ calls: GET /me, before: lost, at_least: 1 }", Held),
        ("{ calls: POST /cases, after: first, exactly: 1 }", Held),
        ("{ calls: POST /cases, since: first, exactly: 3 }", Held),
        ("{ calls: POST /cases, since: lost, exactly: 1 }", Held),
        ("{ calls: POST /cases, since: nobody, exactly: 1 }", Unknown("no step and no calls are named `nobody`")),
        ("{ calls: POST /cases, before: first, exactly: 0 }", Held),
        ("{ calls: POST /cases, after: nobody, exactly: 1 }", Unknown("no step and no calls are named `nobody`")),
    ] {
        Play::new(&["client"], &[refused, lost], &[expectation], things()).is(expectation, expected);
    }
    let skipped = vec![skipped("second"), call(0, 9, "POST /cases", 200)];
    row("left out", "{ calls: POST /cases, after: second, exactly: 0 }", skipped, Unknown("left out"));
}

#[test]
fn a_repeat_says_the_same_whatever_the_credential_and_null_is_absent() {
    let body = json!({ "a": 1, "b": null, "list": [{ "c": 2.0 }], "at": "10:00" });
    let first = || call(0, 10, "POST /cases?x=1&y=2", 401).json(body.clone());
    let again = |body: serde_json::Value| call(100, 110, "POST /Cases?y=2&x=1", 200).json(body);
    let same = json!({ "list": [{ "c": 2, "d": null }], "a": 1.0, "at": "10:00" });
    let later = json!({ "list": [{ "c": 2 }], "a": 1, "at": "10:01" });
    let refused = "{ calls: { answered: 401 }, exactly: 1, as: refused }";
    let repeats = "{ calls: { repeats: refused }, exactly: 1 }";
    let but = "{ calls: { repeats: refused, except: [$.at] }, exactly: 1 }";
    for (what, expectation, second, expected) in [
        ("the same", repeats, Some(again(same.clone())), Held),
        ("with the token of another", repeats, Some(again(same.clone()).token_of(Some("other"))), Held),
        ("with another time", repeats, Some(again(later.clone())), Failed("repeat of `refused`")),
        ("with another time that is left out", but, Some(again(later)), Held),
        (
            "with another query",
            repeats,
            Some(again(same.clone()).call(|call| call.request.url = "/cases?x=2&y=2".into())),
            Failed("none"),
        ),
        (
            "by another method",
            repeats,
            Some(again(same.clone()).call(|call| call.request.method = "PUT".into())),
            Failed("none"),
        ),
        (
            "as text",
            repeats,
            Some(again(same).call(|call| call.request.body = Body::Text("{}".into()))),
            Failed("none"),
        ),
        ("not at all", repeats, None, Failed("none")),
    ] {
        let things = std::iter::once(first()).chain(second).collect();
        Play::new(&["client"], &[refused], &[expectation], things).is(what, expected);
    }
}

#[test]
fn a_gap_may_be_twenty_milliseconds_short() {
    let with = |start: u64| vec![call(0, 100, "POST /cases", 429), call(start, start + 5, "POST /cases", 200)];
    let limited = "{ calls: POST /cases, answered: 429, exactly: 1, as: limited }";
    for expectation in [
        "{ calls: { repeats: limited }, gap: { at_least: 600ms } }",
        "{ calls: POST /cases, after: limited, gap: { at_least: 600ms } }",
        "{ calls: POST /cases, gap: { at_least: 600ms } }",
    ] {
        for (start, expected) in [(700, Held), (681, Held), (680, Held), (679, Failed("579 ms")), (100, Failed("0 ms"))]
        {
            Play::new(&["client"], &[limited], &[expectation], with(start)).is(expectation, expected);
        }
    }
    let action = vec![action(0, 100, answered(200, json!({}))).step("first"), call(150, 160, "POST /cases", 200)];
    row("after a step", "{ calls: POST /cases, after: first, gap: { at_least: 1s } }", action, Failed("50 ms"));
}

#[test]
fn growing_gaps_grow_on_the_whole() {
    let at = |starts: &[u64]| starts.iter().map(|start| call(*start, start + 10, "POST /cases", 500)).collect();
    for (what, starts, expected) in [
        ("doubling", &[0, 60, 170, 380][..], Held),
        ("up to a limit", &[0, 60, 170, 280], Held),
        ("constant", &[0, 60, 110, 170, 220], Failed("50 ms, 40 ms, 50 ms, 40 ms")),
        ("shrinking", &[0, 210, 270, 600], Failed("200 ms, 50 ms, 320 ms")),
        ("a single one", &[0, 60], Held),
    ] {
        row(what, "{ calls: POST /cases, at_most: 6, gap: { growing: true } }", at(starts), expected);
    }
}

#[test]
fn what_is_the_same_and_what_differs() {
    let two = |left: serde_json::Value, right: serde_json::Value| {
        vec![call(0, 9, "POST /cases", 0).json(left), call(20, 29, "POST /cases", 200).json(right)]
    };
    for (what, expectation, left, right, expected) in [
        ("a body", "{ calls: POST /cases, same: [body] }", json!({ "a": 1, "b": null }), json!({ "a": 1.0 }), Held),
        (
            "another body",
            "{ calls: POST /cases, same: [body] }",
            json!({ "a": 1 }),
            json!({ "a": 2 }),
            Failed("the same body in POST /cases 200"),
        ),
        (
            "but for a member",
            "{ calls: POST /cases, same: [body], except: [$.a] }",
            json!({ "a": 1 }),
            json!({ "a": 2 }),
            Held,
        ),
        ("a value", "{ calls: POST /cases, same: [$.r] }", json!({ "r": "x", "a": 1 }), json!({ "r": "x" }), Held),
        (
            "another value",
            "{ calls: POST /cases, same: [$.r] }",
            json!({ "r": "x" }),
            json!({ "r": "y" }),
            Failed("x and then y"),
        ),
        (
            "no value",
            "{ calls: POST /cases, same: [$.r] }",
            json!({ "r": "x" }),
            json!({ "r": null }),
            Failed("x and then nothing"),
        ),
        ("distinct", "{ calls: POST /cases, distinct: [$.r] }", json!({ "r": "x" }), json!({ "r": "y" }), Held),
        (
            "not distinct",
            "{ calls: POST /cases, distinct: [$.r] }",
            json!({ "r": "x" }),
            json!({ "r": "x" }),
            Failed("a different r in each"),
        ),
        (
            "twice nothing",
            "{ calls: POST /cases, distinct: [$.r] }",
            json!({}),
            json!({ "r": null }),
            Failed("nothing more than once"),
        ),
    ] {
        row(what, expectation, two(left.clone(), right.clone()), expected);
        // A call after another one on the same route is compared with that one, too.
        if expectation.contains("same: [$.r]") {
            let lost = "{ calls: POST /cases, answered: dropped, exactly: 1, as: lost }";
            let after = expectation.replace("same:", "after: lost, same:");
            Play::new(&["client"], &[lost], &[&after], two(left, right)).is(what, expected);
        }
    }
}

#[test]
fn a_flood_is_judged_call_by_call() {
    let post = |n: u64| call(n, n + 1, "POST /cases", 401).json(json!({ "r": n / 2, "k": 1 }));
    let flood = || (0..4000).map(post).collect::<Vec<_>>();
    let named = "{ calls: POST /cases, as: flood }";
    for (expectation, expected) in [
        ("{ calls: { repeats: flood }, exactly: 2000 }", Held),
        ("{ calls: flood, same: [$.k], exactly: 4000 }", Held),
        ("{ calls: flood, distinct: [$.r] }", Failed("0 more than once")),
        ("{ calls: flood, at_most: 3 }", Failed("3994 more")),
    ] {
        Play::new(&["client"], &[named], &[expectation], flood()).is(expectation, expected);
    }
}
