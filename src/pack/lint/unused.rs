//! Parts of a pack that nothing in it uses. One pass over all texts searches for all of them.

use aho_corasick::AhoCorasick;

use super::unlinted::PendingLint;
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::Provider;
use crate::yaml::{Document, Problem};

/// A part of a pack that something else ought to name.
struct NamedReference {
    /// The text that names it.
    text: String,
    /// How often `provider.yaml` contains this text because it defines the part.
    own: usize,
    /// The name of the fixture, if it is one.
    fixture: Option<String>,
    /// The JSON pointer in `provider.yaml` and the message, or the problem if the part is elsewhere.
    told: Result<(String, String), Problem>,
}

/// Finds fixtures, facts and replies that nothing names: neither `provider.yaml`, nor a check, nor another fixture.
pub(super) fn lint_unused(
    provider: &Provider,
    document: &Document,
    checks: &[PendingLint],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut sought = fixture_names(fixtures);
    sought.extend(facts(provider));
    sought.extend(replies(provider));
    let Ok(searcher) = AhoCorasick::new(sought.iter().map(|one| &one.text)) else { return Vec::new() };
    let mut named = vec![0_usize; sought.len()];
    let mut search = |inside: Option<&str>, text: &[u8]| {
        for found in searcher.find_overlapping_iter(text) {
            let at = found.pattern().as_usize();
            // A fixture that names itself is not thereby used.
            named[at] += usize::from(inside.is_none() || sought[at].fixture.as_deref() != inside);
        }
    };
    search(None, document.text.as_bytes());
    for read in checks {
        search(None, read.packed.document.text.as_bytes());
    }
    fixtures.files().for_each(|(name, text)| search(Some(name), text));
    let unused = sought.into_iter().zip(named).filter(|(one, named)| *named <= one.own);
    let tell = |told: Result<(String, String), Problem>| match told {
        Ok((pointer, message)) => document.problem(&pointer, message),
        Err(problem) => problem,
    };
    unused.map(|(one, _)| tell(one.told).warning()).collect()
}

fn fixture_names(fixtures: &Fixtures) -> Vec<NamedReference> {
    let names = fixtures.names().filter(|name| !name.starts_with("sample/"));
    let sought = |name: &str| NamedReference {
        text: name.strip_suffix(".json").unwrap_or(name).to_owned(),
        own: 0,
        fixture: Some(name.to_owned()),
        told: Err(Problem::of_file(&format!("fixtures/…/{name}"), "is unused in this pack")),
    };
    names.map(sought).collect()
}

fn facts(provider: &Provider) -> Vec<NamedReference> {
    let sought = |name: &String| NamedReference {
        text: format!("facts.{name}"),
        own: 0,
        fixture: None,
        told: Ok((format!("/facts/{name}"), format!("the fact `{name}` is unused in this pack"))),
    };
    provider.facts.keys().map(sought).collect()
}

fn replies(provider: &Provider) -> Vec<NamedReference> {
    let replies = provider.simulator.iter().flat_map(|simulator| simulator.replies.keys());
    let sought = |name: &String| NamedReference {
        text: name.clone(),
        own: 1,
        fixture: None,
        told: Ok((format!("/simulator/replies/{name}"), format!("the reply `{name}` is unused in this pack"))),
    };
    replies.map(sought).collect()
}
