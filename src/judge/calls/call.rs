//! Calls as the report names them, and the calls that belong to an action.

use crate::evidence::{Entry, RecordedCall};
use crate::judge::case::Case;
use crate::judge::duration::millis;

/// Returns the path of a call, without the query.
pub(in crate::judge) fn path(call: &RecordedCall) -> &str {
    call.request.url.split(['?', '#']).next().unwrap_or_default()
}

/// Returns the calls about an action's client that the partner made and the provider answered while the action was in
/// progress.
pub(in crate::judge) fn during<'c>(
    case: &Case<'c>,
    action: &Entry,
) -> impl DoubleEndedIterator<Item = (&'c Entry, &'c RecordedCall)> {
    let within =
        move |entry: &&Entry| entry.from >= action.from && entry.to <= action.to && entry.client == action.client;
    case.evidence.entries.iter().filter(within).filter_map(|entry| Some((entry, entry.what.call()?)))
}

/// Returns a call as the report names it: `POST /cases 401`.
pub(in crate::judge) fn title(entry: &Entry) -> String {
    let Some(call) = entry.what.call() else { return String::new() };
    match call.answer.status {
        0 => format!("{} {} not answered", call.request.method, path(call)),
        status => format!("{} {} {status}", call.request.method, path(call)),
    }
}

/// Returns a phrase about the quiet period in which no further call came, if Preflight kept one.
pub(in crate::judge) fn quiet(case: &Case<'_>) -> Option<String> {
    let kept = case.evidence.quiet_ms;
    (kept > 0).then(|| format!("no further calls within {}", millis(u128::from(kept))))
}
