//! Text from outside cannot harm the readers of a report.

use std::sync::LazyLock;

use preflight::judge::Readiness;
use preflight::report::console::{Look, render as console};
use preflight::report::model::{CheckResult, LevelLabel, Report, TimelineRow, VerdictLabel};
use preflight::report::{json, junit, markdown, text};
use proptest::prelude::*;
use regex::Regex;

use super::sample::{HOSTILE, everything, report, unit};
use crate::support::xml::{cases, strict};

/// Matches commands to CI systems.
static COMMAND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)##\w*\[|^\s*::[A-Za-z]|section_(start|end):|travis_(fold|time):").unwrap());

/// Matches the only control sequences that a coloured report may send to a terminal.
static COLOUR: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{1b}\\[[0-9;]*m").unwrap());

fn hidden(text: &str) -> Option<char> {
    text.chars().find(|&c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    })
}

#[test]
fn commands_are_neutralised_where_one_can_see_it() {
    let table = [
        ("##vso[task.complete]", "# #vso[task.complete]"),
        ("a ##[error] b", "a # #[error] b"),
        ("###[error]", "## #[error]"),
        ("::error::x", ": :error::x"),
        ("a\n \u{a0}::set-output name=x::y", "a\n \u{a0}: :set-output name=x::y"),
        ("std::fmt and ::1", "std::fmt and ::1"),
        ("section_start:1:x\r\u{1b}[0K", "section_start :1:x\\u{d}\\u{1b}[0K"),
        ("a\r\nb", "a\nb"),
        ("\u{202e}abc\u{feff}\u{7f}\u{85}", "\\u{202e}abc\\u{feff}\\u{7f}\\u{85}"),
    ];
    for (hostile, harmless) in table {
        assert_eq!(text::for_terminal(hostile), harmless);
        assert_eq!(text::for_xml(hostile), harmless);
    }
    assert_eq!(text::for_xml("[[attachment|/etc/passwd]]"), "[ [attachment|/etc/passwd]]");
}

