//! Names for calls: later expectations and templates know them, and the names that a failed alternative bound are
//! forgotten.

use serde_json::json;

use super::evidence::Is::{Failed, Held, Unknown};
use super::evidence::{Play, Thing, call};

fn posts() -> Vec<Thing> {
    vec![
        call(0, 9, "POST /clients", 409).json(json!({ "id": 1 })).reply(json!({ "url": "https://pages.example/1" })),
        call(20, 29, "POST /clients", 409).json(json!({ "id": 2 })).reply(json!({ "url": "https://pages.example/2" })),
    ]
}

#[test]
fn templates_read_the_first_the_last_and_the_number() {
    let named = "{ calls: POST /clients, as: posts }";
    for (template, is, expected) in [
        ("posts.request.id", "1", Held),
        ("posts.first.request.id", "1", Held),
        ("posts.last.request.id", "2", Held),
        ("posts.last.reply.url", "https://pages.example/2", Held),
        ("posts.status", "409", Held),
        ("posts.path", "/clients", Held),
        ("posts.count", "2", Held),
        ("posts.last.reply.nothing", "x", Unknown("posts.last.reply.nothing")),
        ("others.count", "x", Unknown("others")),
    ] {
        let values = format!("{{ values: '{{{{ {template} }}}}', are: {is} }}");
        Play::new(&["client"], &[named], &[&values], posts()).is(template, expected);
    }
}

#[test]
fn what_seen_found_is_known_in_then_and_can_be_narrowed() {
    let named = "{ calls: POST /clients, as: posts }";
    for (expectation, expected) in [
        ("{ calls: posts, exactly: 2 }", Held),
        ("{ calls: posts, nth: 2, body: { $.id: 2 } }", Held),
        ("{ calls: posts, answered: 201, at_least: 1 }", Failed("of `posts` answered 201")),
        ("{ calls: others, at_least: 1 }", Unknown("no calls are named `others`")),
    ] {
        Play::new(&["client"], &[named], &[expectation], posts()).is(expectation, expected);
    }
    let mut both = posts();
    for thing in &mut both {
        thing.0.client = Some("b".into());
    }
    let of_b = "{ calls: POST /clients, client: b, as: posts }";
    Play::new(&["a", "b"], &[of_b], &["{ calls: posts, exactly: 2 }"], both).is("of another client", Held);
}

#[test]
fn a_way_that_was_taken_leaves_its_names() {
    let none = "{ calls: GET /me, at_least: 1, as: way }";
    let taken = "{ calls: POST /clients, nth: 2, as: way }";
    let after = "{ values: '{{ way.request.id }}', are: 2 }";
    Play::new(&["client"], &[], &[&format!("{{ any_of: [{none}, {taken}] }}"), after], posts()).is("taken", Held);
    let failed = "{ calls: POST /clients, exactly: 1, as: posts }";
    let either = format!("{{ any_of: [{failed}, {{ calls: POST /clients, nth: 1 }}] }}");
    Play::new(&["client"], &[], &[&either, "{ calls: posts }"], posts()).is("not taken", Unknown("`posts`"));
    let before = "{ calls: POST /clients, nth: 1, as: posts }";
    let kept = [before, either.as_str(), "{ calls: posts, exactly: 1 }"];
    Play::new(&["client"], &[], &kept, posts()).is("a name from before is what it was", Held);
}

#[test]
fn one_expectation_can_be_asked_for_by_itself() {
    assert!(Play::new(&["client"], &[], &["{ calls: POST /clients, at_least: 2 }"], posts()).first_holds());
    assert!(!Play::new(&["client"], &[], &["{ calls: POST /clients, at_least: 3 }"], posts()).first_holds());
    assert!(!Play::new(&["client"], &[], &["{ calls: POST /cases }"], posts()).first_holds());
}
