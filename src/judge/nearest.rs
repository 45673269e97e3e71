//! Selects elements of a list by conditions. If no element meets them all, names the nearest one.

use serde_json::Value;

use super::finding::{ExpectationResult, Finding};
use super::matching::{matches, show};
use super::scope::Scope;
use crate::address::web;
use crate::pack::expectations::Selection;
use crate::pack::matcher::{Matcher, Predicate};

/// An element that was compared with the conditions.
pub(super) struct Node {
    /// The name of the element in the report.
    name: String,
    /// The findings about the conditions that it does not meet.
    unmet: Vec<Finding>,
    /// Its distance from meeting all conditions, as a weighted number.
    far: usize,
    /// The values that the selection takes from it.
    pub(super) taken: Vec<Value>,
}

impl Node {
    /// Compares an element with the conditions of a selection.
    ///
    /// # Errors
    ///
    /// An unknown, if the evidence does not decide a condition.
    pub(super) fn find(value: &Value, selection: &Selection, scope: &Scope<'_>) -> Result<Self, ExpectationResult> {
        let (mut unmet, mut far) = (Vec::new(), 0);
        for (path, matcher) in &selection.filter {
            let found = path.values(value);
            match matches(matcher, found.first(), scope, path.field()) {
                ExpectationResult::Yes(_) => {}
                ExpectationResult::No(finding) => {
                    far += distance(matcher, found.first(), scope);
                    unmet.push(finding);
                }
                ExpectationResult::Unknown(finding) => return Err(ExpectationResult::Unknown(finding)),
            }
        }
        let words = selection.known_by.iter().filter_map(|path| {
            let found = path.values(value).into_iter().find(|value| !value.is_null())?;
            Some(format!("{} {}", path.field(), show(&found)))
        });
        let name = words.collect::<Vec<_>>().join(", ");
        Ok(Node { name, unmet, far, taken: selection.take.values(value) })
    }

    /// Whether the element meets all conditions.
    pub(super) fn counts(&self) -> bool {
        self.unmet.is_empty()
    }
}

/// The distance of a value from a matcher: a similar URL is nearer than any other.
fn distance(matcher: &Matcher, value: Option<&Value>, scope: &Scope<'_>) -> usize {
    const FULL_DISTANCE: usize = 10;
    let differs = matcher.0.iter().find_map(|predicate| {
        let Predicate::SameUrlAs(wanted) = predicate else { return None };
        web::difference(value?.as_str()?, &scope.text(wanted).ok()?)
    });
    differs.map_or(FULL_DISTANCE, |differs| FULL_DISTANCE + differs as usize)
}

/// Rewrites a failure about taken values in terms of the elements: says what the matching elements lack, or what the
/// nearest one lacks.
pub(super) fn describe(
    held: ExpectationResult,
    nodes: &[Node],
    selection: &Selection,
    are: Option<&Matcher>,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let ExpectationResult::No(finding) = held else { return held };
    if selection.known_by.is_empty() {
        return ExpectationResult::No(finding);
    }
    let expected = finding.expected.clone().unwrap_or_else(|| finding.reason.clone());
    let counting: Vec<&str> = nodes.iter().filter(|node| node.counts()).map(|node| node.name.as_str()).collect();
    let observed = if let Some(nearest) = nodes.iter().filter(|_| counting.is_empty()).min_by_key(|node| node.far) {
        let mut lacks: Vec<String> = nearest.unmet.iter().map(unmet).collect();
        let own = Value::Array(nearest.taken.clone());
        if let Some(ExpectationResult::No(more)) =
            are.map(|are| matches(are, Some(&own), scope, selection.take.as_str()))
        {
            lacks.extend(more.observed);
        }
        let of = if nodes.len() == 1 {
            "the only element".to_owned()
        } else {
            format!("none of {} elements matches; the nearest", nodes.len())
        };
        format!("{of} ({}) does not match: {}", nearest.name, lacks.join("; "))
    } else if counting.is_empty() {
        format!("none: the response of `{}` is an empty list", selection.of)
    } else {
        format!("{}, in the matching elements ({})", finding.observed.clone().unwrap_or_default(), counting.join("; "))
    };
    ExpectationResult::No(Finding::contrast(finding.responsible, expected, observed).because(finding.because))
}

/// Returns a condition that an element does not meet, for the report.
fn unmet(finding: &Finding) -> String {
    let why = finding.because.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
    match (&finding.expected, &finding.observed) {
        (Some(expected), Some(observed)) => format!("{observed} (expected: {expected}{why})"),
        (Some(_) | None, _) => finding.reason.clone(),
    }
}
