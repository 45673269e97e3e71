//! The lints of a pack as a whole: those of each file, and those of all checks together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use super::linter::Linter;
use super::provider;
use super::texts::Texts;
use super::unlinted::{PendingLint, problem_at};
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::Provider;
use crate::yaml::{Document, Problem, Severity};

/// The number of errors after which the remaining checks of a large pack are not examined.
const MAX_PROBLEMS: usize = 200;

/// The number of checks to examine before errors are counted again.
const CHECKS_PER_PART: usize = 1024;

/// Finds everything that is wrong with a pack as a whole.
pub(in crate::pack) fn pack(
    provider: &Provider,
    facts: &Value,
    (document, texts): (&Document, &Texts),
    checks: &[PendingLint],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut problems = provider::lint_provider(provider, (document, texts), checks, fixtures);
    problems.extend(twice(checks));
    let known: BTreeSet<&str> = checks.iter().map(|other| other.packed.check.id.as_str()).collect();
    let items: BTreeSet<&str> = provider.items.iter().map(|item| item.id.as_str()).collect();
    for (at, part) in checks.chunks(CHECKS_PER_PART).enumerate() {
        let all = |read: &PendingLint| Linter { provider, facts, read, items: &items, known: &known }.lint_all();
        problems.extend(part.par_iter().map(all).collect::<Vec<_>>().into_iter().flatten());
        // One mistake repeated in thousands of files is read once, and to look for what was meant takes its time.
        let left = checks.len().saturating_sub((at + 1) * CHECKS_PER_PART);
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        if left > 0 && errors > MAX_PROBLEMS {
            let message = format!("{left} more checks were not examined because of the problems before them");
            problems.push(Problem::of_file(&document.name, message).warning());
            return problems;
        }
    }
    problems.extend(circles(checks));
    problems
}

/// Finds ids and titles that several files have.
fn twice(checks: &[PendingLint]) -> Vec<Problem> {
    let (mut seen, mut titles): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) = Default::default();
    let mut problems = Vec::new();
    for PendingLint { path, packed, .. } in checks {
        if let Some(first) = titles.insert(&packed.check.title, path) {
            let problem = problem_at(packed, "/title", format!("{first} has the same title"));
            problems.push(problem.warning().hint("state in each title what only this check proves"));
        }
        if let Some(first) = seen.insert(&packed.check.id, path) {
            problems.push(problem_at(packed, "/id", format!("{first} has the id `{}` too", packed.check.id)));
        }
    }
    problems
}

/// Finds circles in `needs`, each reported once, at its first check.
fn circles(checks: &[PendingLint]) -> Vec<Problem> {
    let needs: BTreeMap<&str, &[String]> =
        checks.iter().map(|read| (read.packed.check.id.as_str(), read.packed.check.needs.as_slice())).collect();
    // A check that needs nothing, or only checks outside circles, is in no circle. Those left are in a circle or depend
    // on one.
    let mut open: BTreeMap<&str, usize> = needs.iter().map(|(id, needs)| (*id, needs.len())).collect();
    let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, list) in &needs {
        list.iter().for_each(|need| needed_by.entry(need).or_default().push(id));
    }
    let mut free: Vec<&str> = open.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        open.remove(id);
        for other in needed_by.get(id).into_iter().flatten() {
            if let Some(count) = open.get_mut(other) {
                *count -= 1;
                free.extend((*count == 0).then_some(*other));
            }
        }
    }
    let left = checks.iter().filter(|read| open.contains_key(read.packed.check.id.as_str()));
    told_once(left, &needs)
}

/// Reports each circle once, given the checks that are in circles or depend on one.
fn told_once<'c>(left: impl Iterator<Item = &'c PendingLint>, needs: &BTreeMap<&'c str, &'c [String]>) -> Vec<Problem> {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    for read in left {
        let start = read.packed.check.id.as_str();
        if told.contains(start) || problems.len() > MAX_PROBLEMS {
            continue;
        }
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut left: Vec<&str> = needs[start].iter().map(String::as_str).collect();
        while let Some(id) = left.pop() {
            if reached.insert(id) {
                left.extend(needs.get(id).copied().unwrap_or_default().iter().map(String::as_str));
            }
        }
        if reached.contains(start) {
            told.extend(reached.iter().filter(|id| needs.contains_key(*id)));
            let names = reached.into_iter().collect::<Vec<_>>().join(", ");
            problems.push(problem_at(&read.packed, "/needs", format!("`{start}` needs itself, through {names}")));
        }
    }
    problems
}
