//! The README and the book are true: their blocks are what the program prints, reads and accepts.
//!
//! This test writes their generated blocks: `UPDATE_DOCS=1 cargo test --test project docs`.

mod guide;
mod help;
mod links;
mod pack;
mod schemes;
mod tables;

use std::process::Output;

use preflight::cli::Exit;
use preflight::pack::check::Check;
use preflight::pack::load::Catalog;
use preflight::plan;
use preflight::profile::attestations::Attestations;
use preflight::yaml::Document;

use crate::support::{copy, program, root};

/// Files besides the README that belong to no book. The changelog is not among them, because it names what no longer
/// exists.
const BESIDE: [&str; 2] = ["CONTRIBUTING.md", "SECURITY.md"];

/// The guide for pack authors.
const GUIDE: &str = "docs/src/packs/tutorial.md";

/// The page on which a profile grows step by step.
const TUTORIAL: &str = "docs/src/tutorial.md";

/// Whether to write the generated blocks anew.
fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

fn text_of(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

/// Returns the README and every page of the book, in the order of its summary.
fn pages() -> Vec<String> {
    let summary = text_of("docs/src/SUMMARY.md");
    let named = summary.split("](").skip(1).map(|rest| format!("docs/src/{}", rest.split(')').next().unwrap()));
    std::iter::once("README.md".to_owned()).chain(named).collect()
}

/// Returns all pages as one text.
fn book() -> String {
    pages().iter().map(|page| text_of(page)).collect()
}

/// Returns the fenced blocks of a page that begin with this kind.
fn blocks_of(page: &str, kind: &str) -> Vec<String> {
    let text = text_of(page);
    let fence = format!("\n```{kind}\n");
    let parts = text.split(&fence).skip(1);
    parts.map(|part| part.split("\n```").next().unwrap().to_owned() + "\n").collect()
}

/// Returns the fenced blocks of all pages that begin with this kind.
fn blocks(kind: &str) -> Vec<String> {
    let found: Vec<String> = pages().iter().flat_map(|page| blocks_of(page, kind)).collect();
    assert!(!found.is_empty(), "no page has a block `{kind}`");
    found
}

fn preflight(arguments: &[&str]) -> Output {
    program::preflight().args(arguments).current_dir(root()).output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = preflight(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let all = [Exit::Success, Exit::NotReady, Exit::WrongInput, Exit::Inconclusive, Exit::Internal, Exit::Interrupted];
    // A new exit code does not compile until it is in the table.
    let known = |exit: &Exit| match exit {
        Exit::Success | Exit::NotReady | Exit::WrongInput | Exit::Inconclusive | Exit::Internal | Exit::Interrupted => {
            true
        }
    };
    assert!(all.iter().all(known));
    let rows: Vec<String> = all.iter().map(|exit| format!("| {} |", *exit as u8)).collect();
    let text = book();
    let table = text.split("| exit code | when |\n").nth(1).unwrap();
    let found: Vec<&str> = table.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    assert_eq!(found.len(), rows.len(), "{found:?}");
    for (line, row) in found.iter().zip(rows) {
        assert!(line.starts_with(&row), "`{line}` should start with `{row}`");
        let help = said(&["run", "--help"]);
        assert!(help.contains(&format!("{} ", row.split(' ').nth(1).unwrap())), "{help}");
    }
}

#[test]
fn every_path_named_exists() {
    let here = ["src/", "checks/", "fixtures/", "tests/", "docs/", "schemas/", ".ci/", "LICENSE"];
    let mut seen = 0;
    // The reader of the guide writes the files that it names.
    for page in pages().iter().map(String::as_str).filter(|page| *page != GUIDE).chain(BESIDE) {
        let text = text_of(page);
        let words = text.split('`').skip(1).step_by(2);
        let paths = words.filter(|word| here.iter().any(|start| word.starts_with(start)));
        for path in paths.filter(|path| !path.contains(['<', ' ', '{', '*'])) {
            let there = root().join(path).exists() || root().join(format!("{path}.rs")).exists();
            assert!(there, "{page} names `{path}`, which does not exist");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn every_command_named_exists_with_its_options() {
    let text = book();
    let lines = text.split('`').chain(text.lines()).map(str::trim);
    let mut seen = 0;
    for line in lines
        .filter_map(|line| line.strip_prefix("preflight ").or_else(|| line.strip_prefix("cargo run --release -- ")))
    {
        let words: Vec<&str> = line.split(' ').collect();
        if words[0] == "COMMAND" || words[0].starts_with('-') {
            continue;
        }
        // `new` has subcommands.
        let command = if words[0] == "new" { &words[..words.len().min(2)] } else { &words[..1] };
        let help = said(&[command, &["--help"]].concat());
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "`{line}`: {} has no {option}", words[0]);
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn every_profile_shown_is_read_and_planned() {
    let catalog = Catalog::built_in().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut profiles = blocks_of(TUTORIAL, "yaml profile");
    // The parts are shown one by one, and belong to the profile before them.
    let whole = blocks("yaml part").iter().fold(profiles.last().unwrap().clone(), |text, part| text + part);
    profiles.extend(blocks_of("README.md", "yaml profile"));
    profiles.push(whole);
    // The reader has the program that the profiles start.
    std::fs::write(folder.path().join("handler.py"), "").unwrap();
    let mut lacking = Vec::new();
    for text in profiles {
        let path = folder.path().join("profile.yaml");
        std::fs::write(&path, &text).unwrap();
        // Each variable has a value of its own, because a secret in two places is rejected.
        let read = preflight::profile::read(
            &path,
            &catalog,
            &|name| Some(format!("value of {name}")),
            &preflight::redact::Redactor::new(),
        );
        let read = read.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        let pack = catalog.packs["debitura"].clone();
        let plan = plan::plan(pack, read, plan::Selection::default());
        let plan = plan.unwrap_or_else(|problems| panic!("{problems}"));
        lacking.push(plan.checks.iter().filter(|unit| !unit.lacking.is_empty()).count());
    }
    assert!(lacking.is_sorted_by(|before, after| before > after), "each step should decide more: {lacking:?}");
    assert_eq!(lacking.last(), Some(&0), "the whole profile should lack nothing");
}

#[test]
fn the_profile_of_notifications_is_read_and_its_letters_are_written() {
    let folder = tempfile::tempdir().unwrap();
    for text in blocks("yaml notifications") {
        std::fs::write(folder.path().join("profile.yaml"), &text).unwrap();
        let path = folder.path().join("profile.yaml");
        let emails = said(&["email", "--profile", path.to_str().unwrap()]);
        for words in ["To: testapi.", "Token: ${TEST_TOKEN}", "To: liveapi.", "Token: ${LIVE_TOKEN}"] {
            assert!(emails.contains(words), "{words}: {emails}");
        }
    }
}

#[test]
fn what_other_habits_are_to_write_is_read() {
    let catalog = Catalog::built_in().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.yaml");
    let text = book();
    let table = text.split("| your software works like this | write this |\n").nth(1).unwrap();
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let spans = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).filter(|span| span.contains(": "));
    let mut read = 0;
    for span in spans {
        // A pipe in a table cell is written with a backslash.
        let text = format!("partner: P\nprovider: debitura\nrehearsal:\n  {}\n", span.replace("\\|", "|"));
        std::fs::write(&path, &text).unwrap();
        preflight::profile::read(&path, &catalog, &|_| None, &preflight::redact::Redactor::new())
            .unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        read += 1;
    }
    assert!(read > 8, "{read}");
}

#[test]
fn the_check_shown_lints_and_the_attestations_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (checks, fixtures) = (folder.path().join("checks"), folder.path().join("fixtures"));
    copy(&root().join("checks"), &checks);
    copy(&root().join("fixtures"), &fixtures);
    for text in blocks("yaml check") {
        let check: Check =
            Document::new("block.yaml", text.as_str()).typed().unwrap_or_else(|problems| panic!("{problems:?}"));
        let path = checks.join("debitura").join(check.id.replace('.', "/") + ".yaml");
        assert!(!path.exists(), "{} is taken", check.id);
        std::fs::write(path, &text).unwrap();
        let catalog = Catalog::from_folder(&checks).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(catalog.packs["debitura"].checks.iter().any(|packed| packed.check.id == check.id));
    }
    let listed = said(&["list", "debitura"]);
    for text in blocks("yaml attestations") {
        let attestations: Attestations =
            Document::new("block.yaml", text.as_str()).typed().unwrap_or_else(|problems| panic!("{problems:?}"));
        let words = attestations.attestations.iter().map(preflight::profile::attestations::Attestation::about);
        for id in words.chain(attestations.waivers.iter().map(|waiver| waiver.check.as_str())) {
            assert!(listed.contains(id), "there is no check and no open item {id}");
        }
    }
}

#[test]
fn the_pipeline_snippets_are_yaml() {
    for text in blocks("yaml ci") {
        let json =
            Document::new("block.yaml", text.as_str()).parse().unwrap_or_else(|problem| panic!("{problem:?}\n{text}"));
        assert!(json.is_object(), "{text}");
    }
}

#[test]
fn every_shipped_check_and_every_open_item_is_listed() {
    let listed = said(&["list", "debitura"]);
    let pack = Catalog::built_in().unwrap().packs["debitura"].clone();
    for packed in &pack.checks {
        assert!(listed.contains(&format!("  {} ", packed.check.id)), "{} is not listed", packed.check.id);
    }
    for item in &pack.provider.items {
        let served = pack.checks.iter().any(|packed| packed.check.items.contains(&item.id));
        assert!(served || listed.contains(&item.id), "{} is neither served nor listed as open", item.id);
    }
}

#[test]
fn the_generated_blocks_are_those_of_the_program() {
    let files = pages();
    let mut texts: Vec<String> = files.iter().map(|file| text_of(file)).collect();
    let others = [("schemes", schemes::shown()), ("shipped check", pack::shipped()), ("help", help::of_all())];
    for (name, table) in tables::of_the_schema().into_iter().chain(pack::tables()).chain(others) {
        let start = format!("<!-- generated: {name} -->\n");
        let text = texts.iter_mut().find(|text| text.contains(&start)).unwrap_or_else(|| panic!("nowhere is {start}"));
        let (before, rest) = text.split_once(&start).unwrap();
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        *text = format!("{before}{start}{table}<!-- end -->{after}");
    }
    for (file, text) in files.iter().zip(&texts) {
        if updates() && *text != text_of(file) {
            std::fs::write(root().join(file), text).unwrap();
        }
        assert!(*text == text_of(file), "{file} is out of date: UPDATE_DOCS=1 cargo test --test project docs");
    }
}
