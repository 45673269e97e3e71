//! Selects the calls that an expectation is about.

use super::call::path;
use super::repeated::Repeated;
use super::route;
use crate::evidence::{Entry, Offset, RecordedCall, Responsible};
use crate::judge::case::Case;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::scope::Scope;
use crate::pack::traffic::{Answered, Calls, CallsExpectation, CallsWhere};
use crate::pack::types::{Route, Text};

/// The selected calls about one client.
pub(super) struct Selection<'c> {
    /// The client's name in the check.
    pub(super) client: String,
    /// The calls, in the order in which they started.
    pub(super) calls: Vec<&'c Entry>,
    /// Calls that match but cannot be attributed to any client.
    pub(super) strays: Vec<&'c Entry>,
    /// The calls, or the entries of the step, after which gaps are measured.
    pub(super) anchors: Vec<&'c Entry>,
    /// The selection as a phrase for the report.
    pub(super) words: String,
}

/// Returns the clients whose calls are selected: those that the expectation names, otherwise those of the calls bound
/// to the name, otherwise the first client.
pub(super) fn clients(case: &Case<'_>, expectation: &CallsExpectation, scope: &Scope<'_>) -> Vec<String> {
    let named = match (&expectation.client, &expectation.calls) {
        (None, Calls::Named(name) | Calls::Where(CallsWhere { repeats: Some(name), .. })) => scope.known(name),
        (Some(_), _) | (None, Calls::Routes(_) | Calls::Where(_)) => None,
    };
    let mut found: Vec<String> = named.unwrap_or_default().iter().filter_map(|entry| entry.client.clone()).collect();
    found.sort();
    found.dedup();
    if found.is_empty() { case.clients(expectation.client.as_ref()) } else { found }
}

/// Selects the calls about a client. Fails with an unknown if that is not possible.
pub(super) fn select<'c>(
    case: &Case<'c>,
    expectation: &CallsExpectation,
    scope: &Scope<'c>,
    client: &str,
) -> Result<Selection<'c>, ExpectationResult> {
    let which = CallFilter::evaluate(&expectation.calls, scope, client)?;
    let mut window = Window::default();
    let mut anchors = which.repeated().to_vec();
    if let Some(name) = &expectation.after {
        let named = moments(case, scope, name, client)?;
        window.after = named.iter().map(|entry| entry.to).max();
        anchors = named;
    }
    if let Some(name) = &expectation.since {
        window.since = moments(case, scope, name, client)?.iter().map(|entry| entry.from).min();
    }
    if let Some(name) = &expectation.before {
        window.before = moments(case, scope, name, client)?.iter().map(|entry| entry.from).min();
    }
    let meant = |entry: &&Entry| {
        window.holds(entry)
            && entry.what.call().is_some_and(|call| {
                which.holds(entry, call)
                    && expectation.answered.as_ref().is_none_or(|answered| was_answered(answered, call))
            })
    };
    let mut all: Vec<&Entry> = case.evidence.entries.iter().filter(meant).collect();
    all.sort_by_key(|entry| entry.from);
    let (mut calls, mut strays) = (Vec::new(), Vec::new());
    for entry in all {
        match &entry.client {
            Some(name) if name == client => calls.push(entry),
            Some(_) => {}
            None => strays.push(entry),
        }
    }
    if let Some(nth) = expectation.nth {
        calls = calls.into_iter().skip(nth.saturating_sub(1)).take(1).collect();
    }
    let words = describe_selection(case, expectation, &which, client);
    Ok(Selection { client: client.to_owned(), calls, strays, anchors, words })
}

/// The time window in which the calls must start.
#[derive(Default)]
struct Window {
    after: Option<Offset>,
    since: Option<Offset>,
    before: Option<Offset>,
}

impl Window {
    fn holds(&self, entry: &Entry) -> bool {
        self.after.is_none_or(|after| entry.from >= after)
            && self.since.is_none_or(|since| entry.from > since)
            && self.before.is_none_or(|before| entry.from < before)
    }
}

/// Returns the calls bound to a name, or the entries of the step with that name. Of bound calls, those about the client
/// count, if there are any.
fn moments<'c>(
    case: &Case<'c>,
    scope: &Scope<'c>,
    name: &str,
    client: &str,
) -> Result<Vec<&'c Entry>, ExpectationResult> {
    let unknown = |responsible, why: String| ExpectationResult::Unknown(Finding::new(responsible, why));
    if let Some(known) = scope.known(name) {
        let found = of_client(known, client);
        return if found.is_empty() {
            Err(unknown(Responsible::Partner, format!("no call matched `{name}`")))
        } else {
            Ok(found)
        };
    }
    if let Some(why) = case.skipped(name) {
        return Err(unknown(Responsible::Partner, format!("the step `{name}` was not carried out: {why}")));
    }
    let found: Vec<&Entry> = case.evidence.entries.iter().filter(|entry| entry.step.as_deref() == Some(name)).collect();
    if found.is_empty() {
        Err(unknown(Responsible::Tool, format!("no step and no calls are named `{name}`")))
    } else {
        Ok(found)
    }
}

