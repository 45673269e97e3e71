//! Generated profiles, packs and attestations: whatever they contain, they are read or rejected within bounds, and
//! problems point into the text.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use preflight::pack::load::Catalog;
use preflight::yaml::{Document, Problem, Problems};
use proptest::prelude::*;

use super::folder::{CALL, Folder, HOOK, PROVIDER};
use super::profiles::{PROFILE, planned, sound, variables};

static BUILT_IN: LazyLock<Catalog> = LazyLock::new(|| Catalog::built_in().unwrap());

const HEAD: &str = "partner: x\nprovider: debitura\n";
const VOUCHED: &str = "attestations.yaml";
const ATTESTED: &str = "attestations:\n- { check: webhooks.accepts-genuine, who: A. Person, when: 2026-01-01, evidence: a mail, expires: 2099-01-01 }\n\
    waivers:\n- { check: webhooks.deduplicates, who: A. Person, reason: later, expires: 2099-01-01 }\n";

/// Returns the problems of a profile with attestations.
fn told(profile: &str, attestations: &str) -> Result<(), Problems> {
    let folder = Folder::empty();
    folder.write(PROFILE, profile);
    folder.write(VOUCHED, attestations);
    planned(&folder, &BUILT_IN, &variables).map(drop)
}

/// Returns texts that expand to much more than their length, or that contain very many errors.
fn too_much() -> Vec<(&'static str, String)> {
    let many = |text: &str, count: usize| text.repeat(count);
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let long = many("x", 200_000);
    vec![
        ("a long text, repeated often", format!("a: &a \"{long}\"\nb: [{}]\n", many("*a,", 1_000))),
        ("the same in a map that is merged", format!("a: &a {{k: \"{long}\"}}\nb:\n{}", many("  - {<<: *a}\n", 1_000))),
        ("the same as a key", format!("a: &a \"{long}\"\n{}", lines(1_000, &|at| format!("? *a\n: {at}\n")))),
        ("an anchor that is there twice", format!("x: &a 1\ny: &a 1\nz: &b \"{long}\"\nq: [{}]\n", many("*a,", 1_000))),
        (
            "what only one of two parsers takes for YAML",
            format!("a: &a \"{long}\"\nb: [{}]\nc:\t- x\n", many("*a,", 1_000)),
        ),
        ("a long key above many values", format!("? \"{long}\"\n: [{}]\n", many("1,", 40_000))),
        ("more values than anybody reads", format!("a: [{}]\n", many("~,", 60_000))),
        ("a key on every line", lines(10_000, &|at| format!("k{at}: 1\n"))),
        ("one key on every line", many("a: 1\n", 10_000)),
        (
            "something wrong on every line",
            format!("{HEAD}rehearsal:\n  env:\n{}", lines(10_000, &|at| format!("    K{at}: [1]\n"))),
        ),
        (
            "the same on one line",
            format!("{HEAD}rehearsal: {{ env: {{ {} }} }}\n", lines(10_000, &|at| format!("K{at}: [1], "))),
        ),
        ("a line of signs that are wide", format!("{HEAD}x: [{}] y\n", many("\u{1f600}", 200_000))),
        ("an error at the end of a long line", format!("{HEAD}x: \"{long}\" z: [\n")),
        ("very many blanks", format!("{}{HEAD}", many(" ", 300_000))),
        ("variables in brackets", format!("{HEAD}x: [{}]\n", many("${A},", 100_000))),
        ("a large number", format!("{HEAD}x: {}\n", many("9", 300_000))),
        ("many documents", many("---\na: 1\n", 20_000)),
    ]
}

#[test]
fn what_says_too_much_is_refused_in_few_words() {
    let attested =
        |check: &str| format!("- {{ check: {check}, who: a, when: 2026-01-01, evidence: x, expires: 2099-01-01 }}\n");
    let attestations =
        format!("attestations:\n{}", (0..1_000).map(|at| attested(&format!("no.{at}"))).collect::<String>());
    let pack = |text: &str| {
        let folder = Folder::sound();
        folder.write(PROVIDER, text);
        folder.read().map(drop)
    };
    for (what, text) in too_much() {
        hold(what, || told(&text, ""));
        hold(what, || told(HEAD, &text));
        hold(what, || pack(&text));
    }
    hold("statements about nothing", || told(HEAD, &attestations));
}

/// Asserts that reading a text fails soon and with few words.
fn hold(what: &str, read: impl FnOnce() -> Result<(), Problems>) {
    let began = Instant::now();
    let problems = read().expect_err(what).render(false);
    assert!(began.elapsed() < Duration::from_mins(1), "{what}: {:?}", began.elapsed());
    assert!(problems.len() < 200_000, "{what}: {} bytes", problems.len());
}

