//! The expectations `values` and `response`: the values that must hold, unusable responses, and what is reported about
//! a value that was not found.

use preflight::evidence::{Responsible, TransportError, TransportErrorKind};
use preflight::judge::Verdict;
use serde_json::{Value, json};

use super::evidence::Is::{self, Failed, Held, Unknown};
use super::evidence::{Play, Thing, answered, asked, row, skipped};

/// Judges a value that is written into the expectation itself.
fn judgement(value: &Value, are: &str, expected: Is) {
    let one = asked("one", answered(200, json!({ "on": true, "value": value })), None);
    let expectation = format!("{{ response: one, body: {{ $.value: {are} }} }}");
    row(&format!("{value} {are}"), &expectation, vec![one], expected);
}

#[test]
fn equal_addresses_are_equal_values() {
    for (value, are, expected) in [
        (json!("https://A.example:443"), "https://a.example/", Held),
        (json!("https://a.example/%7ex"), "{ same_url_as: 'https://a.example/~x' }", Held),
        (json!(["https://a.example"]), "{ contains: 'https://a.example/' }", Held),
        (json!(["https://a.example"]), "{ contains_all: ['https://A.example/'] }", Held),
        (json!("https://a.example/"), "{ not_equals: 'https://a.example' }", Failed("differs from")),
        (json!("https://a.example./x"), "{ url: { host: A.example, scheme: https } }", Held),
        (
            json!("https://a.example/x/"),
            "{ same_url_as: 'https://a.example/x' }",
            Failed("the trailing slash of the path"),
        ),
        (json!("https://a.example/X"), "{ same_url_as: 'https://a.example/x' }", Failed("the case of letters")),
        (json!("https://a.example/v1"), "{ same_url_as: 'https://a.example' }", Failed("differ in the path")),
        (json!("https://a.example/?x"), "{ same_url_as: 'https://a.example' }", Failed("the query or the fragment")),
        (json!("https://a.example/#x"), "{ same_url_as: 'https://a.example' }", Failed("the query or the fragment")),
        (json!("https://u@a.example/"), "{ same_url_as: 'https://a.example' }", Failed("the user information")),
        (json!("https://a.example:444"), "{ same_url_as: 'https://a.example' }", Failed("the port")),
        (json!("a.example"), "{ same_url_as: 'https://a.example' }", Failed("is a.example")),
        (json!(null), "{ same_url_as: 'https://a.example' }", Failed("value is absent")),
    ] {
        judgement(&value, are, expected);
    }
}

#[test]
fn what_is_absent_or_of_another_type_is_no_positive_statement() {
    let values = [json!(null), json!(7), json!("x"), json!([]), json!({}), json!(true)];
    for (are, held) in [
        ("{ exists: true }", &[json!(7), json!("x"), json!([]), json!({}), json!(true)][..]),
        ("{ exists: false }", &[json!(null)]),
        ("{ equals: x }", &[json!("x")]),
        ("{ not_equals: y }", &[json!(7), json!("x"), json!([]), json!({}), json!(true)]),
        ("{ one_of: [x, 7] }", &[json!(7), json!("x")]),
        ("{ matches: x }", &[json!("x")]),
        ("{ starts_with: x }", &[json!("x")]),
        ("{ contains: x }", &[]),
        ("{ contains_all: [] }", &[json!([])]),
        ("{ at_least: 1 }", &[json!(7)]),
        ("{ at_most: 7 }", &[json!(7), json!([])]),
        ("{ max_length: 5 }", &[json!("x")]),
        ("{ equals_ignoring_case: X }", &[json!("x")]),
        ("{ media_type: image/* }", &[]),
        ("{ url: { scheme: https } }", &[]),
        // An absent value satisfies `not`. A value of another type satisfies neither the matcher nor its negation.
        ("{ not: true }", &[json!(null)]),
        ("{ not: { matches: y } }", &[json!(null), json!("x")]),
        ("{ not: { at_least: 8 } }", &[json!(null), json!(7), json!([])]),
        ("{ not: { contains: x } }", &[json!(null), json!([])]),
        ("{ not: { same_url_as: 'https://a.example' } }", &[json!(null), json!("x")]),
    ] {
        for value in &values {
            judgement(value, are, if held.contains(value) { Held } else { Failed("") });
        }
    }
}

