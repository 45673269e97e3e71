//! The schemas for editors: the committed ones are those that validate, and another validator reads them in the same
//! way.
//!
//! `UPDATE_SCHEMAS=1 cargo test --test project schema` writes them, and writes the line that refers to them into every
//! shipped file.

mod validators;

use std::path::PathBuf;
use std::process::Output;

use globset::GlobBuilder;
use preflight::cli::schema::{KINDS, Kind};

use crate::support::{files, program, root};

/// The comment by which editors find a schema.
const LINE: &str = "# yaml-language-server: $schema=";

fn update() -> bool {
    std::env::var_os("UPDATE_SCHEMAS").is_some()
}

/// Returns the path of the committed schema of a kind.
fn committed(kind: &Kind) -> PathBuf {
    root().join("schemas").join(format!("{}.json", kind.name))
}

/// Returns every shipped file of a kind.
fn shipped() -> Vec<(Kind, String)> {
    let all = ["checks", "fixtures"].into_iter().flat_map(|folder| files(folder, ""));
    let all: Vec<String> = all.map(|path| path.to_str().unwrap().to_owned()).collect();
    let of = |kind: Kind| {
        let glob = GlobBuilder::new(kind.files).literal_separator(true).build().unwrap().compile_matcher();
        all.iter().filter(move |path| glob.is_match(path)).map(move |path| (kind, path.clone()))
    };
    KINDS.into_iter().flat_map(of).collect()
}

fn preflight(arguments: &[&str]) -> Output {
    program::preflight().args(arguments).output().unwrap()
}

#[test]
fn what_is_committed_is_what_the_program_prints() {
    for kind in KINDS {
        let printed = preflight(&["schema", kind.name]);
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        if update() {
            std::fs::write(committed(&kind), &printed.stdout).unwrap();
        }
        let file = std::fs::read_to_string(committed(&kind)).unwrap_or_default();
        assert!(file.as_bytes() == printed.stdout, "schemas/{}.json is old; UPDATE_SCHEMAS=1 writes it", kind.name);
    }
}

#[test]
fn a_schema_says_which_draft_it_is_and_what_it_is_for() {
    for kind in KINDS {
        let schema: serde_json::Value = serde_json::from_str(&kind.text()).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{}", kind.name);
        assert_eq!(schema["title"], kind.title);
        assert_eq!(schema.get("$id"), None, "a copy anywhere is as good");
    }
}

#[test]
fn a_schema_that_does_not_exist_is_told_with_the_nearest_one() {
    for (name, hint) in
        [("chek", "did you mean `check`?"), ("nothing-like-it", "schemas: check, provider, partner, profile")]
    {
        let ended = preflight(&["schema", name]);
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("there is no schema `{name}`")) && told.contains(hint), "{told}");
    }
}

#[test]
fn every_shipped_file_leads_an_editor_to_its_schema() {
    let files = shipped();
    assert!(files.len() > 60, "{} files", files.len());
    for (kind, path) in files {
        let up = "../".repeat(path.matches('/').count());
        let wanted = format!("{LINE}{up}schemas/{}.json\n", kind.name);
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        if update() && !text.starts_with(&wanted) {
            let rest = if text.starts_with(LINE) { text.split_once('\n').unwrap().1 } else { &text };
            std::fs::write(root().join(&path), format!("{wanted}{rest}")).unwrap();
            continue;
        }
        assert!(text.starts_with(&wanted), "{path} begins with `{}`; UPDATE_SCHEMAS=1 writes it", wanted.trim());
        let leads_to = root().join(&path).parent().unwrap().join(format!("{up}schemas/{}.json", kind.name));
        assert_eq!(leads_to.canonicalize().unwrap(), committed(&kind).canonicalize().unwrap(), "{path}");
    }
}

/// Editors offer what is in `properties`. From rules alone, they would not know what can be written.
#[test]
fn verbs_are_offered_with_what_they_mean() {
    let schema: serde_json::Value = serde_json::from_str(&KINDS[0].text()).unwrap();
    for (list, verbs) in [("Step", 7), ("Expectation", 10)] {
        let offered = schema["$defs"][list]["properties"].as_object().unwrap();
        assert_eq!(offered.len(), verbs, "{list}");
        for (verb, rule) in offered {
            let says = rule["description"].as_str().unwrap_or_default();
            assert!(says.ends_with('.') && !says.starts_with(' '), "{list}.{verb}: `{says}`");
        }
    }
}
