//! What is reported about a check that was not exercised.

use preflight::judge::Verdict;
use serde_json::{Value, json};

use super::evidence::{Play, Thing, action, answered, call};

fn reason(things: Vec<Thing>, notes: &[&str]) -> String {
    let seen = ["{ calls: POST /cases, at_least: 1 }"];
    let mut play = Play::new(&["client"], &seen, &["{ calls: POST /cases, exactly: 1 }"], things);
    play.evidence.notes = notes.iter().map(|note| (*note).to_owned()).collect();
    let Verdict::Inconclusive(finding) = play.judgement().verdict else { panic!("it is inconclusive") };
    assert!(finding.reason.starts_with("not exercised: "), "{finding:?}");
    finding.because.unwrap_or_default()
}

#[test]
fn an_action_that_nothing_followed_is_named() {
    let taken = || action(0, 9, answered(202, Value::Null));
    let hint = "the action submit_case answered 202 and no call followed within 1.5 s; if its queue takes longer, raise \
                `rehearsal.timing.reacts_within`";
    assert_eq!(reason(vec![taken()], &[]), hint);
    assert_eq!(reason(vec![taken(), call(50, 59, "GET /me", 200)], &[]), "");
    assert_eq!(reason(vec![taken(), call(50, 59, "GET /me", 200).of("another")], &[]), hint);
    assert_eq!(reason(vec![action(0, 9, answered(200, json!({})))], &[]), "");
}

#[test]
fn what_was_seen_in_the_set_up_is_told() {
    assert_eq!(reason(Vec::new(), &["the handler answered 401"]), "the handler answered 401");
}
