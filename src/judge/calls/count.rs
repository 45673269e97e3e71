//! Judges expectations about the partner's calls: which calls are meant, how many there must be, and what each must
//! satisfy.

use serde_json::Value;

use super::call::{quiet, title};
use super::select::{self, Selection, select};
use super::{require, unattributed};
use crate::evidence::Responsible;
use crate::judge::case::Case;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::scope::Scope;
use crate::pack::traffic::{CallsExpectation, Count};

/// Judges `calls: ...`, separately for each client.
pub(in crate::judge) fn judge<'c>(
    case: &Case<'c>,
    expectation: &CallsExpectation,
    scope: &mut Scope<'c>,
) -> ExpectationResult {
    let (mut parts, mut found) = (Vec::new(), Vec::new());
    for client in select::clients(case, expectation, scope) {
        scope.turn_to(Some(&client));
        parts.push(match select(case, expectation, scope, &client) {
            Ok(selection) => {
                let held = of_client(case, expectation, &selection, scope);
                found.extend(selection.calls);
                held
            }
            Err(unknown) => unknown,
        });
    }
    scope.turn_to(None);
    if parts.is_empty() {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            "the check has no client whose calls could be counted",
        ));
    }
    if let Some(name) = &expectation.name {
        found.sort_by_key(|entry| entry.from);
        scope.bind(name, found);
    }
    let hint = scope.hint(expectation.hint.as_ref());
    ExpectationResult::all_of(parts).hinted(hint.as_deref())
}

fn of_client(
    case: &Case<'_>,
    expectation: &CallsExpectation,
    selection: &Selection<'_>,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let bounds = match Bounds::evaluate(expectation, scope) {
        Ok(bounds) => bounds,
        Err(unknown) => return unknown,
    };
    let number = u64::try_from(selection.calls.len()).unwrap_or(u64::MAX);
    let counted = count(case, &bounds, number, selection);
    // Further calls could satisfy a minimum, or change which call is the nth. They cannot undo a wrong call.
    let open = bounds.lacks(number) || expectation.nth.is_some() || bounds.none() && number == 0;
    let required = || require::require_all(expectation, selection, scope);
    match ExpectationResult::all_of(std::iter::once(counted).chain((number > 0).then(required))) {
        ExpectationResult::No(_) | ExpectationResult::Unknown(_) if open && !selection.strays.is_empty() => {
            unattributed::unknown(selection)
        }
        ExpectationResult::Yes(_) if bounds.bounded_above() && !selection.strays.is_empty() => {
            unattributed::unknown(selection)
        }
        ExpectationResult::Yes(mut remarks) => {
            remarks.extend(bounds.bounded_above().then(|| quiet(case)).flatten());
            ExpectationResult::Yes(remarks)
        }
        held @ (ExpectationResult::No(_) | ExpectationResult::Unknown(_)) => held,
    }
}

/// The allowed numbers of calls.
struct Bounds {
    exactly: Option<u64>,
    least: Option<u64>,
    most: Option<u64>,
}

impl Bounds {
    fn evaluate(expectation: &CallsExpectation, scope: &Scope<'_>) -> Result<Self, ExpectationResult> {
        let number = |count: &Option<Count>| count.as_ref().map(|count| number(count, scope)).transpose();
        let (exactly, least) = (number(&expectation.exactly)?, number(&expectation.at_least)?);
        Ok(Bounds { exactly, least, most: number(&expectation.at_most)? })
    }

    fn none(&self) -> bool {
        self.exactly.is_none() && self.least.is_none() && self.most.is_none()
    }

    fn bounded_above(&self) -> bool {
        self.exactly.is_some() || self.most.is_some()
    }

    fn lacks(&self, number: u64) -> bool {
        [self.exactly, self.least].into_iter().flatten().any(|wanted| number < wanted)
    }

    fn exceeded_by(&self, number: u64) -> bool {
        [self.exactly, self.most].into_iter().flatten().any(|wanted| number > wanted)
    }

    fn describe(&self) -> String {
        let words = [(self.exactly, "exactly"), (self.least, "at least"), (self.most, "at most")];
        let words = words.iter().filter_map(|(number, word)| number.map(|number| format!("{word} {number}")));
        words.collect::<Vec<_>>().join(" and ")
    }
}

fn number(count: &Count, scope: &Scope<'_>) -> Result<u64, ExpectationResult> {
    let text = match count {
        Count::Number(number) => return Ok(*number),
        Count::Template(text) => text,
    };
    let value = scope.value(&Value::String(text.clone()))?.into_owned();
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    number.ok_or_else(|| {
        ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            format!("`{text}` gives {value}, which is not a number"),
        ))
    })
}

fn count(case: &Case<'_>, bounds: &Bounds, number: u64, selection: &Selection<'_>) -> ExpectationResult {
    if bounds.none() {
        return if number > 0 {
            ExpectationResult::YES
        } else {
            let why = format!("no such call: {}{}", selection.words, afterwards(case, selection));
            ExpectationResult::Unknown(Finding::new(Responsible::Partner, why))
        };
    }
    if !bounds.lacks(number) && !bounds.exceeded_by(number) {
        return ExpectationResult::YES;
    }
    let observed = if number == 0 {
        format!("none{}", afterwards(case, selection))
    } else {
        let more = selection.calls.len().saturating_sub(6);
        let mut titles: Vec<String> = selection.calls.iter().take(6).map(|entry| title(entry)).collect();
        titles.extend((more > 0).then(|| format!("{more} more")));
        format!("{number}: {}", titles.join(", "))
    };
    ExpectationResult::No(Finding::contrast(
        Responsible::Partner,
        format!("{} {}", bounds.describe(), selection.words),
        observed,
    ))
}

/// Says what else the record shows if a call is missing: the quiet period that was kept, and the response to the
/// client's last action.
fn afterwards(case: &Case<'_>, selection: &Selection<'_>) -> String {
    let quiet = quiet(case).map(|quiet| format!("; {quiet}")).unwrap_or_default();
    let mut actions = case.evidence.entries.iter().rev();
    let action = actions.find_map(|entry| {
        entry.what.action().filter(|_| entry.client.as_deref() == Some(&*selection.client)).map(|action| {
            match action.outcome.answer() {
                Some(answer) => format!("; the action {} answered {}", action.name, answer.status),
                None => format!("; the action {} did not answer", action.name),
            }
        })
    });
    quiet + &action.unwrap_or_default()
}
