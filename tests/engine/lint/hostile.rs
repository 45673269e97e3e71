//! Packs that were written to do harm. Each is reported clearly and at once, in bounded memory.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::folder::{Folder, HOOK, PROVIDER, snapshot};

/// Creates the sound pack with lines appended to a file.
fn with_lines(path: &str, lines: &str) -> Folder {
    let folder = Folder::sound();
    let text = std::fs::read_to_string(folder.path(path)).unwrap();
    folder.write(path, text + lines);
    folder
}

fn with_reason(reason: &str) -> Folder {
    let folder = Folder::sound();
    folder.change(HOOK, "why: Events would be lost.", &format!("why: \"{reason}\""));
    folder
}

/// Returns aliases of aliases of aliases.
fn laughs() -> String {
    let first = "l0: &l0 [ha, ha]\n".to_owned();
    (1..12).fold(first, |text, at| text + &format!("l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 9].join(", ")))
}

#[test]
fn what_would_take_too_long_or_too_much_is_refused_by_name() {
    let many = |text: &str, count: usize| text.repeat(count);
    let packs = [
        ("a line of a megabyte", with_reason(&many("x", 1_000_000))),
        (
            "a line of a megabyte in `provider.yaml`",
            with_lines(PROVIDER, &format!("fact: \"{}\"\n", many("x", 1_000_000))),
        ),
        ("aliases of aliases", with_lines(PROVIDER, &laughs())),
        (
            "a long list, repeated often",
            with_lines(PROVIDER, &format!("a: &a [{}]\nb: [{}]\n", many("x,", 50_000), many("*a,", 50_000))),
        ),
        (
            "a long text, repeated often",
            with_lines(PROVIDER, &format!("a: &a {}\nb: [{}]\n", many("x", 300_000), many("*a,", 1_000))),
        ),
        ("a name for what is repeated, given twice", with_lines(PROVIDER, "a: &a 1\nb: &a 2\nc: *a\n")),
        ("brackets, 10,000 deep", with_lines(HOOK, &format!("x: {}{}\n", many("[", 10_000), many("]", 10_000)))),
        ("braces, 10,000 deep and open", with_lines(HOOK, &format!("x: {}\n", many("{ a: ", 10_000)))),
        ("brackets, 300,000 deep", with_lines(PROVIDER, &format!("x: {}\n", many("[", 300_000)))),
        ("lists, 10,000 deep", with_lines(HOOK, &format!("x:\n  {}y\n", many("- ", 10_000)))),
        ("lists, 300,000 deep", with_lines(PROVIDER, &format!("x:\n  {}y\n", many("- ", 300_000)))),
        ("8,000 unknown words", with_lines(HOOK, &(0..8000).map(|at| format!("k{at}: 1\n")).collect::<String>())),
        ("a chain of names", with_reason(&format!("{{{{ {}b }}}}", many("a.", 20_000)))),
        ("a chain of negations", with_reason(&format!("{{{{ {}b }}}}", many("not ", 20_000)))),
        ("an expression in parentheses", with_reason(&format!("{{{{ {}b }}}}", many("(", 20_000)))),
        (
            "a JSON path",
            with_lines(
                HOOK,
                &format!("  - {{ values: {{ of: first, select: \"$[?{}\" }}, each: 1 }}\n", many("(", 20_000)),
            ),
        ),
        (
            "a JSON path of just not too many parentheses",
            with_lines(HOOK, &format!("  - {{ values: {{ of: first, select: \"$[?{}\" }}, each: 1 }}\n", many("(", 7))),
        ),
        ("a chain of just not too many names", with_reason(&format!("{{{{ {}b }}}}", many("a.", 990)))),
        ("a chain of just not too many negations", with_reason(&format!("{{{{ {}b }}}}", many("not ", 490)))),
        ("a chain of just not too many filters", with_reason(&format!("{{{{ profile.partner{} }}}}", many("|f", 990)))),
        (
            "a regular expression",
            with_lines(
                HOOK,
                &format!("  - {{ delivery: first, status: {{ matches: \"{}\" }} }}\n", many("(a{1000}){1000}", 10)),
            ),
        ),
    ];
    let mut text = String::new();
    for (name, folder) in packs {
        let told = folder.told();
        let first: Vec<&str> = told.lines().take(12).collect();
        writeln!(text, "=== {name}\n{}\n", first.join("\n")).unwrap();
        assert!(told.len() < 100_000, "{name}: {} bytes", told.len());
    }
    snapshot("hostile", &text);
}

#[test]
fn what_is_no_plain_file_of_the_pack_is_told_and_not_opened() {
    let mut text = String::new();
    let folder = Folder::sound();
    symlink("/etc/hosts", folder.path("checks/acme/hooks/outside.yaml")).unwrap();
    writeln!(text, "=== a link\n{}", folder.told()).unwrap();

    let folder = Folder::sound();
    symlink("/dev/zero", folder.path("fixtures/acme/endless.json")).unwrap();
    writeln!(text, "=== a link to a device, as a fixture\n{}", folder.told()).unwrap();

    let folder = Folder::sound();
    let pipe = folder.path("fixtures/acme/pipe.json");
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    writeln!(text, "=== a pipe, as a fixture\n{}", folder.told()).unwrap();

    let folder = Folder::sound();
    folder.write("checks/acme/hooks/a\u{1b}[31m\nb.yaml", "id: hooks.a\n");
    writeln!(text, "=== a name with control characters\n{}", folder.told()).unwrap();

    let folder = Folder::sound();
    folder.write("fixtures/else/large.bin", vec![0; 17 << 20]);
    symlink("/etc/hosts", folder.path("fixtures/else/hosts")).unwrap();
    writeln!(text, "=== fixtures of nobody, which is fine\n{}", folder.told()).unwrap();
    snapshot("hostile-files", &text);
}
