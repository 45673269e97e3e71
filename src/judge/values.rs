//! Judges expectations about values of responses, captures and configuration.

use serde_json::Value;

use super::case::Case;
use super::finding::{ExpectationResult, Finding};
use super::matching::matches;
use super::nearest::{self, Node};
use super::scope::Scope;
use super::usable::usable;
use crate::evidence::{Entry, EntryKind, Responsible};
use crate::pack::expectations::{Selection, Source, ValuesExpectation};

/// Judges `values: ...`.
pub(super) fn judge(case: &Case<'_>, expectation: &ValuesExpectation, scope: &Scope<'_>) -> ExpectationResult {
    let (list, nodes, what) = match &expectation.values {
        Source::Template(text) => match scope.value(&Value::String(text.clone())) {
            Ok(value) => (value.into_owned(), Vec::new(), text.trim_matches(|c| "{} ".contains(c)).to_owned()),
            Err(unknown) => return unknown,
        },
        Source::Selection(selection) => match select(case, selection, scope) {
            Ok(nodes) => {
                let taken = nodes.iter().filter(|node| node.counts()).flat_map(|node| node.taken.iter().cloned());
                (taken.collect(), nodes, name(selection))
            }
            Err(held) => return held,
        },
    };
    let single = match (&expectation.values, list.as_array().map(Vec::as_slice)) {
        // A single node that is taken as a whole stands for itself and not for a list.
        (Source::Selection(selection), Some([one]))
            if selection.select.is_root() && !selection.take.as_str().contains(['*', '?']) =>
        {
            Some(one.clone())
        }
        (Source::Selection(_) | Source::Template(_), _) => None,
    };
    let are = expectation.are.as_ref().map_or(ExpectationResult::YES, |matcher| {
        matches(matcher, Some(single.as_ref().unwrap_or(&list)), scope, &what)
    });
    let each = expectation.all_match.as_ref().map_or(ExpectationResult::YES, |matcher| {
        match list.as_array().map(Vec::as_slice) {
            Some([]) => {
                ExpectationResult::No(Finding::contrast(Responsible::Partner, format!("at least one {what}"), "none"))
            }
            Some(list) => {
                ExpectationResult::all_of(list.iter().map(|value| matches(matcher, Some(value), scope, &what)))
            }
            None => matches(matcher, Some(&list), scope, &what),
        }
    });
    let hint = scope.hint(expectation.hint.as_ref());
    let held = ExpectationResult::all_of([are, each]);
    let held = match &expectation.values {
        Source::Selection(selection) => {
            let held = nearest::describe(held, &nodes, selection, expectation.are.as_ref(), scope);
            gave(case, selection).map_or(held.clone(), |entry| held.about(entry.from))
        }
        Source::Template(_) => held,
    };
    held.hinted(hint.as_deref())
}

/// Returns the entry that a selection reads from.
fn gave<'c>(case: &Case<'c>, selection: &Selection) -> Option<&'c Entry> {
    case.evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(selection.of.as_str()))
}

/// Returns the selected value as the report names it.
fn name(selection: &Selection) -> String {
    let path = if selection.take.is_root() { &selection.select } else { &selection.take };
    match path.as_str().trim_start_matches('$').trim_start_matches('.').trim_end_matches("[*]") {
        "" => format!("`{}`", selection.of),
        path => format!("{path} of `{}`", selection.of),
    }
}

/// Returns the nodes of a step to compare, or an unknown that says why there are none.
fn select(case: &Case<'_>, selection: &Selection, scope: &Scope<'_>) -> Result<Vec<Node>, ExpectationResult> {
    let entry = gave(case, selection);
    let unknown =
        |responsible: Responsible, why: String| Err(ExpectationResult::Unknown(Finding::new(responsible, why)));
    let Some(entry) = entry else {
        return unknown(Responsible::Tool, format!("the step `{}` gave no value", selection.of));
    };
    let root = match &entry.what {
        EntryKind::Exchange(exchange) => match usable(case, &selection.of, exchange) {
            Ok(json) => json.clone(),
            Err(finding) => return Err(ExpectationResult::Unknown(finding)),
        },
        EntryKind::Fact(fact) => match (&fact.value, &fact.trouble) {
            (Some(value), _) => value.clone(),
            (None, Some(trouble)) => return unknown(Responsible::Partner, format!("{}: {trouble}", fact.place)),
            (None, None) => return unknown(Responsible::Partner, format!("{} is empty", fact.place)),
        },
        EntryKind::Skipped(why) | EntryKind::LeftOut(why) => return unknown(Responsible::Partner, why.clone()),
        EntryKind::Action(_)
        | EntryKind::Delivery(_)
        | EntryKind::Call(_)
        | EntryKind::Inspection(_)
        | EntryKind::OccurredEvent(_)
        | EntryKind::Shown(_)
        | EntryKind::Records(_)
        | EntryKind::DeniedHost(_)
        | EntryKind::Wrote(_)
        | EntryKind::Waited => {
            return unknown(Responsible::Tool, format!("the step `{}` has no values", selection.of));
        }
    };
    selection.select.values(&root).iter().map(|node| Node::find(node, selection, scope)).collect()
}
