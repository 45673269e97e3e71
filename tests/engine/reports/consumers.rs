//! The `JUnit` file as its consumers see it: their rules, restated from what they document or do. From the XML alone,
//! each must come to the verdicts in the report.

use std::collections::{BTreeMap, HashSet};

use preflight::judge::ItemVerdict;
use preflight::report::junit::{Element, elements, render};
use preflight::report::model::{ItemRow, LevelLabel, Report};

use super::sample::{calm, everything, selection};
use crate::support::xml::{Case, cases, python};

/// What a consumer makes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Passed,
    Failed,
    Errored,
    Skipped,
}

/// A case as a consumer shows it.
struct Shown {
    /// What the consumer tells cases apart by.
    identity: String,
    seen: Seen,
    /// What a person reads first.
    message: String,
}

/// How a consumer reads the cases of a file.
type Consumer = fn(&[Case]) -> Vec<Shown>;

const CONSUMERS: [(&str, Consumer); 5] = [
    ("GitLab", gitlab),
    ("Jenkins", jenkins),
    ("mikepenz/action-junit-report", mikepenz),
    ("EnricoMi/publish-unit-test-result", enricomi),
    ("CircleCI", circleci),
];

/// Reads as GitLab: the first of failure, error and skipped counts; text is shown, attributes are not; a `type` that
/// names a conversion is obeyed; of cases with the same key, the first is kept.
fn gitlab(cases: &[Case]) -> Vec<Shown> {
    let mut kept: BTreeMap<String, Shown> = BTreeMap::new();
    for case in cases {
        let found = [("failure", Seen::Failed), ("error", Seen::Errored), ("skipped", Seen::Skipped)]
            .into_iter()
            .find_map(|(name, seen)| case.child(name).map(|(_, text)| (seen, text.to_owned())));
        let (seen, message) = found.unwrap_or((Seen::Passed, String::new()));
        let identity = format!("{}_{}_{}", case.suite, case.attribute("classname"), case.attribute("name"));
        if let Some((_, text)) = case.child("system-out") {
            assert!(!text.contains("[[ATTACHMENT|"), "{text}");
        }
        kept.entry(identity.clone()).or_insert(Shown { identity, seen, message });
    }
    kept.into_values().collect()
}

/// Reads as Jenkins: the text of an error, or else of a failure, makes a case red unless it is skipped; the details are
/// the message. Classes are split at their last dot.
fn jenkins(cases: &[Case]) -> Vec<Shown> {
    let show = |case: &Case| {
        let red = case.child("error").or_else(|| case.child("failure"));
        let (seen, message) = match (case.child("skipped"), red) {
            (Some((message, text)), _) => (Seen::Skipped, if message.is_empty() { text } else { message }),
            (None, Some((message, _))) => (Seen::Failed, message),
            (None, None) => (Seen::Passed, ""),
        };
        let class = case.attribute("classname");
        let (package, simple) = class.rsplit_once('.').expect("a class in a package");
        assert!(!package.is_empty() && !simple.is_empty() && !class.contains('/'), "{class}");
        Shown { identity: format!("{class}.{}", case.attribute("name")), seen, message: message.to_owned() }
    };
    cases.iter().map(show).collect()
}

/// Reads as the GitHub action of mikepenz: with retries enabled, cases of one name in a suite are attempts of one test,
/// and a success wins; a skipped case never fails; the message is shown, or else the text, or else the name.
fn mikepenz(cases: &[Case]) -> Vec<Shown> {
    let mut kept: BTreeMap<String, Shown> = BTreeMap::new();
    for case in cases {
        let red = case.child("failure").or_else(|| case.child("error"));
        let seen = match (case.child("skipped"), red) {
            (Some(_), _) => Seen::Skipped,
            (None, Some(_)) => Seen::Failed,
            (None, None) => Seen::Passed,
        };
        let message =
            red.map_or(case.attribute("name"), |(message, text)| if message.is_empty() { text } else { message });
        // A line belongs to a file. Without a file, the class is the place.
        let line = case.attribute("line");
        assert!(line.is_empty() == case.attribute("file").is_empty(), "no place: {case:?}");
        assert!(line.is_empty() || line.parse::<usize>().is_ok(), "no line: {case:?}");
        let identity = format!("{}/{}", case.suite, case.attribute("name"));
        let shown = Shown { identity: identity.clone(), seen, message: message.to_owned() };
        let better = kept.get(&identity).is_none_or(|old| old.seen == Seen::Failed && seen != Seen::Failed);
        if better {
            kept.insert(identity, shown);
        }
    }
    kept.into_values().collect()
}

