//! All shipped files under the committed schemas, by two independent validators.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use preflight::yaml::Document;
use serde_json::{Value, json};

use super::{committed, shipped};
use crate::support::python::environment;
use crate::support::root;

/// Returns what to validate, by the name of its schema: files by their paths.
fn instances() -> BTreeMap<&'static str, BTreeMap<String, Value>> {
    let mut found: BTreeMap<&'static str, BTreeMap<String, Value>> = BTreeMap::new();
    for (kind, path) in shipped() {
        let document =
            Document::read(&root().join(&path), &path).unwrap_or_else(|problem| panic!("{}", problem.render(false)));
        let value = document.parse().unwrap_or_else(|problem| panic!("{}", problem.render(false)));
        found.entry(kind.name).or_default().insert(path, value);
    }
    found
}

fn schemas() -> BTreeMap<&'static str, Value> {
    let read = |kind: preflight::cli::schema::Kind| {
        let text = std::fs::read_to_string(committed(&kind)).unwrap();
        (kind.name, serde_json::from_str(&text).unwrap())
    };
    preflight::cli::schema::KINDS.into_iter().map(read).collect()
}

#[test]
fn every_shipped_file_is_valid_under_the_committed_schema() {
    let schemas = schemas();
    for (name, files) in instances() {
        jsonschema::meta::validate(&schemas[name]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let validator = jsonschema::validator_for(&schemas[name]).unwrap();
        for (path, value) in files {
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{path}: {errors:?}");
        }
    }
}

/// The other validator must also reject what must be rejected. Otherwise its approval would be worth nothing.
#[test]
fn a_validator_of_others_says_the_same() {
    let mut files = instances();
    let broken = json!({ "id": "a.b", "titel": "Misspelt" });
    files.get_mut("check").unwrap().insert("broken".into(), broken);
    let asked = json!({ "schemas": schemas(), "files": files }).to_string();
    let refused: BTreeMap<String, String> = serde_json::from_slice(&ask_python(&asked)).unwrap();
    assert_eq!(refused.keys().collect::<Vec<_>>(), ["broken"], "{refused:#?}");
}

/// Runs the script in a virtual environment with the pinned packages. Returns its answer.
fn ask_python(asked: &str) -> Vec<u8> {
    let here = root().join("tests/project/schema");
    let python = environment("schema-validator", &here.join("requirements.txt"));
    let mut command = Command::new(python);
    let mut child = command.arg(here.join("validate.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