fn of_client<'c>(known: &[&'c Entry], client: &str) -> Vec<&'c Entry> {
    let own: Vec<&Entry> = known.iter().copied().filter(|entry| entry.client.as_deref() == Some(client)).collect();
    if own.is_empty() { known.to_vec() } else { own }
}

/// The rule that selects calls, with its templates evaluated.
enum CallFilter<'c, 'e> {
    Routes(Vec<Route>),
    Named(Vec<&'c Entry>),
    Where { rule: &'e CallsWhere, repeated: Option<Repeated<'c>> },
}

impl<'c, 'e> CallFilter<'c, 'e> {
    fn evaluate(calls: &'e Calls, scope: &Scope<'c>, client: &str) -> Result<Self, ExpectationResult> {
        let known = |name: &str| {
            let why =
                || ExpectationResult::Unknown(Finding::new(Responsible::Tool, format!("no calls are named `{name}`")));
            scope.known(name).map(|known| of_client(known, client)).ok_or_else(why)
        };
        Ok(match calls {
            Calls::Routes(texts) => {
                CallFilter::Routes(texts.iter().map(|text| route::rendered(text, scope)).collect::<Result<_, _>>()?)
            }
            Calls::Named(name) => CallFilter::Named(known(name)?),
            Calls::Where(rule) => {
                let repeated = rule.repeats.as_deref().map(known).transpose()?;
                CallFilter::Where { rule, repeated: repeated.map(|calls| Repeated::group(calls, &rule.except)) }
            }
        })
    }

    fn repeated(&self) -> &[&'c Entry] {
        match self {
            CallFilter::Where { repeated: Some(repeated), .. } => &repeated.calls,
            CallFilter::Where { repeated: None, .. } | CallFilter::Routes(_) | CallFilter::Named(_) => &[],
        }
    }

    fn holds(&self, entry: &Entry, call: &RecordedCall) -> bool {
        match self {
            CallFilter::Routes(routes) => routes.iter().any(|route| route.matches(&call.request.method, path(call))),
            CallFilter::Named(known) => known.iter().any(|one| std::ptr::eq(*one, entry)),
            CallFilter::Where { rule, repeated } => {
                rule.api.as_ref().is_none_or(|api| *api == call.api)
                    && rule.answered.as_ref().is_none_or(|answered| was_answered(answered, call))
                    && repeated.as_ref().is_none_or(|repeated| repeated.by(entry, call, &rule.except))
            }
        }
    }
}

fn was_answered(answered: &Answered, call: &RecordedCall) -> bool {
    match answered {
        Answered::Dropped => call.answer.status == 0,
        Answered::Status(rule) => rule.holds(call.answer.status),
    }
}

fn describe_selection(
    case: &Case<'_>,
    expectation: &CallsExpectation,
    which: &CallFilter<'_, '_>,
    client: &str,
) -> String {
    let mut words = match (which, &expectation.calls) {
        (CallFilter::Routes(routes), _) => routes.iter().map(shown).collect::<Vec<_>>().join(" or "),
        (CallFilter::Where { rule, .. }, _) => rule_words(rule),
        (CallFilter::Named(_), Calls::Named(name)) => format!("of `{name}`"),
        (CallFilter::Named(_), Calls::Routes(_) | Calls::Where(_)) => String::new(),
    };
    let answered = expectation.answered.as_ref().map(|answered| format!(" answered {}", describe_answered(answered)));
    let after = expectation.after.as_ref().map(|name| format!(" after {}", called(case, name)));
    let since = expectation.since.as_ref().map(|name| format!(" since {}", called(case, name)));
    let before = expectation.before.as_ref().map(|name| format!(" before {}", called(case, name)));
    let nth = expectation.nth.map(|nth| format!(", number {nth} of them"));
    let several = (case.check.given.client_setups().len() > 1).then(|| format!(" about the client {client}"));
    words.extend([answered, after, since, before, nth, several].into_iter().flatten());
    words
}

/// Returns a route for the report, percent-decoded.
fn shown(route: &Route) -> String {
    percent_encoding::percent_decode_str(&route.to_string()).decode_utf8_lossy().into_owned()
}

fn rule_words(rule: &CallsWhere) -> String {
    let mut words = match (&rule.repeats, &rule.api) {
        (Some(name), _) => format!("repeat of `{name}`"),
        (None, Some(api)) => format!("call of the {api} API"),
        (None, None) => "call".to_owned(),
    };
    words.extend(rule.answered.as_ref().map(|answered| format!(" answered {}", describe_answered(answered))));
    words
}

fn describe_answered(answered: &Answered) -> String {
    match answered {
        Answered::Dropped => "by a dropped connection".to_owned(),
        Answered::Status(rule) => rule.to_string(),
    }
}

/// Returns a name for the report, with the verb of the step that has the name, if one does.
fn called(case: &Case<'_>, name: &Text) -> String {
    let step = case.check.when.iter().find(|step| step.name() == Some(name));
    step.map_or_else(|| format!("`{name}`"), |step| format!("the {} `{name}`", step.verb()))
}
