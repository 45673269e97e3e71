//! A partner that crashes on a response of the provider does not pass because of the effects of a second attempt.

use preflight::evidence::{Outcome, TransportError, TransportErrorKind};
use serde_json::{Value, json};

use super::evidence::Is::{self, Failed, Held, Unknown};
use super::evidence::{Play, Thing, action, answered, call, timed_out};

/// Returns a record in which the provider answers a status and the action ends in some way, and a second attempt works.
fn saved(status: u16, outcome: Outcome) -> Vec<Thing> {
    vec![
        action(0, 30, outcome).step("first"),
        call(10, 20, "POST /cases", status),
        action(100, 130, answered(200, json!({}))).step("second"),
        call(110, 120, "POST /cases", 201),
    ]
}

const WORKS: &str = "{ calls: POST /cases, answered: 201, at_least: 1 }";

fn judgement(what: &str, things: Vec<Thing>, expected: Is) {
    Play::new(&["client"], &[], &[WORKS], things).is(what, expected);
}

#[test]
fn a_crash_over_a_refusal_is_no_pass() {
    let crash = || answered(500, json!({ "error": "ValueError" }));
    for status in [401, 409, 422, 429, 500, 503] {
        judgement(&status.to_string(), saved(status, crash()), Failed("POST /cases"));
    }
    judgement("its words", saved(429, crash()), Failed("a crash: 500 {\\\"error\\\":\\\"ValueError\\\"}"));
    judgement("a lost answer", saved(0, crash()), Failed("POST /cases not answered"));
    let arranged = saved(200, crash()).into_iter().map(|thing| thing.call(|call| call.arranged = true)).collect();
    judgement("an answer that was arranged", arranged, Failed("a crash"));
    let broken = Outcome::TransportError(TransportError {
        kind: TransportErrorKind::Broken,
        detail: "the connection broke".into(),
    });
    judgement("a connection that breaks", saved(429, broken), Failed("a crash: the connection broke"));
    judgement("no answer", saved(429, timed_out()), Failed("a crash: no answer within 30 s"));
}

#[test]
fn what_is_no_crash_and_what_was_not_provoked_does_not_count() {
    let crash = || answered(500, Value::Null);
    judgement("nothing was refused", saved(201, crash()), Held);
    let late = saved(429, crash()).into_iter().map(|mut thing| {
        let later = if thing.0.what.call().is_some() { 40_000 } else { 0 };
        (thing.0.from, thing.0.to) = (thing.0.from + later, thing.0.to + later);
        thing
    });
    judgement("refused afterwards", late.collect(), Held);
    let other = saved(429, crash()).into_iter().enumerate();
    let other = other.map(|(at, thing)| if at == 1 { thing.of("other") } else { thing }).collect();
    judgement("another client's", other, Held);
    for status in [200, 202, 400, 409, 429] {
        judgement("an answer", saved(429, answered(status, json!({ "says": "later" }))), Held);
    }
}

#[test]
fn a_provider_that_cannot_be_reached_may_be_said_by_status() {
    let own = [json!({ "error": "we cannot reach them now" }), json!("<p>Please try again in a minute</p>")];
    for (status, body) in [502, 503, 504].into_iter().flat_map(|status| own.clone().map(|body| (status, body))) {
        judgement("in its own words", saved(429, answered(status, body)), Held);
    }
    let servers = [Value::Null, json!("Service Unavailable"), json!("<h1>502 Bad Gateway</h1><hr>nginx/1.25.3")];
    for body in servers {
        judgement("in a server's", saved(429, answered(502, body)), Unknown("may be a crash"));
    }
}

#[test]
fn a_partner_that_is_only_slow_did_not_crash() {
    let mut things = saved(429, timed_out());
    things.insert(2, call(50, 60, "POST /cases", 201));
    judgement("it goes on by itself", things, Held);
}

#[test]
fn an_unusual_status_with_the_page_that_the_provider_named_is_no_crash() {
    let page = "https://pages.example/sign/1";
    let with = |shown: &str| {
        let mut things = saved(422, answered(500, json!({ "url": shown })));
        let refused = things.remove(1).reply(json!({ "solutionUrl": page }));
        let action = things.remove(0).presents(&[shown]);
        things.into_iter().chain([action, refused]).collect::<Vec<_>>()
    };
    judgement("it is shown", with("https://pages.example/sign/1?returnUrl=x"), Held);
    judgement("another is", with("https://docs.example/errors/500"), Failed("a crash: 500"));
}

#[test]
fn a_command_says_by_its_exit_that_it_did_not_succeed() {
    let profile = json!({ "rehearsal": { "actions": { "submit_case": { "command": ["submit"] } } } });
    let things = saved(422, answered(500, json!("the contract must be signed first")));
    Play::new(&["client"], &[], &[WORKS], things).profile(profile).is("a command", Held);
}
