//! Calls as a reader recognises them.

use crate::evidence::{Entry, RecordedCall};
use crate::judge::case::Case;
use crate::judge::duration::millis;

/// The path of a call, without the query.
pub(in crate::judge) fn path(call: &RecordedCall) -> &str {
    call.request.url.split(['?', '#']).next().unwrap_or_default()
}

/// The calls about an action's client that the provider answered while the action was in progress.
pub(in crate::judge) fn during<'c>(
    case: &Case<'c>,
    action: &Entry,
) -> impl DoubleEndedIterator<Item = (&'c Entry, &'c RecordedCall)> {
    let within =
        move |entry: &&Entry| entry.from >= action.from && entry.to <= action.to && entry.client == action.client;
    case.evidence.entries.iter().filter(within).filter_map(|entry| Some((entry, entry.what.call()?)))
}

/// A call as the report names it: `POST /cases 401`.
pub(in crate::judge) fn title(entry: &Entry) -> String {
    let Some(call) = entry.what.call() else { return String::new() };
    match call.answer.status {
        0 => format!("{} {} not answered", call.request.method, path(call)),
        status => format!("{} {} {status}", call.request.method, path(call)),
    }
}

/// The quiet period during which no further call came, if Preflight kept one.
pub(in crate::judge) fn quiet(case: &Case<'_>) -> Option<String> {
    let kept = case.evidence.quiet_ms;
    (kept > 0).then(|| format!("no further calls within {}", millis(u128::from(kept))))
}