#[test]
fn what_is_repeated_within_reason_is_read() {
    let text = format!(
        "{HEAD}rehearsal: {{ webhook: &hook {{ url: \"http://127.0.0.1:1/\" }} }}\n\
         environments: {{ test: {{ webhook: *hook }}, production: {{ webhook: {{ <<: *hook }} }} }}\n"
    );
    let value = Document::new("profile.yaml", text).parse().unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(value["environments"]["production"], value["environments"]["test"]);
}

/// Asserts that a problem is about a place in the text, or about no place.
fn stands_in(problem: &Problem, text: &str) -> Result<(), TestCaseError> {
    // The characters that end a line for a YAML parser, which may be more than for an editor.
    let ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
    let (lines, bytes) = (text.matches(ends).count() + 1, &problem.place.bytes);
    prop_assert!(problem.place.line <= lines + 1, "{} of {}: {}", problem.place.line, lines, problem.message);
    prop_assert!(bytes.start <= bytes.end && bytes.end <= text.len(), "{:?}: {}", bytes, problem.message);
    prop_assert!(text.is_char_boundary(bytes.start) && text.is_char_boundary(bytes.end), "{}", problem.message);
    prop_assert!(problem.render(false).len() < 20_000);
    Ok(())
}

/// Generates texts in which one part is replaced by another.
fn changed(text: String) -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        3 => proptest::sample::select(vec![
            "&a", "*a", "<<: *a", "[", "]", "{", "}", ": ", "- ", "\n", "\t", "? ", "|\n", "\"", "'", "!x ", "%", "${A}", "{{ a }}",
            "{% x", "---\n", "...\n", "\u{feff}", "\r", "\0", "#", "ø", "\u{1f600}", "~", "1e999", "0x", "null", ",", "\u{85}", "\u{2028}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let edit = (any::<proptest::sample::Index>(), 0_usize..8, odd);
    proptest::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut letters: Vec<char> = text.chars().collect();
        for (at, taken, put) in edits {
            let at = at.index(letters.len() + 1);
            let end = letters.len().min(at + taken);
            letters.splice(at..end, put.chars());
        }
        letters.into_iter().collect()
    })
}

fn file_of(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.path(path)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_profile_is_read_or_refused(text in changed(file_of(&sound(), PROFILE))) {
        let folder = Folder::empty();
        folder.write(PROFILE, &text);
        let shown = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for problem in preflight::profile::read(&folder.path(PROFILE), &BUILT_IN, &variables, &preflight::redact::Redactor::new()).err().unwrap_or_default().0 {
            stands_in(&problem, shown)?;
        }
    }

    #[test]
    fn changed_statements_are_read_or_refused(text in changed(ATTESTED.to_owned())) {
        let shown = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for problem in told(HEAD, &text).err().unwrap_or_default().0 {
            stands_in(&problem, shown)?;
        }
    }

    #[test]
    fn a_changed_pack_is_read_or_refused(
        (path, text) in proptest::sample::select(vec![PROVIDER, HOOK, CALL])
            .prop_flat_map(|path| (Just(path), changed(file_of(&Folder::sound(), path)))),
    ) {
        let folder = Folder::sound();
        folder.write(path, &text);
        let problems = match folder.read() {
            Ok(catalog) => catalog.warnings,
            Err(problems) => problems,
        };
        for problem in problems.0.iter().filter(|problem| problem.file.ends_with(path)) {
            stands_in(problem, &text)?;
        }
    }

    #[test]
    fn any_bytes_are_no_profile(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let folder = Folder::empty();
        folder.write(PROFILE, &bytes);
        let problems = preflight::profile::read(&folder.path(PROFILE), &BUILT_IN, &variables, &preflight::redact::Redactor::new()).err().unwrap_or_default();
        prop_assert!(!problems.0.is_empty() && problems.render(false).len() < 100_000);
    }

    /// What one parser does not count must not be what another one expands.
    #[test]
    fn what_is_repeated_is_counted_by_whoever_writes_it_out(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "&a ", "&b ", "&c", "*a", "*b ", "*c", ", ", "[", "]", "{", "}", ": ", ":", "? ", "- ", "\n", "\n  ", "\n- ", "k", "k: ",
            "<<: ", "\"", "'", "#", " ", "!!str ", "|\n  ", "x", "\t", "---\n",
        ]), 1..40,
    )) {
        let long = "x".repeat(100_000);
        let text = pieces.concat().replace('x', &long);
        if let Ok(value) = Document::new("x.yaml", text.as_str()).parse() {
            let size = value.to_string().len();
            prop_assert!(size < 4 * text.len() + (4 << 20), "{} of {}", size, text.len());
        }
    }
}
