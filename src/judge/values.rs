//! Values of answers, captures and configuration.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::Case;
use super::answers::no_answer;
use super::held::{Finding, Held};
use super::matching::matches;
use super::scope::Scope;
use crate::catalog::expect::{Selection, Source, ValuesExpectation};
use crate::evidence::{Entry, Outcome, What, Who};

/// Judges `values: ...`.
pub(super) fn values(case: &Case<'_>, expectation: &ValuesExpectation, scope: &Scope<'_>) -> Held {
    let (list, what) = match &expectation.values {
        Source::Template(text) => match scope.value(&Value::String(text.clone())) {
            Ok(value) => (value.into_owned(), text.trim_matches(|c| "{} ".contains(c)).to_owned()),
            Err(unknown) => return unknown,
        },
        Source::Selection(selection) => match select(case, selection, scope) {
            Ok(list) => (Value::Array(list), format!("{} of `{}`", selection.take, selection.of)),
            Err(held) => return held,
        },
    };
    let single = match (&expectation.values, list.as_array().map(Vec::as_slice)) {
        // One node that was read whole stands for itself.
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
    let held = Held::all([are, each]).hinted(hint.as_deref());
    match &expectation.values {
        Source::Selection(selection) => gave(case, selection).map_or(held.clone(), |entry| held.about(entry.from)),
        Source::Template(_) => held,
    }
}

/// What a selection is taken of.
fn gave<'c>(case: &Case<'c>, selection: &Selection) -> Option<&'c Entry> {
    case.evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(selection.of.as_str()))
}

/// The selected nodes of a step, or why there are none to select from.
fn select(case: &Case<'_>, selection: &Selection, scope: &Scope<'_>) -> Result<Vec<Value>, Held> {
    let entry = gave(case, selection);
    let unknown = |who: Who, why: String| Err(Held::Unknown(Finding::new(who, why)));
    let Some(entry) = entry else {
        let why = case.skipped(&selection.of).unwrap_or_else(|| format!("the step `{}` gave nothing", selection.of));
        return unknown(Who::Tool, why);
    };
    let root = match &entry.what {
        What::Exchange(exchange) => match &exchange.outcome {
            Outcome::Answered(answer) if (200..300).contains(&answer.status) => match answer.body.json() {
                Some(json) => json.clone(),
                None => return unknown(Who::Provider, format!("the answer of `{}` is not JSON", selection.of)),
            },
            Outcome::Answered(answer) => {
                let who = if answer.status >= 500 || answer.status == 429 { Who::Provider } else { Who::Partner };
                return unknown(
                    who,
                    format!("{} {} was answered {}", exchange.request.method, exchange.request.url, answer.status),
                );
            }
            Outcome::Trouble(trouble) => {
                let what = format!("{} {}", exchange.request.method, exchange.request.url);
                return Err(Held::Unknown(no_answer(&what, trouble, true)));
            }
        },
        What::Fact(fact) => match (&fact.value, &fact.trouble) {
            (Some(value), _) => value.clone(),
            (None, Some(trouble)) => return unknown(Who::Partner, format!("{}: {trouble}", fact.place)),
            (None, None) => return unknown(Who::Partner, format!("{} says nothing", fact.place)),
        },
        What::Action(_)
        | What::Delivery(_)
        | What::Call(_)
        | What::Inspection(_)
        | What::Happened(_)
        | What::Shown(_)
        | What::Records(_)
        | What::Refused(_)
        | What::Wrote(_)
        | What::Skipped(_)
        | What::LeftOut(_)
        | What::Waited => {
            return unknown(Who::Tool, format!("the step `{}` has no values", selection.of));
        }
    };
    let query = |path: &str, value: &Value| -> Vec<Value> {
        JsonPath::parse(path).map(|path| path.query(value).all().into_iter().cloned().collect()).unwrap_or_default()
    };
    let mut taken = Vec::new();
    for node in query(&selection.select, &root) {
        let wanted = selection.filter.iter().map(|(path, matcher)| {
            let value = query(path, &node);
            matches(matcher, value.first(), scope, path)
        });
        match Held::all(wanted) {
            Held::Yes(_) => taken.extend(query(&selection.take, &node)),
            Held::No(_) => {}
            Held::Unknown(finding) => return Err(Held::Unknown(finding)),
        }
    }
    Ok(taken)
}