#[test]
fn a_host_is_public_as_far_as_it_shows() {
    let public = "{ url: { scheme: https, address: public, port: [443, 8443] } }";
    for host in
        ["acme.example", "hooks.acme.example:8443", "93.184.216.34", "[2606:2800:220:1::1]", "1.2.3.4.acme.example"]
    {
        judgement(&json!(format!("https://{host}/hook")), public, Held);
    }
    let not = "127.0.0.1 127.0.0.1:8443 2130706433 0x7f.1 0177.0.0.1 127.1 [::1] [::ffff:127.0.0.1] localhost \
               app.localhost LOCALHOST. 10.0.0.1 172.16.9.9 192.168.1.1 [fd12::1] 169.254.169.254 [fe80::1] 100.64.0.1 \
               0.0.0.0 [::] 224.0.0.1 [ff02::1] 255.255.255.255 192.0.2.1 198.51.100.7 203.0.113.9 3221225985 \
               [2001:db8::1] [::ffff:192.0.2.1] printer.local db.internal metadata.google.internal intranet nas.home.arpa \
               acme.example:444";
    for host in not.split_whitespace() {
        judgement(&json!(format!("https://{host}/hook")), public, Failed("a public host"));
    }
    judgement(&json!("http://acme.example/hook"), public, Failed("the scheme https"));
}

#[test]
fn a_media_type_is_compared_without_case_and_parameters() {
    for (text, wanted, expected) in [
        ("image/png", "image/*", Held),
        ("Image/SVG+XML; charset=utf-8", "image/*", Held),
        ("IMAGE/PNG ;q=1", "image/png", Held),
        ("image/png", "Image/PNG", Held),
        ("image/", "image/*", Failed("the media type image/*")),
        ("text/html", "image/*", Failed("text/html")),
        ("x-image/png", "image/*", Failed("x-image")),
        ("image/png", "image/svg+xml", Failed("image/png")),
    ] {
        judgement(&json!(text), &format!("{{ media_type: {wanted} }}"), expected);
    }
}

fn responsible(expectation: &str, things: Vec<Thing>, expected: Is) -> Option<Responsible> {
    let play = Play::new(&["client"], &[], &[expectation], things);
    play.is(expectation, expected);
    match play.judgement().verdict {
        Verdict::Fail(finding) | Verdict::Inconclusive(finding) => Some(finding.responsible),
        Verdict::Pass => None,
    }
}

#[test]
fn a_success_of_another_shape_is_the_providers_trouble() {
    let bodies = [json!({ "error": "no" }), json!({}), json!([]), json!("<html>"), json!(null), json!({ "on": null })];
    for body in bodies {
        for expectation in [
            "{ response: one, status: 200 }",
            "{ response: one, body: { $.on: true } }",
            "{ response: one, body: { $.off: { not: true } } }",
            "{ values: { of: one, take: $.on }, are: { contains: true } }",
        ] {
            let things = vec![asked("one", answered(200, body.clone()), None)];
            assert_eq!(
                responsible(expectation, things, Unknown("answer")),
                Some(Responsible::Provider),
                "{body} {expectation}"
            );
        }
    }
    for body in [json!({ "error": "no" }), json!("<html>"), json!([7]), json!([{ "name": "x" }])] {
        let expectation = "{ values: { of: list, select: '$[*]', where: { $.on: true } }, are: { at_least: 1 } }";
        let things = vec![asked("list", answered(200, body.clone()), None)];
        assert_eq!(responsible(expectation, things, Unknown("")), Some(Responsible::Provider), "{body}");
    }
    // An empty list is a list, and an error response has the shape of errors.
    let empty = vec![asked("list", answered(200, json!([])), None)];
    responsible("{ response: list, status: 200 }", empty, Held);
    let refused = || vec![asked("one", answered(403, json!({ "message": "no" })), None)];
    assert_eq!(
        responsible("{ response: one, status: 200 }", refused(), Failed("403 (no)")),
        Some(Responsible::Partner)
    );
    assert_eq!(
        responsible("{ values: { of: one } , are: { exists: true } }", refused(), Unknown("403")),
        Some(Responsible::Partner)
    );
}

