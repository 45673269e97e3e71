//! Snapshots of every format that people read, and that nothing is missing in them.

use preflight::judge::Readiness;
use preflight::report::console::{Look, render as console};
use preflight::report::model::Report;
use preflight::report::{json, junit, markdown};

use super::sample::{calm, empty, everything, selection};
use crate::support::snapshot;
use crate::support::xml::cases;

fn reports() -> [(&'static str, Report); 4] {
    [("everything", everything()), ("calm", calm()), ("empty", empty()), ("selection", selection())]
}

#[test]
fn every_format_reads_as_it_should() {
    let held = |name: String, text: &str| snapshot("engine/reports", &name, text);
    for (name, report) in reports() {
        let look = Look { colour: false, width: Some(110), timings: false };
        held(format!("{name}-console"), &console(&report, look));
        held(format!("{name}-junit"), &junit::render(&report, true).unwrap());
        held(format!("{name}-markdown"), &markdown::render(&report));
    }
    let look = Look { colour: true, width: None, timings: false };
    held("everything-console-colour".into(), &console(&everything(), look).replace('\u{1b}', "ESC"));
    held("selection-json".into(), &json::render(&selection(), true).unwrap());
}

/// Returns the checks in the console's list of items, which comes after everything that has a block of its own.
fn console_units(report: &Report) -> Vec<String> {
    let text = console(report, Look::default());
    let from = text.find("\nauth\n").or_else(|| text.find("auth\n")).unwrap();
    let to = text.find("\nRemarks").unwrap_or_else(|| text.rfind("\n\n").unwrap());
    text[from..to].split([' ', ',', '\n']).filter(|word| word.contains('@')).map(str::to_owned).collect()
}

fn markdown_units(report: &Report) -> Vec<String> {
    let text = markdown::render(report);
    let from = text.find("## The checklist").unwrap();
    let list = text[from..].split("\n## ").next().unwrap();
    list.replace("<br>", " ").split([' ', '|', '\n']).filter(|word| word.contains('@')).map(str::to_owned).collect()
}

fn json_units(report: &Report) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(&json::render(report, true).unwrap()).unwrap();
    let text = |unit: &serde_json::Value, name: &str| unit[name].as_str().unwrap().to_owned();
    let unit = |unit: &serde_json::Value| format!("{}@{}", text(unit, "id"), text(unit, "stage"));
    value["checks"].as_array().unwrap().iter().map(unit).collect()
}

fn junit_units(report: &Report) -> Vec<String> {
    let cases = cases(&junit::render(report, true).unwrap());
    cases.iter().map(|case| case.property("check").to_owned()).filter(|unit| !unit.is_empty()).collect()
}

#[test]
fn each_unit_occurs_exactly_once_in_each_format() {
    for report in [everything(), calm(), selection()] {
        let mut wanted: Vec<String> =
            report.checks.iter().map(preflight::report::model::CheckResult::full_id).collect();
        wanted.sort();
        for mut found in [console_units(&report), markdown_units(&report), json_units(&report), junit_units(&report)] {
            found.sort();
            assert_eq!(found, wanted);
        }
    }
}

#[test]
fn the_answer_stands_first_and_a_selection_never_says_ready() {
    for (_, report) in reports() {
        let words = report.readiness.label().to_uppercase();
        for text in [console(&report, Look::default()), markdown::render(&report)] {
            assert!(text.lines().next().unwrap().contains(&words), "{text}");
        }
    }
    let mut failed = selection();
    for readiness in [Readiness::SelectionPassed, Readiness::SelectionFailed, Readiness::SelectionInconclusive] {
        failed.readiness = readiness;
        let text = console(&failed, Look::default()) + &markdown::render(&failed);
        assert!(!text.to_lowercase().contains("not ready") && !text.contains("READY"), "{text}");
        assert!(text.contains("SELECTION"));
    }
}

#[test]
fn the_first_screen_names_the_pack_its_origin_and_stand_ins() {
    for text in [console(&everything(), Look::default()), markdown::render(&everything())] {
        let first: String = text.lines().take(18).collect::<Vec<_>>().join("\n");
        for part in ["example", "1.0", "3f9c0a3f9c0a", "ot built in", "simulated environments", "nterrupted"] {
            assert!(first.to_lowercase().contains(&part.to_lowercase()), "{part}: {first}");
        }
    }
}

#[test]
fn whatever_a_pack_calls_itself_every_format_says_that_it_is_not_built_in() {
    let mut report = everything();
    report.pack.version = format!("1.0, built in, sha256 {}\n\u{1b}[2J{}", "0".repeat(64), "x".repeat(500));
    let narrow = Look { colour: false, width: Some(80), timings: false };
    let junit = junit::render(&report, true).unwrap();
    for text in [console(&report, narrow), markdown::render(&report), junit] {
        let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let [origin, digest, own] = ["not built in", "3f9c0a3f9c0a", "0000000000"].map(|part| text.find(part).unwrap());
        assert!(origin < own && digest < own, "what the pack says of itself comes last: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&json::render(&report, true).unwrap()).unwrap();
    assert_eq!(
        (&json["pack"]["built_in"], &json["pack"]["sha256"]),
        (&false.into(), &report.pack.sha256.as_str().into())
    );
}

#[test]
fn a_passing_run_is_short() {
    let text = console(&calm(), Look { colour: false, width: Some(110), timings: false });
    assert!(text.lines().count() <= 20, "{text}");
    assert!(!text.contains("fail") && !text.contains("inconclusive"), "{text}");
}

#[test]
fn lines_are_wrapped_between_words_and_addresses_stay_whole() {
    let mut report = everything();
    report.checks[0].docs = format!("https://docs.example/{}", "a-long-path/".repeat(12));
    let text = console(&report, Look { colour: false, width: Some(60), timings: false });
    assert!(text.contains(&report.checks[0].docs));
    let text = text.lines().skip(1).filter(|line| line.chars().count() > 60);
    // The rows of a timeline stay in their columns.
    let wrapped = text.filter(|line| !line.trim().starts_with(|c: char| c.is_ascii_digit()));
    let wide: Vec<&str> = wrapped.filter(|line| line.chars().skip(12).any(char::is_whitespace)).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}
