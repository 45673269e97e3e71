//! The README is true: its blocks are what the program says, reads and accepts.
//!
//! Its tables of words are written by this test: `UPDATE_README=1 cargo test --test docs`.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use preflight::app::Exit;
use preflight::catalog::check::Check;
use preflight::catalog::load::Catalog;
use preflight::catalog::matcher::Predicate;
use preflight::catalog::provider::Variation;
use preflight::plan::{self, profile::Profile, vouched::Vouched};
use preflight::yaml::{Document, schema_of};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The fenced blocks whose first line is this.
fn blocks(kind: &str) -> Vec<String> {
    let text = readme();
    let fence = format!("\n```{kind}\n");
    let parts = text.split(&fence).skip(1);
    let found: Vec<String> = parts.map(|part| part.split("\n```").next().unwrap().to_owned() + "\n").collect();
    assert!(!found.is_empty(), "the README has no block `{kind}`");
    found
}

fn preflight(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.args(arguments).current_dir(root()).env_clear().output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = preflight(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_help_is_what_the_program_says() {
    assert_eq!(blocks("text help"), [said(&["--help"])]);
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let all = [Exit::Ready, Exit::NotReady, Exit::WrongInput, Exit::Undecided, Exit::Internal, Exit::Interrupted];
    // A new code does not compile until it is in the table.
    let known = |exit: &Exit| match exit {
        Exit::Ready | Exit::NotReady | Exit::WrongInput | Exit::Undecided | Exit::Internal | Exit::Interrupted => true,
    };
    assert!(all.iter().all(known));
    let rows: Vec<String> = all.iter().map(|exit| format!("| {} | `{exit:?}` |", *exit as u8)).collect();
    let text = readme();
    let table = text.split("| exit code | name | when |\n").nth(1).unwrap();
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
    let text = readme();
    let words = text.split('`').skip(1).step_by(2);
    let here = ["src/", "checks/", "fixtures/", "tests/", ".ci/", "LICENSE"];
    let paths: Vec<&str> = words
        .filter(|word| here.iter().any(|start| word.starts_with(start)) && !word.contains(['<', ' ', '{']))
        .collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        let there = root().join(path).exists() || root().join(format!("{path}.rs")).exists();
        assert!(there, "the README names `{path}`, which does not exist");
    }
}

#[test]
fn every_command_named_exists_with_its_options() {
    let text = readme();
    let lines = text.split('`').chain(text.lines()).map(str::trim);
    let mut seen = 0;
    for line in lines
        .filter_map(|line| line.strip_prefix("preflight ").or_else(|| line.strip_prefix("cargo run --release -- ")))
    {
        let words: Vec<&str> = line.split(' ').collect();
        if words[0] == "COMMAND" || words[0].starts_with('-') {
            continue;
        }
        let help = said(&[words[0], "--help"]);
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
    let mut profiles = blocks("yaml profile");
    // The parts are shown one by one, and belong to the profile before them.
    let whole = blocks("yaml part").iter().fold(profiles.last().unwrap().clone(), |text, part| text + part);
    profiles.push(whole);
    let mut lacking = Vec::new();
    for text in profiles {
        let path = folder.path().join("profile.yaml");
        std::fs::write(&path, &text).unwrap();
        // Each variable has a value of its own: a secret in two places is refused.
        let read = plan::read(&path, &catalog, &|name| Some(format!("value of {name}")));
        let read = read.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        let pack = catalog.packs["debitura"].clone();
        let plan = plan::plan(pack, read, plan::Selection::default(), &preflight::secret::Redactor::new());
        let plan = plan.unwrap_or_else(|problems| panic!("{problems}"));
        lacking.push(plan.units.iter().filter(|unit| !unit.lacking.is_empty()).count());
    }
    assert!(lacking.is_sorted_by(|before, after| before > after), "each step should decide more: {lacking:?}");
    assert_eq!(lacking.last(), Some(&0), "the whole profile should lack nothing");
}

#[test]
fn the_check_shown_lints_and_the_attestations_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (checks, fixtures) = (folder.path().join("checks"), folder.path().join("fixtures"));
    copy(&root().join("checks"), &checks);
    copy(&root().join("fixtures"), &fixtures);
    for text in blocks("yaml check") {
        let check: Check =
            Document::new("README.md", text.as_str()).typed().unwrap_or_else(|problems| panic!("{problems:?}"));
        let path = checks.join("debitura").join(check.id.replace('.', "/") + ".yaml");
        assert!(!path.exists(), "{} is taken", check.id);
        std::fs::write(path, &text).unwrap();
        let catalog = Catalog::from_folder(&checks).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(catalog.packs["debitura"].checks.iter().any(|packed| packed.check.id == check.id));
    }
    let listed = said(&["list", "debitura"]);
    for text in blocks("yaml attestations") {
        let vouched: Vouched =
            Document::new("README.md", text.as_str()).typed().unwrap_or_else(|problems| panic!("{problems:?}"));
        let checks = vouched.attestations.iter().map(|a| &a.check).chain(vouched.waivers.iter().map(|w| &w.check));
        for check in checks {
            assert!(listed.contains(check.as_str()), "there is no check {check}");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &there);
        } else {
            std::fs::copy(entry.path(), there).unwrap();
        }
    }
}