#[test]
fn markup_stays_text() {
    let table = [
        ("a|b", "a\\|b"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("[x](https://evil.example)", "\\[x\\](https\\://evil.example)"),
        ("`a` *b* _c_ ~d~ $e$ #1", "\\`a\\` \\*b\\* \\_c\\_ \\~d\\~ \\$e\\$ \\#1"),
        ("WWW.evil.example", "WWW\\.evil.example"),
        ("a\nb", "a<br>b"),
    ];
    for (hostile, harmless) in table {
        assert_eq!(text::for_markdown(hostile), harmless);
    }
}

#[test]
fn only_plain_web_addresses_become_links() {
    assert_eq!(text::link_for_markdown("https://docs.example/a?b=1#c"), "<https://docs.example/a?b=1#c>");
    for hostile in
        ["javascript:alert(1)", "https://x.example/> <script>", "http://x.example", "https://", "https://x/##vso[a]"]
    {
        assert!(!text::link_for_markdown(hostile).starts_with('<'), "{hostile}");
    }
}

#[test]
fn long_texts_are_cut_with_a_note() {
    assert_eq!(text::clipped("abcdef", 6), "abcdef");
    assert_eq!(text::clipped("abcdef", 2), "ab … (4 more characters)");
    assert_eq!(text::one_line(" a\n\t b  c\n"), "a b c");
    assert_eq!(text::bounded("äöü", 6, "!"), "äöü");
    assert_eq!(text::bounded("äöüß", 6, "!"), "äö!");
}

#[test]
fn hostile_text_reaches_no_format_as_it_is() {
    let report = everything();
    let plain = console(&report, Look::default());
    assert_eq!(hidden(&plain), None);
    let coloured = console(&report, Look { colour: true, width: Some(60), timings: false });
    assert_eq!(hidden(&COLOUR.replace_all(&coloured, "")), None);
    let xml = junit::render(&report, true).unwrap();
    strict(&xml);
    assert!(!xml.contains("[[ATTACHMENT|"));
    let markdown = markdown::render(&report);
    assert_eq!(hidden(&markdown), None);
    assert!(!markdown.contains("<script>"));
    for output in [&plain, &coloured, &xml, &markdown] {
        assert!(!COMMAND.is_match(output), "{:?}", COMMAND.find(output));
    }
}

#[test]
fn json_keeps_hostile_text_whole_and_prints_no_command() {
    for pretty in [true, false] {
        let json = json::render(&everything(), pretty).unwrap();
        assert!(!json.contains('\u{1b}') && !json.contains('\0') && !json.contains("##"));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let observed = value.pointer("/checks/2/observed").and_then(serde_json::Value::as_str);
        assert_eq!(observed, Some(HOSTILE));
        assert_eq!(json.lines().count() == 1, !pretty);
    }
}

/// Returns a report whose texts are a megabyte each.
fn huge(checks: usize) -> Report {
    let long = "<é> & \"long\" text\n".repeat(60_000);
    let of = |n: usize| {
        let mut unit = unit(&format!("big.u{n}"), "rehearsal", "big.item", VerdictLabel::Fail);
        unit.reason.clone_from(&long);
        unit.observed = Some(long.clone());
        unit.fix.clone_from(&long);
        let row = |at: u32| TimelineRow {
            at_ms: f64::from(at),
            kind: "call".to_owned(),
            what: long.clone(),
            outcome: "200".to_owned(),
            curl: None,
        };
        unit.evidence = (0..3).map(row).collect();
        unit
    };
    report(Readiness::NotReady, (0..checks).map(of).collect())
}

#[test]
fn a_megabyte_of_text_is_cut_in_every_format_for_people() {
    let report = huge(2);
    let xml = junit::render(&report, true).unwrap();
    for case in cases(&xml) {
        for (_, message, text) in &case.children {
            assert!(text.len() <= 32 * 1024 && message.as_ref().is_none_or(|m| m.len() <= 4_096), "{}", text.len());
            assert!(text.contains("more characters)") || text.contains("cut here"), "{text}");
        }
    }
    assert!(markdown::render(&report).len() < 40_000);
    assert!(console(&report, Look::default()).len() < 40_000);
}

#[test]
fn files_stay_below_the_limits_of_their_readers_however_many_units_there_are() {
    let mut report = huge(1);
    let unit = report.checks.remove(0);
    let short = |text: &str| text.chars().take(8_000).collect::<String>();
    let slim = CheckResult {
        reason: short(&unit.reason),
        observed: unit.observed.as_deref().map(short),
        fix: short(&unit.fix),
        evidence: Vec::new(),
        ..unit
    };
    report.checks = (0..500).map(|n| CheckResult { id: format!("big.u{n}"), ..slim.clone() }).collect();
    let xml = junit::render(&report, true).unwrap();
    assert!(xml.len() <= 10 * 1024 * 1024, "{}", xml.len());
    let cases = cases(&xml);
    assert_eq!(cases.len(), 500);
    assert!(cases.iter().all(|case| case.children[0].2.contains(" more characters)")), "texts were cut to make room");
    let markdown = markdown::render(&report);
    assert!(markdown.len() < 1024 * 1024, "{}", markdown.len());
    assert!(markdown.contains("**Cut here:**"));
}

fn verdict() -> impl Strategy<Value = VerdictLabel> {
    use VerdictLabel as V;
    proptest::sample::select(vec![V::Pass, V::Attested, V::Waived, V::Inconclusive, V::Fail, V::Skipped])
}

/// Generates any text, and often one that is known to do harm.
fn anything() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        HOSTILE,
        "]]>",
        "\0",
        "\u{1b}[2J",
        "##vso[a]",
        "::error::",
        "\n::x::",
        "&#0;",
        "<!--",
        "a b",
        "\u{2028}",
        "\r",
        "",
        "yaml",
    ]);
    prop_oneof![any::<String>(), known.prop_map(str::to_owned), (any::<String>(), known2()).prop_map(|(a, b)| a + b)]
}