/// Reads as the GitHub action of `EnricoMi`: the worst child counts; errors and failures are told apart; runs with the
/// same file, class and name are one test.
fn enricomi(cases: &[Case]) -> Vec<Shown> {
    let show = |case: &Case| {
        let found = [("error", Seen::Errored), ("failure", Seen::Failed), ("skipped", Seen::Skipped)]
            .into_iter()
            .find_map(|(name, seen)| case.child(name).map(|(message, _)| (seen, message.to_owned())));
        let (seen, message) = found.unwrap_or((Seen::Passed, String::new()));
        let of = |name| case.attribute(name);
        Shown { identity: format!("{}|{}|{}", of("file"), of("classname"), of("name")), seen, message }
    };
    cases.iter().map(show).collect()
}

/// Reads as `CircleCI`: `file` or `classname`, and `name`, must exist; errors and failures are the same.
fn circleci(cases: &[Case]) -> Vec<Shown> {
    let show = |case: &Case| {
        let red = case.child("failure").or_else(|| case.child("error"));
        let seen = match (red, case.child("skipped")) {
            (Some(_), _) => Seen::Failed,
            (None, Some(_)) => Seen::Skipped,
            (None, None) => Seen::Passed,
        };
        let of = |name| case.attribute(name);
        assert_ne!(of("name"), "");
        assert_ne!(of("file").to_owned() + of("classname"), "");
        let message = red.or(case.child("skipped")).map(|(message, _)| message).unwrap_or_default();
        Shown {
            identity: format!("{}|{}|{}", of("file"), of("classname"), of("name")),
            seen,
            message: message.to_owned(),
        }
    };
    cases.iter().map(show).collect()
}

/// Returns how many cases of each kind a report should show to a consumer.
fn wanted(report: &Report, errors_are_failures: bool) -> BTreeMap<Seen, usize> {
    let mut counts = BTreeMap::new();
    let alone = |item: &ItemRow| match (item.verdict, &report.selection) {
        (ItemVerdict::Attested, _) => Element::Bare,
        (_, None) => Element::Error,
        (_, Some(_)) => Element::Skipped,
    };
    let items = report.items.iter().filter(|item| has_case(report, item)).map(alone);
    for element in elements(report).into_iter().chain(items) {
        let seen = match element {
            Element::Bare => Seen::Passed,
            Element::Failure => Seen::Failed,
            Element::Error if errors_are_failures => Seen::Failed,
            Element::Error => Seen::Errored,
            Element::Skipped => Seen::Skipped,
        };
        *counts.entry(seen).or_insert(0) += 1;
    }
    counts
}

/// Whether an item has a case of its own: no check serves it, or it is inconclusive and only recommended checks serve
/// it.
fn has_case(report: &Report, item: &ItemRow) -> bool {
    let mut checks = report.checks.iter().filter(|unit| item.checks.contains(&unit.full_id()));
    let advice = checks.all(|unit| unit.level == LevelLabel::Recommended);
    item.checks.is_empty() || (advice && item.verdict == ItemVerdict::Inconclusive && report.selection.is_none())
}

/// Counts the cases: one for each check, and one for each item with a case of its own.
fn all(report: &Report) -> usize {
    report.checks.len() + report.items.iter().filter(|item| has_case(report, item)).count()
}

pub(crate) fn reports() -> Vec<Report> {
    let mut strict = everything();
    strict.strict = true;
    let mut twins = everything();
    for unit in &mut twins.checks {
        unit.title = "One title".to_owned();
        unit.items = vec!["one.item".to_owned()];
        unit.section = "one".to_owned();
    }
    let mut folder = everything();
    folder.pack.built_in = true;
    vec![everything(), strict, twins, folder, calm(), selection()]
}

