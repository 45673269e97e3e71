//! What a verdict becomes in the `JUnit` file, and what any consumer needs of its numbers and names.

use std::collections::HashSet;

use preflight::judge::Readiness;
use preflight::report::junit::{Element, crash, elements, render};
use preflight::report::model::{CheckResult, LevelLabel, VerdictLabel};

use super::consumers::reports;
use super::sample::{calm, empty, everything, report, unit};
use crate::support::xml::cases;

#[test]
fn each_verdict_has_its_element() {
    use VerdictLabel as V;
    // Verdict, whether the check is required, whether it is a risk, whether it is blocked by a red check; then the
    // element without and with `--strict`.
    let table = [
        (V::Pass, true, false, false, Element::Bare, Element::Bare),
        (V::Pass, false, false, false, Element::Bare, Element::Bare),
        (V::Fail, true, false, false, Element::Failure, Element::Failure),
        (V::Fail, false, true, false, Element::Skipped, Element::Failure),
        (V::Inconclusive, true, false, false, Element::Error, Element::Error),
        (V::Inconclusive, true, false, true, Element::Skipped, Element::Skipped),
        (V::Inconclusive, false, false, false, Element::Skipped, Element::Skipped),
        (V::Inconclusive, false, false, true, Element::Skipped, Element::Skipped),
        (V::Attested, true, false, false, Element::Bare, Element::Bare),
        (V::Attested, true, true, false, Element::Bare, Element::Failure),
        (V::Attested, false, false, false, Element::Bare, Element::Bare),
        (V::Waived, true, true, false, Element::Skipped, Element::Failure),
        (V::Waived, false, false, false, Element::Skipped, Element::Skipped),
        (V::Skipped, true, false, false, Element::Skipped, Element::Skipped),
    ];
    for (verdict, required, risk, blocked, plain, strict) in table {
        let level = if required { LevelLabel::Required } else { LevelLabel::Recommended };
        let blocked_by = blocked.then(|| "red.one@test".to_owned());
        let tried = CheckResult { level, risk, blocked_by, ..unit("a.b", "test", "a.b", verdict) };
        let red = unit("red.one", "test", "a.b", VerdictLabel::Fail);
        let mut whole = report(Readiness::NotReady, Vec::new());
        whole.checks = vec![tried, red];
        for (is_strict, element) in [(false, plain), (true, strict)] {
            whole.strict = is_strict;
            assert_eq!(elements(&whole)[0], element, "{verdict:?} {required} {risk} {blocked} strict {is_strict}");
        }
    }
}

/// A check that is blocked by a recommended or waived one is an error of its own, because nothing else would be red.
#[test]
fn what_is_blocked_by_something_that_is_not_red_is_red_itself() {
    for (verdict, level) in [
        (VerdictLabel::Fail, LevelLabel::Recommended),
        (VerdictLabel::Inconclusive, LevelLabel::Recommended),
        (VerdictLabel::Waived, LevelLabel::Required),
    ] {
        let blocker = CheckResult { level, ..unit("a.first", "test", "a.b", verdict) };
        let blocked_by = Some("a.first@test".to_owned());
        let blocked = CheckResult { blocked_by, ..unit("a.second", "test", "a.b", VerdictLabel::Inconclusive) };
        let whole = report(Readiness::Inconclusive, vec![blocker, blocked]);
        assert_eq!(elements(&whole), [Element::Skipped, Element::Error], "{verdict:?}");
    }
}

/// Jenkins' xUnit plugin rejects a file with more decimals, and a consumer crashes on a duplicate property.
#[test]
fn times_have_three_decimals_and_no_property_is_there_twice() {
    for mut report in reports() {
        report.duration_ms = 9_007;
        for (at, unit) in report.checks.iter_mut().enumerate() {
            unit.duration_ms = 1 + 333 * at as u64;
            unit.remarks = vec!["one".to_owned(), "another".to_owned(), "one".to_owned()];
        }
        let xml = render(&report, true).unwrap();
        let document = roxmltree::Document::parse(&xml).unwrap();
        let times: Vec<&str> = document.descendants().filter_map(|node| node.attribute("time")).collect();
        assert!(times.len() > report.checks.len() && times.contains(&"9.007"), "{times:?}");
        for time in times {
            let (whole, decimals) = time.split_once('.').unwrap();
            assert!(decimals.len() == 3 && format!("{whole}{decimals}").parse::<u64>().is_ok(), "{time}");
        }
        for rows in document.descendants().filter(|node| node.has_tag_name("properties")) {
            let names: Vec<&str> = rows.children().filter_map(|row| row.attribute("name")).collect();
            let unique: HashSet<&&str> = names.iter().collect();
            assert_eq!(unique.len(), names.len(), "{names:?}");
        }
        let values = document.descendants().filter_map(|node| node.attribute("value"));
        assert!(values.filter(|value| *value == "another").count() >= report.checks.len(), "none is lost");
    }
}

/// Consumers annotate the file that a case names. The files of a built-in pack are not on the disk.
#[test]
fn a_case_of_a_built_in_pack_names_no_file() {
    for built_in in [true, false] {
        let mut report = everything();
        report.pack.built_in = built_in;
        for case in cases(&render(&report, true).unwrap()).iter().filter(|case| !case.property("check").is_empty()) {
            assert_eq!(case.attribute("file").is_empty(), built_in, "{case:?}");
            assert_eq!(case.attribute("line").is_empty(), built_in, "{case:?}");
        }
    }
}

#[test]
fn an_answer_that_no_case_shows_has_a_case_of_its_own() {
    let mut withheld = calm();
    (withheld.readiness, withheld.because) = (Readiness::Inconclusive, Some("Nothing was shown.".to_owned()));
    let mut interrupted = calm();
    interrupted.interrupted = true;
    for (report, said) in [(withheld, "Nothing was shown."), (interrupted, "The run was interrupted.")] {
        let cases = cases(&render(&report, true).unwrap());
        assert_eq!(cases.len(), report.checks.len() + 1);
        let last = cases.last().unwrap();
        assert_eq!(last.child("error").map(|(message, _)| message), Some(said), "{last:?}");
    }
    let red = render(&everything(), true).unwrap();
    assert!(!red.contains("The run answers its question"), "where something is red already, nothing is added");
}

#[test]
fn a_crash_and_an_empty_run_are_one_error_each() {
    let crashed = crash("it broke ]]> \u{1b}[31m <b> \0\nand more");
    for (xml, part) in [
        (crashed, "it broke ]]> \\u{1b}[31m <b> \\u{0} and more"),
        (render(&empty(), true).unwrap(), "no checks were planned"),
    ] {
        let cases = cases(&xml);
        let [case] = cases.as_slice() else { panic!("{xml}") };
        let (message, text) = case.child("error").unwrap();
        assert!(message.contains(part), "{message}");
        assert!(text.starts_with(message));
    }
}