#[test]
fn what_a_template_reads_and_does_not_find_is_never_this_tools_to_mend() {
    let read = |name: &str| format!("{{ values: '{{{{ {name} }}}}', are: {{ exists: true }} }}");
    let got = |body: Value| vec![asked("one", answered(200, body), None)];
    let on = json!({ "on": true, "list": [] });
    for (name, things, words, expected) in [
        ("one.reply.name", got(on.clone()), "gave no `name`", Responsible::Provider),
        ("one.reply.list | first", got(on), "gave no `list`", Responsible::Provider),
        ("one.reply.name", got(json!({ "error": 1 })), "does not match the schema of this call", Responsible::Provider),
        ("one.reply.name", vec![asked("one", answered(401, Value::Null), None)], "401", Responsible::Partner),
        ("one.reply.name", vec![asked("one", answered(503, Value::Null), None)], "503", Responsible::Provider),
        (
            "page.reply.name",
            vec![asked("page", answered(200, json!({})), None)],
            "gave no `name`",
            Responsible::Partner,
        ),
        ("one.reply.name", vec![skipped("one")], "left out", Responsible::Partner),
        ("profile.events", Vec::new(), "add `events`", Responsible::Partner),
    ] {
        let words = Box::leak(words.to_owned().into_boxed_str());
        assert_eq!(responsible(&read(name), things, Unknown(words)), Some(expected), "{name}");
    }
}

#[test]
fn an_address_that_is_not_public_decides_whether_it_answers_or_not() {
    let refused = || {
        preflight::evidence::Outcome::TransportError(TransportError {
            kind: TransportErrorKind::Connect,
            detail: "nobody listens".into(),
        })
    };
    let public = "{ response: page, address: public, certificate: valid }";
    for address in ["127.0.0.1", "10.0.0.1", "169.254.1.1", "::1", "100.64.0.1"] {
        row(address, public, vec![asked("page", refused(), Some(address))], Failed("a public address"));
        row(address, public, vec![asked("page", answered(200, json!({})), Some(address))], Failed("a public address"));
    }
    for address in [None, Some("93.184.216.34")] {
        row("unknown", public, vec![asked("page", refused(), address)], Unknown("nobody listens"));
    }
}

#[test]
fn of_what_was_looked_for_the_nearest_is_named_with_what_it_lacks() {
    let expectation = "{ values: { of: list, select: '$[*]', where: { $.on: true, $.url: { same_url_as: \
                       'https://a.example/hook' } }, take: '$.events[*]', known_by: [$.url, $.why] }, are: { contains_all: \
                       [x, y] } }";
    let node = |url: &str, on: bool, events: &[&str]| json!({ "url": url, "on": on, "events": events, "why": null });
    let good = "https://a.example/hook";
    let off = json!({ "url": good, "on": false, "events": ["x", "y"], "why": "eight failures" });
    for (list, expected) in [
        (json!([node("https://A.example/hook", true, &["y", "x"])]), Held),
        (json!([node(good, true, &["x"]), node(good, true, &["y"])]), Held),
        (json!([]), Failed("none: the response of `list` is an empty list")),
        (
            json!([off.clone()]),
            Failed("the only element (url https://a.example/hook, why eight failures) does not match: on is false"),
        ),
        (
            json!([node("https://a.example/hook/", true, &["x", "y"])]),
            Failed("they differ in the trailing slash of the path"),
        ),
        (
            json!([node("https://a.example/Hook", true, &["x", "y"])]),
            Failed("they differ in the case of letters in the path"),
        ),
        (json!([node("https://b.example/", true, &["x", "y"])]), Failed("they differ in the host")),
        (
            json!([node(good, true, &["x"])]),
            Failed("missing: y, in the matching elements (url https://a.example/hook)"),
        ),
        (
            json!([node("https://b.example/", true, &["x", "y"]), off]),
            Failed("none of 2 elements matches; the nearest (url https://a.example/hook"),
        ),
        (
            json!([node("https://b.example/", true, &[]), node("https://a.example/hook/", true, &["x"])]),
            Failed("the nearest (url https://a.example/hook/) does not match"),
        ),
        (json!([node("https://a.example/hook/", true, &["x"])]), Failed("missing: y")),
    ] {
        row(&list.to_string(), expectation, vec![asked("list", answered(200, list.clone()), None)], expected);
    }
}
