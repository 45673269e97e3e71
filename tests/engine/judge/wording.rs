//! Messages about a wrong value, which are in plain words whatever the matcher is.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};

use preflight::judge::Verdict;
use preflight::pack::matcher::{Matcher, Predicate};
use preflight::yaml::schema_of;
use serde_json::{Value, json};

use super::evidence::{Play, call};

/// A matcher, a value that it rejects, one that it accepts, and what the message says about the first.
const TABLE: [(&str, &str, &str, &str); 20] = [
    ("7", "8", "7", "is 7"),
    ("{ equals: [a, b] }", "[a]", "[a, b]", "is a, b"),
    ("{ not_equals: 7 }", "7", "8", "exists and differs from 7"),
    ("{ not: true }", "true", "false", "is not true"),
    ("{ not: { one_of: [x, y] } }", "x", "z", "is not a value that is x or y"),
    ("{ exists: true }", "null", "1", "exists"),
    ("{ exists: false }", "1", "null", "is absent"),
    ("{ one_of: [x, y, z] }", "a", "y", "is x, y or z"),
    ("{ matches: '^[a-z]+$' }", "A", "a", "matches ^[a-z]+$"),
    ("{ starts_with: 'https://' }", "x", "https://a.example/", "starts with https://"),
    ("{ contains: x }", "[y]", "[x]", "contains x"),
    ("{ contains_all: [x, y] }", "[x]", "[x, y]", "contains all of x, y"),
    ("{ at_least: 2 }", "1", "2", "is at least 2"),
    ("{ at_most: 2 }", "3", "2", "is at most 2"),
    ("{ max_length: 2 }", "abc", "ab", "has at most 2 characters"),
    ("{ equals_ignoring_case: ab }", "x", "AB", "is ab, in any letter case"),
    (
        "{ same_url_as: 'https://a.example/x' }",
        "'https://b.example/'",
        "'https://a.example/x'",
        "is the same URL as https://a.example/x",
    ),
    (
        "{ url: { scheme: https, host: a.example, port: [443, 8443] } }",
        "'http://a.example/'",
        "'https://a.example/'",
        "is a URL with the scheme https, the host a.example and the port 443 or 8443",
    ),
    ("{ url: { address: public } }", "'https://localhost/'", "'https://a.example.com/'", "is a URL with a public host"),
    ("{ media_type: 'image/*' }", "text/html", "IMAGE/png; q=1", "is the media type image/*"),
];

fn read(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns the reason of the verdict on a value in a body.
fn said(matcher: &Value, value: &str) -> String {
    let expectation = json!({ "calls": "POST /cases", "body": { "$.it": matcher } }).to_string();
    let things = vec![call(0, 1, "POST /cases", 201).json(json!({ "it": read(value) }))];
    let judgement = Play::new(&["client"], &[], &[&expectation], things).judgement();
    let Verdict::Fail(finding) = &judgement.verdict else { panic!("{matcher} of {value}: {judgement:?}") };
    finding.reason.clone()
}

/// Whether a text contains something that only a program writes.
fn is_debug(text: &str) -> bool {
    let programs =
        ["Some(", "None", "String(", "Number(", "Bool(", "Array", "Matcher", "Predicate", "Rule", " { ", "([", "[\""];
    let named = [
        "Equals",
        "NotEquals",
        "Not(",
        "Exists",
        "OneOf",
        "Matches",
        "StartsWith",
        "Contain",
        "AtLeast",
        "AtMost",
        "Url(",
    ];
    programs.iter().chain(&named).any(|part| text.contains(part))
}

#[test]
fn every_matcher_is_said_in_plain_words_and_so_is_its_contrary() {
    let mut played: HashSet<Discriminant<Predicate>> = HashSet::new();
    for (matcher, wrong, right, words) in TABLE {
        let matcher = read(matcher);
        let parsed: Matcher = serde_json::from_value(matcher.clone()).unwrap();
        played.extend(parsed.0.iter().map(discriminant));
        let plain = said(&matcher, wrong);
        assert!(plain.contains(&format!("it {words}; observed")) && !is_debug(&plain), "{matcher}: {plain}");
        let contrary = said(&json!({ "not": matcher }), right);
        let known = contrary.contains(&format!("it is not a value that {words}")) || contrary.contains("it is not ");
        assert!(known && !is_debug(&contrary), "{matcher}: {contrary}");
    }
    // A contrast is reported by its numbers.
    let contrast = read("{ contrast: { with: '#ffffff', at_least: 4.5 } }");
    let both = [said(&contrast, "'#eeeeee'"), said(&json!({ "not": contrast }), "'#000000'")];
    assert!(
        both[0].contains("a contrast of at least 4.5") && both[1].contains("is not a value that has a contrast"),
        "{both:?}"
    );
    assert!(!both.iter().any(|text| is_debug(text)), "{both:?}");
    let all = schema_of::<Predicate>()["oneOf"].as_array().map_or(0, Vec::len);
    assert_eq!(played.len() + 1, all, "a matcher is not played here");
}
