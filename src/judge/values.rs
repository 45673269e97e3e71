//! Expectations about values: of responses, captures and configuration.

use serde_json::Value;

use super::case::Case;
use super::finding::{Finding, Held};
use super::matching::matches;
use super::nearest::{self, Node, query};
use super::scope::Scope;
use super::usable::usable;
use crate::evidence::{Entry, What, Who};
use crate::pack::expectations::{Selection, Source, ValuesExpectation};

/// Judges `values: ...`.
pub(super) fn values(case: &Case<'_>, expectation: &ValuesExpectation, scope: &Scope<'_>) -> Held {
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
        // A single node read as a whole represents itself.
        (Source::Selection(selection), Some([one]))
            if selection.select == "$" && !selection.take.contains(['*', '?']) =>
        {
            Some(one.clone())
        }
        (Source::Selection(_) | Source::Template(_), _) => None,
    };
    let are = expectation
        .are
        .as_ref()
        .map_or(Held::YES, |matcher| matches(matcher, Some(single.as_ref().unwrap_or(&list)), scope, &what));
    let each = expectation.each.as_ref().map_or(Held::YES, |matcher| match list.as_array().map(Vec::as_slice) {
        Some([]) => Held::No(Finding::contrast(Who::Partner, format!("at least one {what}"), "none")),
        Some(list) => Held::all(list.iter().map(|value| matches(matcher, Some(value), scope, &what))),
        None => matches(matcher, Some(&list), scope, &what),
    });
    let hint = expectation.hint.as_ref().and_then(|hint| scope.text(hint).ok());
    let held = Held::all([are, each]);
    let held = match &expectation.values {
        Source::Selection(selection) => {
            let held = nearest::told(held, &nodes, selection, expectation.are.as_ref(), scope);
            gave(case, selection).map_or(held.clone(), |entry| held.about(entry.from))
        }
        Source::Template(_) => held,
    };
    held.hinted(hint.as_deref())
}

/// The entry that a selection reads from.
fn gave<'c>(case: &Case<'c>, selection: &Selection) -> Option<&'c Entry> {
    case.evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(selection.of.as_str()))
}

/// The selected value as the report names it.
fn name(selection: &Selection) -> String {
    let path = if selection.take == "$" { &selection.select } else { &selection.take };
    match path.trim_start_matches('$').trim_start_matches('.').trim_end_matches("[*]") {
        "" => format!("`{}`", selection.of),
        path => format!("{path} of `{}`", selection.of),
    }
}

/// The nodes of a step to compare, or why there are none.
fn select(case: &Case<'_>, selection: &Selection, scope: &Scope<'_>) -> Result<Vec<Node>, Held> {
    let entry = gave(case, selection);
    let unknown = |who: Who, why: String| Err(Held::Unknown(Finding::new(who, why)));
    let Some(entry) = entry else {
        return unknown(Who::Tool, format!("the step `{}` gave no value", selection.of));
    };
    let root = match &entry.what {
        What::Exchange(exchange) => match usable(case, &selection.of, exchange) {
            Ok(json) => json.clone(),
            Err(finding) => return Err(Held::Unknown(finding)),
        },
        What::Fact(fact) => match (&fact.value, &fact.trouble) {
            (Some(value), _) => value.clone(),
            (None, Some(trouble)) => return unknown(Who::Partner, format!("{}: {trouble}", fact.place)),
            (None, None) => return unknown(Who::Partner, format!("{} is empty", fact.place)),
        },
        What::Skipped(why) | What::LeftOut(why) => return unknown(Who::Partner, why.clone()),
        What::Action(_)
        | What::Delivery(_)
        | What::Call(_)
        | What::Inspection(_)
        | What::Happened(_)
        | What::Shown(_)
        | What::Records(_)
        | What::Refused(_)
        | What::Wrote(_)
        | What::Waited => {
            return unknown(Who::Tool, format!("the step `{}` has no values", selection.of));
        }
    };
    query(&selection.select, &root).iter().map(|node| Node::of(node, selection, scope)).collect()
}
