//! What a schema cannot say: names that lead nowhere, checks that cannot fail, circles, and the like.

mod check;
mod rehearsed;
mod sample;
mod scheme;
mod templates;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fixtures::Fixtures;
use super::load::PackedCheck;
use super::provider::Provider;
use crate::template;
use crate::yaml::{Document, Problem};
use check::Linter;
pub(super) use sample::sample;

/// Everything that is wrong with a pack as a whole.
pub(super) fn pack(
    provider: &Provider,
    facts: &Value,
    document: &Document,
    checks: &[(String, PackedCheck)],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut problems = provider_file(provider, document, checks, fixtures);
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let known: BTreeSet<&str> = checks.iter().map(|(_, other)| other.check.id.as_str()).collect();
    for (path, packed) in checks {
        if let Some(first) = seen.insert(&packed.check.id, path) {
            problems.push(at(packed, "/id", format!("`{}` is the id of {first} as well", packed.check.id)));
        }
        problems.extend(Linter { provider, facts, packed, path }.all(&known));
    }
    problems.extend(circles(checks));
    problems
}

fn at(packed: &PackedCheck, pointer: &str, message: String) -> Problem {
    packed.document.problem(pointer, message)
}

fn provider_file(
    provider: &Provider,
    document: &Document,
    checks: &[(String, PackedCheck)],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if checks.is_empty() {
        problems.push(
            document
                .problem("/items", "this pack has no checks")
                .hint("add one YAML file a check below a folder for its section"),
        );
    }
    let mut ids = BTreeSet::new();
    for (index, item) in provider.items.iter().enumerate() {
        let pointer = format!("/items/{index}/id");
        if !ids.insert(&item.id) {
            problems.push(document.problem(&pointer, format!("the item `{}` is listed twice", item.id)));
        }
    }
    let unserved =
        |item: &&super::provider::Item| !checks.iter().any(|(_, packed)| packed.check.items.contains(&item.id));
    let without: Vec<&str> = provider.items.iter().filter(unserved).map(|item| item.id.as_str()).collect();
    if !checks.is_empty() && !without.is_empty() {
        let message = format!("{} of {} items have no check", without.len(), provider.items.len());
        problems.push(document.problem_at_key("", "items", message).warning().hint(without.join(", ")));
    }
    problems.extend(rehearsed::ways(provider, document));
    problems.extend(scheme::schemes(provider, document));
    for (name, event) in provider.webhooks.iter().flat_map(|hooks| &hooks.events) {
        if let Err(error) = fixtures.json(&event.body) {
            let pointer = format!("/webhooks/events/{}/body", name.replace('/', "~1"));
            problems.push(document.problem(&pointer, error.to_string()));
        }
    }
    problems.extend(letters(provider, document));
    for name in fixtures.names().filter(|name| !name.starts_with("sample/")) {
        let stem = name.strip_suffix(".json").unwrap_or(name);
        // Fixtures may be made of others.
        let inside =
            || fixtures.all().any(|(other, text)| other != name && String::from_utf8_lossy(text).contains(stem));
        let used = document.text.contains(stem)
            || checks.iter().any(|(_, packed)| packed.document.text.contains(stem))
            || inside();
        if !used {
            problems.push(Problem::of_file(&format!("fixtures/…/{name}"), "is used by nothing in this pack").warning());
        }
    }
    problems
}

/// Letters that cannot be written, and what a disabled subscription is told by and nobody describes.
fn letters(provider: &Provider, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, letter) in &provider.letters {
        let to = letter.to.iter().map(|(environment, text)| (format!("to/{environment}"), text));
        let texts = [("subject".to_owned(), &letter.subject), ("text".to_owned(), &letter.text)];
        for (place, text) in to.chain(texts) {
            let pointer = format!("/letters/{name}/{place}");
            match template::names(text) {
                Err(error) => problems.push(document.problem(&pointer, error.to_string())),
                Ok(names) => {
                    problems.extend(names.iter().filter_map(|name| unknown(provider, document, &pointer, name)));
                }
            }
        }
    }
    let records = || provider.simulator.iter().flat_map(|simulator| simulator.records.keys().map(String::as_str));
    let told = provider.webhooks.as_ref().and_then(|hooks| hooks.disable.creates.as_ref());
    problems.extend(told.filter(|kind| !records().any(|known| known == *kind)).map(|kind| {
        let problem = document.problem("/webhooks/disable/creates", format!("the simulator has no record `{kind}`"));
        problem.nearest(kind, records())
    }));
    problems
}

/// A name in a letter that no profile can give.
fn unknown(provider: &Provider, document: &Document, pointer: &str, name: &str) -> Option<Problem> {
    let roots = ["profile", "environment", "provider"];
    let root = name.split('.').next().unwrap_or(name);
    if !roots.contains(&root) {
        let problem = document.problem(pointer, format!("`{root}` is not a name that letters know"));
        return Some(problem.nearest_or(root, roots, "they know `profile`, `environment` and `provider`"));
    }
    let detail = name.strip_prefix("environment.details.").and_then(|rest| rest.split('.').next())?;
    let known = || provider.details.keys().map(String::as_str);
    let problem = || document.problem(pointer, format!("`{detail}` is not one of the `details`"));
    (!known().any(|known| known == detail)).then(|| problem().nearest(detail, known()))
}

/// Circles in `needs`, each told once at its first check.
fn circles(checks: &[(String, PackedCheck)]) -> Vec<Problem> {
    let needs: BTreeMap<&str, &[String]> =
        checks.iter().map(|(_, packed)| (packed.check.id.as_str(), packed.check.needs.as_slice())).collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    for (_, packed) in checks {
        let start = packed.check.id.as_str();
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut left: Vec<&str> = needs[start].iter().map(String::as_str).collect();
        while let Some(id) = left.pop() {
            if reached.insert(id) {
                left.extend(needs.get(id).copied().unwrap_or_default().iter().map(String::as_str));
            }
        }
        if reached.contains(start) && !told.contains(start) {
            told.extend(reached.iter().filter(|id| needs.contains_key(*id)));
            let names = reached.into_iter().collect::<Vec<_>>().join(", ");
            problems.push(at(packed, "/needs", format!("`{start}` needs itself, through {names}")));
        }
    }
    problems
}
