//! The lints of `provider.yaml`, and of what lies beside it.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::{Unlinted, rehearsed};
use crate::catalog::authentication::Api;
use crate::catalog::fixtures::Fixtures;
use crate::catalog::provider::Provider;
use crate::yaml::{Document, Problem};

/// Everything that is wrong with it.
pub(super) fn all(provider: &Provider, document: &Document, checks: &[Unlinted], fixtures: &Fixtures) -> Vec<Problem> {
    let mut problems = items(provider, document, checks);
    problems.extend(rehearsed::ways(provider, document));
    problems.extend(tokens(provider, document));
    problems.extend(events(provider, document, fixtures));
    problems.extend(unused(document, checks, fixtures));
    problems
}

/// Items that are listed twice or that no check serves.
fn items(provider: &Provider, document: &Document, checks: &[Unlinted]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if checks.is_empty() {
        let problem = document.problem("/items", "this pack has no checks");
        problems.push(problem.hint("add one YAML file a check below a folder for its section"));
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
        let message = format!("{} of {} items have no check", without.len(), provider.items.len());
        problems.push(document.problem_at_key("", "items", message).warning().hint(without.join(", ")));
    }
    problems
}

/// Tokens from an API that is none.
fn tokens(provider: &Provider, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (api, rule) in &provider.apis {
        if let Api::Bearer(bearer) = rule
            && !provider.apis.contains_key(&bearer.from)
        {
            let message = format!("`{}` is not one of the apis", bearer.from);
            problems.push(document.problem(&format!("/apis/{api}/bearer/from"), message));
        }
    }
    problems
}

/// Bodies of events that cannot be used.
fn events(provider: &Provider, document: &Document, fixtures: &Fixtures) -> Vec<Problem> {
    let events = provider.webhooks.iter().flat_map(|hooks| &hooks.events);
    let unusable = |(name, event): (&String, &crate::catalog::scheme::Event)| {
        let error = fixtures.json(&event.body).err()?;
        let pointer = format!("/webhooks/events/{}/body", name.replace('/', "~1"));
        Some(document.problem(&pointer, error.to_string()))
    };
    events.filter_map(unusable).collect()
}

/// Fixtures that nothing names: neither `provider.yaml`, nor a check, nor another fixture.
fn unused(document: &Document, checks: &[Unlinted], fixtures: &Fixtures) -> Vec<Problem> {
    let names: Vec<&str> = fixtures.names().filter(|name| !name.starts_with("sample/")).collect();
    let stems = names.iter().map(|name| name.strip_suffix(".json").unwrap_or(name));
    let Ok(searcher) = AhoCorasick::new(stems) else { return Vec::new() };
    let mut used = vec![false; names.len()];
    let mut mark = |own: Option<&str>, text: &[u8]| {
        for found in searcher.find_overlapping_iter(text) {
            let at = found.pattern().as_usize();
            used[at] |= own != Some(names[at]);
        }
    };
    mark(None, document.text.as_bytes());
    checks.iter().for_each(|read| mark(None, read.packed.document.text.as_bytes()));
    fixtures.all().for_each(|(name, text)| mark(Some(name), text));
    let unused = names.iter().zip(used).filter(|(_, used)| !used).map(|(name, _)| name);
    unused
        .map(|name| Problem::of_file(&format!("fixtures/…/{name}"), "is used by nothing in this pack").warning())
        .collect()
}
