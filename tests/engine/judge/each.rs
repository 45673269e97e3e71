//! The expectation `calls`: what must hold for each call, for which clients, and what unattributable calls leave open.

use serde_json::json;

use super::evidence::Is::{Failed, Held, Unknown};
use super::evidence::{Play, action, answered, call, row};

#[test]
fn a_credential_is_an_observation() {
    let with = |token: Option<&str>| vec![call(0, 9, "POST /cases", 200).token_of(token)];
    for (what, expectation, things, expected) in [
        ("its own", "{ calls: POST /cases, credential: own }", with(Some("client")), Held),
        (
            "another's",
            "{ calls: POST /cases, credential: own }",
            with(Some("other")),
            Failed("the token of another client"),
        ),
        ("none", "{ calls: POST /cases, credential: own }", with(None), Failed("no bearer token")),
        ("any", "{ calls: POST /cases, credential: token }", with(Some("other")), Held),
        ("none at all", "{ calls: POST /cases, credential: token }", with(None), Failed("no bearer token")),
    ] {
        row(what, expectation, things, expected);
    }
}

#[test]
fn content_is_looked_at_in_path_header_and_body() {
    let things = || {
        let body = json!({ "tenant": "t-client", "amount": 1001.5, "debtor": { "city": null }, "cases": [{ "n": 1 }, { "n": 2 }] });
        vec![call(0, 9, "POST /clients/x%20y/cases?of=z", 200).json(body)]
    };
    for (expectation, expected) in [
        ("carries: '{{ client.tenant }}'", Held),
        ("carries: x y", Held),
        ("carries: z", Held),
        ("carries: '1001.5'", Held),
        ("carries: elsewhere", Failed("carries elsewhere")),
        ("carries: '{{ client.number }}'", Unknown("client.number")),
        ("header: { Authorization: { starts_with: Bearer } }", Held),
        ("header: { key: { exists: false } }", Held),
        ("header: { authorization: { exists: false } }", Failed("the header authorization")),
        ("body: { $.amount: { at_least: 1 } }", Held),
        ("body: { $.debtor.city: { exists: true } }", Failed("debtor.city is absent")),
        ("body: { '$.cases[*].n': { at_most: 1 } }", Failed("cases[*].n is 2")),
    ] {
        let expectation = format!("{{ calls: 'POST /clients/*/cases', {expectation} }}");
        row(&expectation, &expectation, things(), expected);
    }
}

#[test]
fn each_client_is_judged_by_itself() {
    let things = || {
        vec![
            call(0, 9, "POST /cases", 200).of("a").json(json!({ "tenant": "t-a" })),
            call(10, 19, "POST /cases", 200).of("b").json(json!({ "tenant": "t-b" })),
            call(20, 29, "POST /cases", 200).of("b").token_of(Some("a")).json(json!({ "tenant": "t-b" })),
        ]
    };
    let two = &["a", "b"][..];
    for (expectation, expected) in [
        ("{ calls: POST /cases, exactly: 1 }", Held),
        ("{ calls: POST /cases, client: b, exactly: 2 }", Held),
        ("{ calls: POST /cases, client: [a, b], at_most: 1 }", Failed("about the client b")),
        ("{ calls: POST /cases, client: each, carries: '{{ client.tenant }}' }", Held),
        ("{ calls: POST /cases, client: each, carries: '{{ clients.a.tenant }}' }", Failed("carries t-a")),
        ("{ calls: POST /cases, client: each, credential: own }", Failed("the token of another client")),
        ("{ calls: POST /cases, client: a, credential: own }", Held),
    ] {
        Play::new(two, &[], &[expectation], things()).is(expectation, expected);
    }
}

#[test]
fn calls_about_nobody_leave_open_what_they_could_change() {
    let stray = || call(50, 59, "POST /cases", 200).of_nobody();
    let elsewhere = || call(50, 59, "GET /me", 200).of_nobody();
    for (what, expectation, things, expected) in [
        (
            "too few",
            "{ calls: POST /cases, at_least: 1 }",
            vec![stray()],
            Unknown("1 call cannot be attributed to any client but may match: POST /cases"),
        ),
        ("none, uncounted", "{ calls: POST /cases }", vec![stray()], Unknown("cannot be attributed to any client")),
        (
            "bounded",
            "{ calls: POST /cases, exactly: 1 }",
            vec![call(0, 9, "POST /cases", 200), stray()],
            Unknown("attributes calls by these"),
        ),
        ("enough", "{ calls: POST /cases, at_least: 1 }", vec![call(0, 9, "POST /cases", 200), stray()], Held),
        (
            "too many in any case",
            "{ calls: POST /cases, at_most: 0 }",
            vec![call(0, 9, "POST /cases", 200), stray()],
            Failed("1: POST"),
        ),
        (
            "wrong in any case",
            "{ calls: POST /cases, credential: own }",
            vec![call(0, 9, "POST /cases", 200).token_of(None), stray()],
            Failed("no bearer"),
        ),
        (
            "another route",
            "{ calls: POST /cases, exactly: 1 }",
            vec![call(0, 9, "POST /cases", 200), elsewhere()],
            Held,
        ),
        (
            "another time",
            "{ calls: POST /cases, before: first, exactly: 0 }",
            vec![action(0, 9, answered(200, json!({}))).step("first"), stray()],
            Held,
        ),
    ] {
        row(what, expectation, things, expected);
    }
}

#[test]
fn what_hangs_on_a_call_that_is_not_played_is_open() {
    let unplayed = |of_nobody: bool| {
        let thing = call(40, 49, "POST /cases/1/chats", 501).call(|call| {
            call.not_played = true;
            call.route = Some("POST /cases/{id}/chats".into());
        });
        if of_nobody { thing.of_nobody() } else { thing }
    };
    let words = "POST /cases/{id}/chats (main), which the simulator does not play";
    for (what, expectation, things, expected) in [
        ("a failure", "{ calls: POST /cases, exactly: 1 }", vec![unplayed(false)], Unknown(words)),
        (
            "a failure beside a call of nobody",
            "{ calls: POST /cases, exactly: 1 }",
            vec![unplayed(true)],
            Unknown(words),
        ),
        (
            "what held",
            "{ calls: POST /cases, exactly: 1 }",
            vec![unplayed(false), call(50, 59, "POST /cases", 200)],
            Held,
        ),
        (
            "a failure without it",
            "{ calls: POST /cases, exactly: 1 }",
            vec![call(40, 49, "GET /me", 501)],
            Failed("POST /cases"),
        ),
    ] {
        Play::new(&["client"], &[], &[expectation], things).is(what, expected);
    }
}
