//! The expectation `shown`: whether a received URL was shown, where, and with which host.

use preflight::evidence::{EntryKind, Page};
use serde_json::{Value, json};

use super::evidence::Is::{Failed, Held, Unknown};
use super::evidence::{Is, Play, Thing, action, answered, call, page, row, skipped, timed_out};

const SIGN: &str = "https://pages.example/sign/<rehearsal.url>";
const APPROVE: &str = "https://pages.example/approve?token=<rehearsal.url#2>";

fn received(urls: &[&str]) -> Thing {
    call(10, 20, "POST /clients", 409)
        .json(json!({ "back": "https://acme.example/own" }))
        .reply(json!({ "links": urls }))
}

/// Returns a call that the provider answered with 202 and a URL.
fn taken_on() -> Thing {
    received(&[SIGN]).call(|call| call.answer.status = 202)
}

fn shows(urls: &[&str]) -> Thing {
    action(0, 30, answered(200, json!({ "urls": urls }))).step("first").presents(urls)
}

#[test]
fn a_url_is_presented_whatever_became_of_its_host_and_query() {
    for (what, theirs, expected) in [
        ("as it came", &[APPROVE][..], Held),
        ("with a return URL", &["https://pages.example/approve?token=<rehearsal.url#2>&back=x"], Held),
        ("with another host", &["https://other.example/approve?token=<rehearsal.url#2>"], Held),
        ("with a second question mark", &["https://pages.example/approve?token=<rehearsal.url#2>?back=x"], Held),
        ("without its query", &["https://pages.example/approve?back=x"], Held),
        ("among others", &["https://acme.example/help", APPROVE], Held),
        (
            "with another token",
            &["https://pages.example/approve?token=<rehearsal.url#3>"],
            Failed("the client is shown"),
        ),
        ("another page", &["https://pages.example/approved?token=<rehearsal.url#2>"], Failed("approved")),
        ("none", &[], Failed("the client was shown no URL")),
    ] {
        row(what, "{ shown: provider_url }", vec![received(&[APPROVE]), shows(theirs)], expected);
    }
    let joined = "https://pages.example/sign/<rehearsal.url>&back=x";
    row("joined to a path", "{ shown: provider_url }", vec![received(&[SIGN]), shows(&[joined])], Held);
}

