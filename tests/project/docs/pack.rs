//! The tables about the pack: what actions are given, what each line of a profile decides, and which check catches
//! which defect.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use preflight::cli::sample::{DemoDefect, Sample};
use preflight::pack::Pack;
use preflight::pack::load::Catalog;
use preflight::plan::{self, PlannedCheck, Selection};
use serde_json::{Map, Value};

use super::tables::table;
use super::text_of;

/// The check that is explained line by line. It is shown as shipped, without its first line, which is for editors.
const SHIPPED: &str = "checks/debitura/auth/remint-on-401.yaml";

/// Returns that check as a block of YAML.
pub(crate) fn shipped() -> String {
    let text = text_of(SHIPPED);
    let (for_editors, check) = text.split_once('\n').unwrap();
    assert!(for_editors.starts_with("# yaml-language-server: "), "{for_editors}");
    format!("\n```yaml\n{check}```\n\n")
}

pub(crate) fn tables() -> BTreeMap<&'static str, String> {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs["debitura"];
    BTreeMap::from([
        ("arguments", table(&["Action", "What it does", "Arguments"], &arguments(pack))),
        ("needs", table(&["Line", "What it decides"], &needs(&catalog))),
        ("matrix", matrix(pack)),
        ("matrix of debitsuccess", matrix(&catalog.packs["debitsuccess"])),
    ])
}

/// Returns the actions with the names of their arguments, as the templates of a profile read them.
fn arguments(pack: &Pack) -> Vec<Vec<String>> {
    let actions = &pack.provider.actions;
    let row = |name: &String| {
        let word = &actions[name];
        let twin = actions.iter().take_while(|(other, _)| *other != name).find(|(_, w)| w.arguments == word.arguments);
        let told = match twin {
            Some((twin, _)) => format!("the same as `{twin}`"),
            None => told(&word.arguments),
        };
        vec![format!("`{name}`"), word.description.clone(), told]
    };
    actions.keys().map(row).collect()
}

fn told(arguments: &Map<String, Value>) -> String {
    let mut names = ["client.name", "client.email", "client.tenant"].map(str::to_owned).to_vec();
    named(&Value::Object(arguments.clone()), "", &mut names);
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn named(value: &Value, above: &str, names: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        names.push(format!("{above}{name}"));
        named(inner, &format!("{above}{name}."), names);
    }
}

/// Returns what a profile of two lines lacks: each line to add, with the checks that ask for it themselves.
fn needs(catalog: &Catalog) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.yaml");
    std::fs::write(&path, "partner: My Company\nprovider: debitura\n").unwrap();
    let read = preflight::profile::read(&path, catalog, &|_| None, &preflight::redact::Redactor::new()).unwrap();
    let plan = plan::plan(catalog.packs["debitura"].clone(), read, Selection::default()).unwrap();
    let mut lacking: BTreeMap<&str, Vec<&PlannedCheck>> = BTreeMap::new();
    for unit in &plan.checks {
        for how in &unit.lacking {
            let key = how.strip_prefix("add `").and_then(|rest| rest.split('`').next());
            lacking.entry(key.unwrap_or_else(|| panic!("{how}"))).or_default().push(unit);
        }
    }
    lacking.iter().map(|(key, planned)| vec![format!("`{key}`"), ids(planned, &plan.checks)]).collect()
}

/// Returns the ids of some checks. If they are many and all that a section has in their stages, the section stands for
/// them.
fn ids(planned: &[&PlannedCheck], all: &[PlannedCheck]) -> String {
    let checks = |section: &str, among: &mut dyn Iterator<Item = &PlannedCheck>| -> BTreeSet<String> {
        let mine = among.map(|unit| &unit.packed.check).filter(|check| check.section() == section);
        mine.map(|check| check.id.clone()).collect()
    };
    let sections: BTreeSet<&str> = planned.iter().map(|unit| unit.packed.check.section()).collect();
    let mut words = Vec::new();
    for section in sections {
        let stages: Vec<_> = planned.iter().map(|unit| unit.stage).collect();
        let mine = checks(section, &mut planned.iter().copied());
        let whole = checks(section, &mut all.iter().filter(|unit| stages.contains(&unit.stage)));
        if mine.len() > 3 && mine == whole {
            words.push(format!("`{section}.*`"));
        } else {
            words.extend(mine.iter().map(|id| format!("`{id}`")));
        }
    }
    words.join(", ")
}

/// Returns the defects by the section of the check that catches each, in the order of the checklist.
fn matrix(pack: &Pack) -> String {
    let defects = Sample::built_in(&pack.id).unwrap().setup.defects;
    let mut sections: Vec<&str> = Vec::new();
    for packed in &pack.checks {
        if !sections.contains(&packed.check.section()) {
            sections.push(packed.check.section());
        }
    }
    let (mut text, mut shown) = (String::new(), 0);
    for section in sections {
        let mine = |mistake: &&DemoDefect| mistake.caught_by.split('.').next() == Some(section);
        let rows: Vec<_> = defects.iter().filter(mine).map(row).collect();
        shown += rows.len();
        if !rows.is_empty() {
            let table = table(&["Defect", "What it is", "Caught by", "Also"], &rows);
            writeln!(text, "\n**`{section}.*`**\n{}", table.trim_end()).unwrap();
        }
    }
    assert_eq!(shown, defects.len(), "a mistake is caught by no check that there is");
    text + "\n"
}

fn row(mistake: &DemoDefect) -> Vec<String> {
    let also: Vec<String> = mistake.also.iter().map(|id| format!("`{id}`")).collect();
    let also = if also.is_empty() { "–".to_owned() } else { also.join(", ") };
    let words = mistake.describe();
    let words = if words.ends_with('.') { words } else { words + "." };
    vec![format!("`{}`", mistake.name), words, format!("`{}`", mistake.caught_by), also]
}