#[test]
fn the_pipeline_snippets_are_yaml() {
    for text in blocks("yaml ci") {
        let json =
            Document::new("README.md", text.as_str()).parse().unwrap_or_else(|problem| panic!("{problem:?}\n{text}"));
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
fn the_tables_of_words_are_those_of_the_schema() {
    let mut text = readme();
    for (name, table) in tables() {
        let start = format!("<!-- generated: {name} -->\n");
        let (before, rest) = text.split_once(&start).unwrap_or_else(|| panic!("the README has no {start}"));
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        text = format!("{before}{start}{table}<!-- end -->{after}");
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(root().join("README.md"), &text).unwrap();
    }
    assert!(text == readme(), "tables of the README are out of date: UPDATE_README=1 cargo test --test docs");
}

fn tables() -> BTreeMap<&'static str, String> {
    let check = schema_of::<Check>();
    let verbs = |name: &str| {
        let mut rows = Vec::new();
        for rule in check["$defs"][name]["allOf"].as_array().unwrap() {
            let Some(verb) = rule["if"]["required"][0].as_str().filter(|_| rule["then"].get("not").is_none()) else {
                continue;
            };
            let shape = resolved(&check, &rule["then"]);
            rows.push((format!("**`{verb}`**"), words(&check, &shape["properties"][verb])));
            let others = shape["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != verb);
            rows.extend(others.map(|(name, rule)| (format!("· `{name}`"), words(&check, rule))));
        }
        table("Word", &rows)
    };
    let flat = |properties: &Value| {
        let rows =
            properties.as_object().unwrap().iter().map(|(name, rule)| (format!("`{name}`"), words(&check, rule)));
        table("Word", &rows.collect::<Vec<_>>())
    };
    let mut keys = Vec::new();
    let profile = schema_of::<Profile>();
    walk(&profile, &profile, "", &mut keys);
    BTreeMap::from([
        ("profile", table("Key", &keys)),
        ("check", flat(&check["properties"])),
        ("steps", verbs("Step")),
        ("expectations", verbs("Expectation")),
        ("matchers", matchers(&check)),
        ("variation", flat(&schema_of::<Variation>()["properties"])),
    ])
}

/// The predicates, each with what its variant says, held against the words that the schema of a matcher has.
fn matchers(check: &Value) -> String {
    let predicates = schema_of::<Predicate>();
    let row = |one: &Value| {
        let name = one["required"][0].as_str().unwrap();
        (format!("`{name}`"), one["description"].as_str().unwrap().to_owned())
    };
    let rows: Vec<_> = predicates["oneOf"].as_array().unwrap().iter().map(row).collect();
    let known = check["$defs"]["Matcher"]["then"]["properties"].as_object().unwrap();
    assert!(known.keys().map(|name| format!("`{name}`")).eq(rows.iter().map(|(name, _)| name.clone())));
    table("Word", &rows)
}

fn table(head: &str, rows: &[(String, String)]) -> String {
    assert!(rows.len() > 3, "{head}: {rows:?}");
    let mut text = format!("\n| {head} | What it says |\n|---|---|\n");
    for (name, words) in rows {
        assert!(!words.is_empty(), "{name} has no words");
        writeln!(text, "| {name} | {} |", words.replace('|', "\\|").replace('\n', " ")).unwrap();
    }
    text + "\n"
}

/// The schema behind references, options, maps and lists.
fn resolved<'s>(schema: &'s Value, rule: &'s Value) -> &'s Value {
    if let Some(name) = rule["$ref"].as_str() {
        return resolved(schema, schema.pointer(name.trim_start_matches('#')).unwrap());
    }
    let inner = rule["anyOf"].as_array().and_then(|any| any.iter().find(|one| one.get("$ref").is_some()));
    inner.map_or(rule, |inner| resolved(schema, inner))
}

/// What a property says of itself, with the closed set of its values where it has one.
fn words(schema: &Value, rule: &Value) -> String {
    let shape = resolved(schema, rule);
    let mut text = rule["description"].as_str().or(shape["description"].as_str()).unwrap_or_default().to_owned();
    let variants = shape["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["const"].as_str());
    let plain = shape["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let values: Vec<String> = variants.chain(plain).map(|value| format!("`{value}`")).collect();
    if !values.is_empty() {
        write!(text, " One of {}.", values.join(", ")).unwrap();
    }
    if let Some(default) = rule.get("default").filter(|value| value.is_number() || value.is_string()) {
        write!(text, " Without it: {}.", default.as_str().map_or_else(|| default.to_string(), str::to_owned)).unwrap();
    }
    text
}

/// Every key of a type and of the types inside it, by its dotted name.
fn walk(schema: &Value, shape: &Value, above: &str, rows: &mut Vec<(String, String)>) {
    for (name, rule) in shape["properties"].as_object().unwrap() {
        let path = format!("{above}{name}");
        rows.push((format!("`{path}`"), words(schema, rule)));
        let mut inner = resolved(schema, rule);
        let mut below = path;
        if let Some(member) = inner.get("additionalProperties").filter(|member| member.is_object()) {
            (inner, below) = (resolved(schema, member), format!("{below}.NAME"));
        } else if let Some(members) = inner["properties"]
            .as_object()
            .filter(|members| members.keys().all(|key| ["test", "production"].contains(&key.as_str())))
        {
            // A map by environment: both have the same shape.
            let member = members.values().next().unwrap();
            (inner, below) = (resolved(schema, member), format!("{below}.ENVIRONMENT"));
        }
        let inner = if inner.get("properties").is_some() { inner } else { resolved(schema, &inner["else"]) };
        if inner.get("properties").is_some() {
            walk(schema, inner, &format!("{below}."), rows);
        }
    }
}