#[test]
fn every_consumer_counts_what_the_report_says() {
    for report in reports() {
        let cases = cases(&render(&report, true).unwrap());
        for (name, consumer) in CONSUMERS {
            let shown = consumer(&cases);
            let merges = name == "GitLab" || name.starts_with("EnricoMi");
            let mut counts = BTreeMap::new();
            for case in &shown {
                *counts.entry(case.seen).or_insert(0) += 1;
            }
            assert_eq!(counts, wanted(&report, !merges), "{name}");
            let identities: HashSet<&String> = shown.iter().map(|case| &case.identity).collect();
            assert_eq!(identities.len(), all(&report), "{name} loses or merges cases");
        }
    }
}

#[test]
fn every_consumer_shows_why_a_case_did_not_pass() {
    for report in reports() {
        let cases = cases(&render(&report, true).unwrap());
        for (name, consumer) in CONSUMERS {
            for shown in consumer(&cases).iter().filter(|shown| shown.seen != Seen::Passed) {
                assert!(!shown.message.trim().is_empty(), "{name}: {}", shown.identity);
            }
        }
        for case in &cases {
            for (kind, message, text) in &case.children {
                let message = message.as_deref().unwrap_or_else(|| text.lines().next().unwrap());
                assert_eq!(text.lines().next(), Some(message), "the text of {kind} begins with the message");
                assert!(!message.contains('\n'));
            }
            assert!(case.children.len() <= 1, "one child at most");
        }
    }
}

#[test]
fn a_third_parser_counts_the_same() {
    for report in reports() {
        if let Some(counts) = python(&render(&report, true).unwrap()) {
            let wanted = wanted(&report, false);
            let of = |seen| wanted.get(&seen).copied().unwrap_or(0);
            let all = all(&report);
            let expected = format!("{all} {} {} {}", of(Seen::Failed), of(Seen::Errored), of(Seen::Skipped));
            assert_eq!(counts, expected);
        }
    }
}

#[test]
fn totals_of_root_and_suites_are_the_sums_of_their_cases() {
    let xml = render(&everything(), true).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let number = |node: roxmltree::Node, name| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let of = |node: roxmltree::Node, name| node.descendants().filter(|n| n.has_tag_name(name)).count();
    let pairs = [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")];
    for node in document.descendants().filter(|n| n.has_tag_name("testsuites") || n.has_tag_name("testsuite")) {
        for (total, child) in pairs {
            assert_eq!(number(node, total), of(node, child), "{total} of {:?}", node.attribute("name"));
        }
        assert_eq!(node.attribute("timestamp"), Some("2026-10-01T08:00:00Z"));
        assert_eq!(node.attribute("hostname"), None);
        assert!(node.attribute("name").is_some());
    }
}

#[test]
fn a_case_says_where_it_comes_from() {
    let cases = cases(&render(&everything(), true).unwrap());
    let case = cases.iter().find(|case| case.property("check") == "auth.remint-on-401@rehearsal").unwrap();
    assert_eq!(case.attribute("classname"), "example.auth.retry-on-401");
    assert_eq!(case.attribute("name"), "Re-mints the token once after a 401, and repeats the call once (rehearsal)");
    assert_eq!(case.attribute("file"), "checks/acme/auth/remint-on-401.yaml");
    assert_eq!(case.attribute("line"), "3");
    assert_eq!(case.attribute("time"), "0.120");
    assert_eq!(case.property("items"), "auth.retry-on-401 cases.required-fields");
    let others = [
        ("level", "required"),
        ("verdict", "fail"),
        ("responsible", "partner"),
        ("docs", "https://docs.example/guide"),
    ];
    for (name, value) in others {
        assert_eq!(case.property(name), value);
    }
}

#[test]
fn without_timings_equal_verdicts_give_equal_bytes() {
    let mut later = calm();
    "2027-01-01T00:00:00Z".clone_into(&mut later.started);
    later.duration_ms = 1;
    later.checks[0].duration_ms = 7_000;
    assert_eq!(render(&calm(), false).unwrap(), render(&later, false).unwrap());
    assert_ne!(render(&calm(), true).unwrap(), render(&later, true).unwrap());
}
