//! What the program prints and consists of: its help, its reports, ids, file names, types.

use super::tables::{FILES, HELP, IDS, REPORT, TYPES};
use super::{files, lines, none, text};
use crate::support::program::preflight;

#[test]
fn ids_and_files_have_no_old_word() {
    let mut found = Vec::new();
    for file in ["checks", "tests/e2e/packs/shop/checks"].into_iter().flat_map(|folder| files(folder, ".yaml")) {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        found.extend(
            IDS.iter()
                .filter(|(old, _)| stem.split('-').any(|part| part == *old))
                .map(|(old, new)| format!("{}:1: say `{new}` instead of `{old}`", file.display())),
        );
        found.extend(lines(&file.display().to_string(), 1, &text(&file), r"^id: ([\w.-]*[.-])?WORD([.-]|$)", IDS));
    }
    for file in files("src", "") {
        let names = file.iter().map(|name| name.to_str().unwrap().trim_end_matches(".rs"));
        for name in names {
            found.extend(
                FILES
                    .iter()
                    .filter(|(old, _)| name == *old)
                    .map(|(old, new)| format!("{}:1: name it `{new}` instead of `{old}`", file.display())),
            );
        }
    }
    none(&found);
}

fn said(arguments: &[&str]) -> String {
    String::from_utf8(preflight().args(arguments).output().unwrap().stdout).unwrap()
}

#[test]
fn the_help_has_no_old_word() {
    let all = said(&["--help"]);
    let commands = all.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"run") && commands.len() > 8, "{commands:?}");
    let mut found = lines("preflight --help", 1, &all, r"(?i)\bWORD(s|es)?\b", HELP);
    for command in commands {
        let place = format!("preflight {command} --help");
        found.extend(lines(&place, 1, &said(&[command, "--help"]), r"(?i)\bWORD(s|es)?\b", HELP));
    }
    none(&found);
}

#[test]
fn reports_have_no_old_word() {
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("profile.yaml"), "partner: Silent\nprovider: debitura\n").unwrap();
    let arguments = ["run", "--profile", "profile.yaml", "--json", "out.json", "--junit", "out.xml"];
    preflight().args(arguments).current_dir(desk.path()).output().unwrap();
    let mut found = Vec::new();
    for (file, pattern) in [("out.json", r#""WORD":"#), ("out.xml", r#"<property name="WORD""#)] {
        let text = std::fs::read_to_string(desk.path().join(file)).unwrap();
        found.extend(lines(file, 1, &text, pattern, REPORT));
    }
    none(&found);
}

#[test]
fn the_code_has_no_old_type() {
    let defined = r"^\s*(pub(\([^)]*\))? )?(struct|enum|trait) WORD\b";
    none(
        &files("src", ".rs")
            .iter()
            .flat_map(|file| lines(&file.display().to_string(), 1, &text(file), defined, TYPES))
            .collect::<Vec<_>>(),
    );
}
