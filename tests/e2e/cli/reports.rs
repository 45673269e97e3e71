//! Reports as files, and the selection that they are about.

use crate::support::program::{Desk, with_verdict};

#[test]
fn every_report_is_written_whole_in_place_of_an_older_one() {
    let desk = Desk::new();
    for name in ["out/junit.xml", "out/report.json", "out/page.md"] {
        desk.write(name, &"an older report, longer than the new one\n".repeat(10_000));
    }
    desk.run("demo --stage static --junit out/junit.xml --json out/report.json --markdown out/page.md").with(0);
    let junit = desk.read("out/junit.xml");
    let parsed = roxmltree::Document::parse(&junit).unwrap();
    let cases = parsed.descendants().filter(|node| node.has_tag_name("testcase")).count();
    let report = desk.json("out/report.json");
    let items = report["items"].as_array().unwrap().iter();
    let alone = items.filter(|item| item["checks"].as_array().unwrap().is_empty()).count();
    assert_eq!(cases, report["checks"].as_array().unwrap().len() + alone);
    assert!(desk.read("out/page.md").starts_with('#'));
    for name in ["out/junit.xml", "out/page.md"] {
        assert!(!desk.read(name).contains("an older report"), "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(desk.path("out")).unwrap().collect();
    assert_eq!(left.len(), 3, "nothing temporary is left: {left:?}");
}

#[test]
fn a_selection_says_so_and_never_says_ready() {
    let selections = [
        ("--only prerequisites.*", "", 0, "selection_passed", "SELECTION PASSED"),
        ("--skip webhooks.* --skip *@production", "", 0, "selection_passed", "SELECTION PASSED"),
        ("--stage static", "", 0, "selection_passed", "SELECTION PASSED"),
        ("--stage static --stage test --only readiness.*", "", 0, "selection_passed", "SELECTION PASSED"),
        ("--only prerequisites.branding-legible", "--defect pale-font", 0, "selection_passed", "SELECTION PASSED"),
        (
            "--only prerequisites.branding-legible --strict",
            "--defect pale-font",
            1,
            "selection_passed",
            "SELECTION PASSED",
        ),
        ("--only readiness.production-key", "--defect same-key-everywhere", 1, "selection_failed", "SELECTION FAILED"),
    ];
    for (selection, defect, code, readiness, words) in selections {
        let desk = Desk::new();
        let ended = desk.run(&format!("demo {defect} {selection} --json out.json")).with(code);
        let report = desk.json("out.json");
        assert_eq!(report["readiness"], readiness, "{selection}");
        assert!(ended.out.contains(words), "{selection}: {}", ended.out);
        assert!(!ended.out.lines().any(|line| line.starts_with("READY")), "{selection}: {}", ended.out);
        assert!(!with_verdict(&report, "skipped").is_empty(), "{selection}: what was left out is named");
        assert_eq!(report["summary"]["planned"], 74, "{selection}: the denominator is the whole pack");
    }
}

#[test]
fn output_without_a_terminal_is_plain_whatever_the_environment_says() {
    let desk = Desk::new();
    let mut command = desk.command("demo --defect pale-font --only prerequisites.*");
    command.envs([("TERM", "xterm-256color"), ("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")]);
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("FAIL") && !text.contains('\u{1b}'), "{text}");
}
