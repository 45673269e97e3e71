//! The lints of `provider.yaml` and of the fixtures beside it.

use std::collections::BTreeSet;

use super::texts::Texts;
use super::unlinted::PendingLint;
use super::{emails, rehearsal, scheme, unused};
use crate::json::escaped;
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::{Provider, Setting};
use crate::pack::types::Route;
use crate::template;
use crate::yaml::{Document, Problem};

/// Finds everything that is wrong with `provider.yaml` and its fixtures.
pub(super) fn lint_provider(
    provider: &Provider,
    (document, texts): (&Document, &Texts),
    checks: &[PendingLint],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut problems = items(provider, document, checks);
    problems.extend(rehearsal::ways(provider, document));
    problems.extend(scheme::schemes(provider, document));
    problems.extend(emails::emails(provider, document));
    problems.extend(events(provider, document, fixtures));
    problems.extend(shapes(provider, document));
    problems.extend(templates(document, texts));
    problems.extend(written(fixtures));
    problems.extend(unused::lint_unused(provider, document, checks, fixtures));
    problems
}

/// Finds items that are listed twice or that no check serves.
fn items(provider: &Provider, document: &Document, checks: &[PendingLint]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if checks.is_empty() {
        let problem = document.problem("/items", "this pack has no checks");
        problems.push(problem.hint("add one YAML file per check in a folder for its section"));
    }
    let mut ids = BTreeSet::new();
    for (index, item) in provider.items.iter().enumerate().filter(|(_, item)| !ids.insert(&item.id)) {
        let message = format!("the item `{}` is listed twice", item.id);
        problems.push(document.problem(&format!("/items/{index}/id"), message));
    }
    let served: BTreeSet<&str> = checks.iter().flat_map(|read| &read.packed.check.items).map(String::as_str).collect();
    let without: Vec<&str> =
        provider.items.iter().map(|item| item.id.as_str()).filter(|id| !served.contains(id)).collect();
    if !checks.is_empty() && !without.is_empty() {
        let have = if without.len() == 1 { "has" } else { "have" };
        let message = format!("{} of {} items {have} no check", without.len(), provider.items.len());
        problems.push(document.problem_at_key("", "items", message).warning().hint(without.join(", ")));
    }
    problems
}

/// Finds events whose body cannot be used.
fn events(provider: &Provider, document: &Document, fixtures: &Fixtures) -> Vec<Problem> {
    let events = provider.webhooks.iter().flat_map(|hooks| &hooks.events);
    let unusable = |(name, event): (&String, &crate::pack::scheme::Event)| {
        let error = fixtures.json(&event.body).err()?;
        let pointer = format!("/webhooks/events/{}/body", escaped(name));
        Some(document.problem(&pointer, error.to_string()))
    };
    events.filter_map(unusable).collect()
}

/// Finds response shapes that are not a JSON Schema, and settings whose `matches` is not a regular expression.
fn shapes(provider: &Provider, document: &Document) -> Vec<Problem> {
    let wrong = |(route, schema): (&Route, &serde_json::Value)| {
        let error = jsonschema::validator_for(schema).err()?;
        let pointer = format!("/answers/{}", escaped(&route.to_string()));
        Some(document.problem(&pointer, format!("this is not a JSON Schema: {error}")))
    };
    let unreadable = |(name, detail): (&String, &Setting)| {
        let error = regex::Regex::new(detail.matches.as_ref()?).err()?;
        let pointer = format!("/settings/{}/matches", escaped(name));
        Some(document.problem(&pointer, format!("this is not a regular expression: {error}")))
    };
    provider.answers.iter().filter_map(wrong).chain(provider.settings.iter().filter_map(unreadable)).collect()
}

/// Filters that only templates of the simulator have.
const OF_THE_SIMULATOR: [&str; 3] = ["day", "datetime", "url"];

/// Finds templates that do not parse or use an unknown filter.
fn templates(document: &Document, texts: &Texts) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (pointer, text) in texts {
        let own: &[&str] = if pointer.starts_with("/simulator") { &OF_THE_SIMULATOR } else { &[] };
        match template::names(text) {
            Err(error) => problems.push(document.problem(pointer, error.to_string())),
            Ok(_) => problems.extend(unknown_filter(text, own).map(|filter| document.problem(pointer, filter))),
        }
    }
    problems
}

/// Names the first filter that neither all templates have nor `own` contains.
pub(super) fn unknown_filter(text: &str, own: &[&str]) -> Option<String> {
    let filter = template::unknown_filters(text).into_iter().find(|filter| !own.contains(&filter.as_str()))?;
    Some(format!("there is no filter `{filter}`"))
}

/// Finds templates in fixtures that do not parse or use an unknown filter.
fn written(fixtures: &Fixtures) -> Vec<Problem> {
    let names = fixtures.names().filter(|name| !name.starts_with("sample/"));
    let mut problems = Vec::new();
    for name in names {
        let Ok(json) = fixtures.json(name.strip_suffix(".json").unwrap_or(name)) else { continue };
        let file = format!("fixtures/…/{name}");
        crate::json::texts(&json, &mut |pointer, text| {
            let wrong = super::texts::too_long(pointer, text).or_else(|| match template::names(text) {
                Ok(_) => unknown_filter(text, &OF_THE_SIMULATOR),
                Err(error) => Some(error.to_string()),
            });
            problems.extend(wrong.map(|wrong| Problem::of_file(&file, format!("at `{pointer}`, {wrong}"))));
        });
    }
    problems
}
