//! Small packs around one section of `provider.yaml`, read and linted like any pack.

use std::fs;

use preflight::pack::load::Catalog;
use preflight::pack::scheme::Webhooks;

/// The pack besides the section that a test is about.
const REST: &str = "name: Acme
version: \"1\"
items: [{ id: it.works, section: It, text: It works }]
";

/// A check that makes deliveries in any scheme.
const CHECK: &str = "id: it.works
title: Accepts a delivery
items: [it.works]
stage: rehearsal
docs: https://docs.acme.example/it
why: It would not work.
fix: Let it work.
when: [{ deliver: thing.made, as: first }]
then: [{ delivery: first, is: accepted }]
";

/// Reads the files of a pack called `acme` as a catalogue. Problems and warnings end the test.
pub(crate) fn read(provider: &str, checks: &[(&str, &str)], fixtures: &[(&str, &str)]) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let place = |path: String, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    place("checks/acme/provider.yaml".into(), provider);
    for (name, text) in checks {
        place(format!("checks/acme/{name}.yaml"), text);
    }
    for (name, text) in fixtures {
        place(format!("fixtures/acme/{name}.json"), text);
    }
    let catalog = Catalog::from_folder(&folder.path().join("checks")).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(catalog.warnings.0.is_empty(), "{}", catalog.warnings);
    catalog
}

/// Reads a scheme from a file of this folder, with some texts replaced.
pub(crate) fn scheme_with(name: &str, changes: &[(&str, &str)]) -> Webhooks {
    let path = format!("{}/tests/engine/schemes/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let mut section = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    for (from, to) in changes {
        assert!(section.contains(from), "{name} does not say `{from}`");
        section = section.replace(from, to);
    }
    let fixture = r#"{ "id": "", "type": "", "thing": "one" }"#;
    let catalog = read(&format!("{REST}{section}"), &[("it/works", CHECK)], &[("events/thing.made", fixture)]);
    catalog.packs["acme"].provider.webhooks.clone().unwrap()
}

/// Reads a scheme from a file of this folder.
pub(crate) fn scheme(name: &str) -> Webhooks {
    scheme_with(name, &[])
}