#[test]
fn a_received_url_is_the_same_however_it_is_written() {
    for (ours, theirs) in [
        ("https://pages.example", "https://pages.example/"),
        ("https://pages.example/a%2Fb", "https://PAGES.example:443/a%2fb"),
        ("https://pages.example/~x?n=a%20b", "https://pages.example./%7Ex?n=a+b"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
    ] {
        for expectation in ["{ shown: provider_url }", "{ shown: received_host }"] {
            row(theirs, expectation, vec![received(&[ours]), shows(&[theirs])], Held);
        }
    }
    let things = vec![received(&["https://ACME.example:443/own"]), shows(&["https://acme.example/own"])];
    row("its own in another spelling", "{ shown: provider_url }", things, Unknown("sent no URL"));
}

#[test]
fn labels_are_told_apart_by_their_number() {
    let sign = |n: &str| format!("https://pages.example/sign/<rehearsal.url{n}>");
    let things = || vec![received(&[&sign(""), &sign("#2"), &sign("#3")]), shows(&[&sign("#3")])];
    for (n, expected) in [("", Failed("shown")), ("#2", Failed("shown")), ("#3", Held)] {
        row(n, &format!("{{ shown: provider_url, url: '{}' }}", sign(n)), things(), expected);
    }
}

#[test]
fn one_of_several_will_do_unless_they_are_named() {
    let things = |urls: &[&str]| vec![received(&[SIGN, APPROVE]), shows(urls)];
    let all = "{ shown: provider_url, url: '{{ got.reply.links }}' }";
    let second = "{ shown: provider_url, url: '{{ got.reply.links[1] }}' }";
    let none = "{ shown: provider_url, url: '{{ got.reply.nothing }}' }";
    let no_url = "{ shown: provider_url, url: '{{ got.status }}' }";
    for (expectation, urls, expected) in [
        ("{ shown: provider_url }", &[SIGN][..], Held),
        (all, &[SIGN], Failed("shown https://pages.example/approve")),
        (all, &[APPROVE, SIGN], Held),
        (second, &[SIGN], Failed("approve")),
        (second, &[APPROVE], Held),
        (none, &[APPROVE], Unknown("got.reply.nothing")),
        (no_url, &[APPROVE], Unknown("which is not a URL")),
    ] {
        let got = "{ calls: POST /clients, as: got }";
        Play::new(&["client"], &[got], &[expectation], things(urls)).is(expectation, expected);
    }
}

#[test]
fn what_the_partner_sent_itself_was_not_received() {
    let things = vec![received(&["https://acme.example/own"]), shows(&["https://acme.example/own"])];
    row("its own", "{ shown: provider_url }", things, Unknown("sent no URL"));
    row("nothing at all", "{ shown: provider_url }", vec![shows(&[])], Unknown("sent no URL"));
}

#[test]
fn silence_fails_only_where_there_was_somewhere_to_look() {
    let by = |outcome| vec![received(&[SIGN]), action(0, 30, outcome).step("first")];
    for (what, things, expected) in [
        ("JSON", by(answered(200, json!({ "status": "ok" }))), Failed("add `rehearsal.lookups.shown` to profile.yaml")),
        ("HTML", by(answered(200, json!("<p>Thanks</p>"))), Failed("the client was shown no URL")),
        ("a refusal", by(answered(409, Value::Null)), Failed("the client was shown no URL")),
        (
            "taken on, with the URL at hand",
            by(answered(202, json!({ "status": "queued" }))),
            Failed("the action answered 202 after the provider had sent the URL"),
        ),
        (
            "taken on before the URL came",
            vec![action(0, 15, answered(202, json!({ "status": "queued" }))).step("first"), received(&[SIGN])],
            Unknown("the action submit_case answered 202"),
        ),
        ("an empty answer", by(answered(204, Value::Null)), Unknown("answered 204")),
        ("no answer", vec![taken_on(), action(0, 30, timed_out()).step("first")], Unknown("no answer within 30 s")),
        ("left out", vec![received(&[SIGN]), skipped("first")], Unknown("no action was carried out")),
    ] {
        row(what, "{ shown: provider_url }", things, expected);
    }
}

fn with_page(pages: Vec<Thing>, expectation: &str, what: &str, expected: Is) {
    let things = [received(&[SIGN]), action(0, 30, answered(202, Value::Null)).step("first")];
    let things = things.into_iter().chain(pages).collect();
    let profile = json!({ "rehearsal": { "lookups": { "shown": { "request": "GET http://127.0.0.1/" } } } });
    Play::new(&["client"], &[], &[expectation], things).profile(profile).is(what, expected);
}

#[test]
fn a_page_that_the_profile_names_is_where_one_looks() {
    let page = |status, by| page(Page::Shown, by, answered(status, json!("a page")));
    let any = "{ shown: provider_url }";
    with_page(vec![page(200, Some("first")).presents(&[SIGN])], any, "shown", Held);
    with_page(vec![page(200, Some("first"))], any, "not shown", Failed("the client was shown no URL"));
    with_page(
        vec![page(404, Some("first"))],
        any,
        "no such page",
        Unknown("answered 404; correct `rehearsal.lookups.shown`"),
    );
    with_page(Vec::new(), any, "never looked", Unknown("was not read"));
    let by = "{ shown: provider_url, by: second }";
    with_page(vec![page(200, Some("second")).presents(&[SIGN])], by, "by the second", Held);
    with_page(
        vec![page(200, Some("first")).presents(&[SIGN])],
        by,
        "by the first",
        Failed("the client was shown no URL"),
    );
}

#[test]
fn the_action_can_be_named() {
    let second = |urls: &[&str]| action(40, 50, answered(200, json!({}))).step("second").presents(urls);
    let by = "{ shown: provider_url, by: second }";
    row("by the second", by, vec![received(&[SIGN]), shows(&[]), second(&[SIGN])], Held);
    row(
        "by the first",
        by,
        vec![received(&[SIGN]), shows(&[SIGN]), second(&[])],
        Failed("the client was shown no URL"),
    );
}

#[test]
fn the_host_is_the_one_that_was_received() {
    for (what, theirs, expected) in [
        ("the same", APPROVE, Held),
        ("another", "https://other.example/approve?token=<rehearsal.url#2>", Failed("a URL at https://pages.example")),
        ("another port", "https://pages.example:8443/approve?token=<rehearsal.url#2>", Failed(":8443")),
        ("another scheme", "http://pages.example/approve?token=<rehearsal.url#2>", Failed("http://pages.example")),
        ("the scheme's own port", "https://PAGES.example:443/approve?token=<rehearsal.url#2>", Held),
        ("not shown", "https://pages.example/", Unknown("is shown")),
    ] {
        row(what, "{ shown: received_host }", vec![received(&[APPROVE]), shows(&[theirs])], expected);
    }
}

#[test]
fn nothing_means_no_page_of_the_provider_and_nothing_that_was_received() {
    let by = |outcome, urls: &[&str]| vec![received(&[SIGN]), action(0, 30, outcome).presents(urls)];
    let refused = || answered(409, json!({ "message": "no" }));
    for (what, things, expected) in [
        ("nothing", by(refused(), &[]), Held),
        ("its own pages", by(refused(), &["https://acme.example/help"]), Held),
        ("a page", by(refused(), &["https://app.example/login"]), Failed("https://app.example/login")),
        ("a received one", by(refused(), &["https://evil.example/sign/<rehearsal.url>"]), Failed("evil.example")),
        ("nowhere to look", by(answered(202, Value::Null), &[]), Unknown("cannot see what the client is shown")),
    ] {
        row(what, "{ shown: nothing }", things, expected);
    }
}

#[test]
fn each_client_is_shown_its_own() {
    let things = |urls: &[&str]| {
        vec![received(&[SIGN]).of("a"), received(&[APPROVE]).of("b"), shows(&[SIGN]).of("a"), shows(urls).of("b")]
    };
    let each = "{ shown: provider_url, client: each }";
    Play::new(&["a", "b"], &[], &[each], things(&[APPROVE])).is("each", Held);
    Play::new(&["a", "b"], &[], &[each], things(&[SIGN])).is("another's", Failed("approve"));
    let silent = things(&[]).into_iter().filter(|thing| !matches!(thing.0.what, EntryKind::Call(_))).collect();
    Play::new(&["a", "b"], &[], &[each], silent).is("none", Unknown("sent no URL"));
}
