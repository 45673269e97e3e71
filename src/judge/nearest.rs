//! Of the things among which one was looked for: which counts, and which came nearest to it.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::finding::{Finding, Held};
use super::matching::{matches, show};
use super::scope::Scope;
use crate::net::address::web;
use crate::pack::expectations::Selection;
use crate::pack::matcher::{Matcher, Predicate};

/// One of the things that were looked at.
pub(super) struct Node {
    /// By what a reader knows it.
    name: String,
    /// What it is not and should be, to count.
    unmet: Vec<Finding>,
    /// How far it is from counting.
    far: usize,
    /// What is taken of it.
    pub(super) taken: Vec<Value>,
}

impl Node {
    /// Looks at one.
    ///
    /// # Errors
    ///
    /// What is not known of it.
    pub(super) fn of(value: &Value, selection: &Selection, scope: &Scope<'_>) -> Result<Self, Held> {
        let (mut unmet, mut far) = (Vec::new(), 0);
        for (path, matcher) in &selection.filter {
            let found = query(path, value);
            match matches(matcher, found.first(), scope, path.trim_start_matches("$.")) {
                Held::Yes(_) => {}
                Held::No(finding) => {
                    far += distance(matcher, found.first(), scope);
                    unmet.push(finding);
                }
                Held::Unknown(finding) => return Err(Held::Unknown(finding)),
            }
        }
        let words = selection.known_by.iter().filter_map(|path| {
            let found = query(path, value).into_iter().find(|value| !value.is_null())?;
            Some(format!("{} {}", path.trim_start_matches("$."), show(&found)))
        });
        let name = words.collect::<Vec<_>>().join(", ");
        Ok(Node { name, unmet, far, taken: query(&selection.take, value) })
    }

    /// Whether it is all that it should be.
    pub(super) fn counts(&self) -> bool {
        self.unmet.is_empty()
    }
}

/// What a JSON path finds.
pub(super) fn query(path: &str, value: &Value) -> Vec<Value> {
    JsonPath::parse(path).map(|path| path.query(value).all().into_iter().cloned().collect()).unwrap_or_default()
}

/// How far a value is from what a matcher wants: a URL that is nearly the right one is nearer than any other.
fn distance(matcher: &Matcher, value: Option<&Value>, scope: &Scope<'_>) -> usize {
    const FAR: usize = 10;
    let differs = matcher.0.iter().find_map(|predicate| {
        let Predicate::SameUrlAs(wanted) = predicate else { return None };
        web::difference(value?.as_str()?, &scope.text(wanted).ok()?)
    });
    differs.map_or(FAR, |differs| FAR + differs as usize)
}

/// A failure of what was taken of the things that count, told by what was found: what they lack, or which came nearest.
pub(super) fn told(
    held: Held,
    nodes: &[Node],
    selection: &Selection,
    are: Option<&Matcher>,
    scope: &Scope<'_>,
) -> Held {
    let Held::No(finding) = held else { return held };
    if selection.known_by.is_empty() {
        return Held::No(finding);
    }
    let expected = finding.expected.clone().unwrap_or_else(|| finding.reason.clone());
    let counting: Vec<&str> = nodes.iter().filter(|node| node.counts()).map(|node| node.name.as_str()).collect();
    let observed = if let Some(nearest) = nodes.iter().filter(|_| counting.is_empty()).min_by_key(|node| node.far) {
        let mut lacks: Vec<String> = nearest.unmet.iter().map(unmet).collect();
        let own = Value::Array(nearest.taken.clone());
        if let Some(Held::No(more)) = are.map(|are| matches(are, Some(&own), scope, &selection.take)) {
            lacks.extend(more.observed);
        }
        let of = if nodes.len() == 1 {
            "the only one".to_owned()
        } else {
            format!("none of {} counts; the nearest", nodes.len())
        };
        format!("{of} ({}) does not count: {}", nearest.name, lacks.join("; "))
    } else if counting.is_empty() {
        format!("none: the answer of `{}` lists nothing", selection.of)
    } else {
        format!("{}, in what counts ({})", finding.observed.clone().unwrap_or_default(), counting.join("; "))
    };
    Held::No(Finding::contrast(finding.who, expected, observed).because(finding.because))
}

/// What one should be and is not.
fn unmet(finding: &Finding) -> String {
    let why = finding.because.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
    match (&finding.expected, &finding.observed) {
        (Some(expected), Some(observed)) => format!("{observed} (wanted: {expected}{why})"),
        (Some(_) | None, _) => finding.reason.clone(),
    }
}
