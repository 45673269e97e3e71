//! Hostile files: each is read or rejected within bounds, and none ends the program.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::told;

/// One valid file of each format.
const SOUND: [(&str, &str); 6] = [
    (".env", "# a\nexport A=\"x y\"\nB='${A}'\n"),
    ("a.properties", "a.b: x \\\n  y\n! c\nA=\\u0041\n"),
    ("a.ini", "[s]\nA = x ; c\n[t]\nA=y\n"),
    ("a.json", "{\"A\": [1, {\"name\": \"A\", \"value\": \"x\"}], /* c */ \"b\": null,}\n"),
    ("a.yaml", "a: &a {A: x, b: [1, 2]}\nc: {<<: *a}\n---\n- A=1\n- {name: A, value: !x y}\n"),
    ("a.toml", "A = \"x\"\n[a.b]\nc = [1, 2.5, 1979-05-27]\nd = { e = true }\n"),
];

#[test]
fn no_file_takes_long_or_ends_the_program() {
    let many = |text: &str, count: usize| text.repeat(count);
    let lines = |line: fn(usize) -> String| (0..50_000).map(line).collect::<String>();
    let long = many("x", 500_000);
    let table = [
        (".env", lines(|at| format!("K{at}=1\n"))),
        (".env", format!("A={}", many("${", 400_000))),
        (".env", format!("A=\"{}", many("x\n", 400_000))),
        ("a.properties", format!("A={}", many("\\\n", 400_000))),
        ("a.ini", lines(|at| format!("[s{at}]\nA=1\n"))),
        ("a.json", many("[", 900_000)),
        ("a.json", format!("{}{}", many("[", 200_000), many("]", 200_000))),
        ("a.json", format!("[{}1]", many("1,", 400_000))),
        ("a.json", format!("{{{}\"A\":1}}", lines(|at| format!("\"k{at}\":1,")))),
        ("a.toml", format!("A = {}", many("[", 900_000))),
        ("a.toml", format!("{}b = 1", many("a.", 200_000))),
        ("a.toml", lines(|at| format!("[t{at}]\nA=1\n"))),
        ("a.yaml", format!("a: {}", many("[", 900_000))),
        ("a.yaml", many("- ", 400_000)),
        ("a.yaml", format!("a: &a \"{long}\"\nb: [{}]\n", many("*a,", 10_000))),
        ("a.yaml", format!("a: &a {{k: \"{long}\"}}\nb:\n{}", many("  - {<<: *a}\n", 5_000))),
        (
            "a.yaml",
            format!("{}\"{long}\"", (0..150).map(|at| format!("- &a{at}\n{}", many(" ", at + 1))).collect::<String>()),
        ),
    ];
    for (name, text) in table {
        let started = Instant::now();
        let found = told(name, text.as_bytes(), "A");
        let begins: String = text.chars().take(20).collect();
        assert!(started.elapsed() < Duration::from_secs(30), "{name} {begins}: {:?}", started.elapsed());
        assert!(found.as_ref().map_or_else(String::len, |(value, _)| value.len()) < 1 << 20, "{name} {begins}");
    }
}

#[test]
fn what_aliases_grow_to_is_counted() {
    let long = "x".repeat(500_000);
    let folded = told("a.yaml", format!("a: &a \"{long}\"\nb: [{}]\n", "*a,".repeat(10_000)).as_bytes(), "A");
    assert_eq!(folded, Err("with its aliases expanded it is too large in line 1".into()));
    let deep = told("a.yaml", "- ".repeat(400_000).as_bytes(), "A").unwrap_err();
    assert!(deep.contains("nested more than 200 deep in line 1"), "{deep}");
}

fn formats() -> impl Strategy<Value = (&'static str, &'static str)> {
    proptest::sample::select(SOUND.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused((name, _) in formats(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        held(name, &bytes)?;
    }

    #[test]
    fn a_sound_file_with_something_else_in_it_is_read_or_refused(
        (name, text) in formats(),
        at in any::<proptest::sample::Index>(),
        taken in 0_usize..20,
        put in "[\\[\\]{}&*<!:=\"'$#\\\\ \\n\\tAa1-]{0,20}",
    ) {
        let mut bytes = text.as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = bytes.len().min(at + taken);
        bytes.splice(at..end, put.bytes());
        held(name, &bytes)?;
    }
}

/// Asserts that a value comes from a line of the file, or that the error is short.
fn held(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    match told(name, bytes, "A") {
        Ok((_, line)) => prop_assert!(line >= 1 && line <= bytes.split(|byte| *byte == b'\n').count()),
        Err(why) => prop_assert!(why.len() < 2_000, "{}", why),
    }
    Ok(())
}