fn known2() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "##[x]",
        "\u{202e}",
        "\u{ffff}",
        "\n  ::add-mask::x",
        "[[ATTACHMENT|x]]",
        "section_end:0:a",
    ])
}

prop_compose! {
    fn any_unit()(
        texts in proptest::collection::vec(anything(), 14),
        verdict in verdict(),
        required in any::<bool>(),
        blocked in proptest::option::of(anything()),
        at_ms in any::<f64>(),
        line in any::<usize>(),
        duration_ms in any::<u64>(),
    ) -> CheckResult {
        let of = |n: usize| texts[n].clone();
        CheckResult {
            id: of(0),
            stage: of(1),
            title: of(2),
            items: vec![of(3)],
            section: of(4),
            level: if required { LevelLabel::Required } else { LevelLabel::Recommended },
            risk: false,
            verdict,
            reason: of(5),
            blocked_by: blocked,
            responsible: None,
            expected: Some(of(6)),
            observed: Some(of(7)),
            because: Some(of(8)),
            remarks: vec![of(9)],
            docs: of(10),
            why: of(11),
            fix: of(12),
            rerun: Some(of(9)),
            file: of(13),
            line,
            duration_ms,
            evidence: vec![TimelineRow { at_ms, kind: of(0), what: of(7), outcome: of(8), curl: Some(of(9)) }],
        }
    }
}

prop_compose! {
    fn any_report()(
        checks in proptest::collection::vec(any_unit(), 0..5),
        texts in proptest::collection::vec(anything(), 7),
        duration_ms in any::<u64>(),
        strict in any::<bool>(),
    ) -> Report {
        let mut report = report(Readiness::NotReady, checks);
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        report.partner = next();
        report.provider = next();
        report.pack.id = next();
        report.pack.version = next();
        report.started = next();
        report.selection = Some(next());
        report.remarks = vec![next()];
        report.duration_ms = duration_ms;
        report.strict = strict;
        report
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_report_is_well_formed_xml_with_every_unit(report in any_report()) {
        let xml = junit::render(&report, true).unwrap();
        let cases = cases(&xml);
        let checks = cases.iter().filter(|case| case.properties.iter().any(|(name, _)| name == "level")).count();
        prop_assert_eq!(checks, report.checks.len());
        prop_assert!(!cases.is_empty(), "no reader takes an empty file for a success");
        let names: std::collections::HashSet<&str> = cases.iter().map(|case| case.attribute("name")).collect();
        prop_assert_eq!(names.len(), cases.len(), "names are unique");
        prop_assert!(!COMMAND.is_match(&xml), "{:?}", COMMAND.find(&xml));
        prop_assert!(!xml.contains("[[ATTACHMENT|"));
    }

    #[test]
    fn any_report_is_harmless_on_a_console(report in any_report(), width in proptest::option::of(0_usize..200)) {
        let plain = console(&report, Look { colour: false, width, timings: false });
        prop_assert_eq!(hidden(&plain), None);
        prop_assert!(!COMMAND.is_match(&plain), "{:?}", COMMAND.find(&plain));
        let coloured = console(&report, Look { colour: true, width, timings: false });
        prop_assert_eq!(hidden(&COLOUR.replace_all(&coloured, "")), None);
    }

    #[test]
    fn any_report_is_harmless_markdown_and_valid_json(report in any_report()) {
        let markdown = markdown::render(&report);
        prop_assert_eq!(hidden(&markdown), None);
        prop_assert!(!COMMAND.is_match(&markdown), "{:?}", COMMAND.find(&markdown));
        prop_assert!(!markdown.replace("<br>", "").replace("<https://", "").contains('<'));
        let json = json::render(&report, true).unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }

    #[test]
    fn neutralised_text_is_not_changed_again(text in anything()) {
        let once = text::for_terminal(&text);
        prop_assert_eq!(text::for_terminal(&once), once);
        let once = text::for_xml(&text);
        prop_assert_eq!(text::for_xml(&once), once);
    }
}
