//! Calls that match an expectation but cannot be attributed to any client.

use std::collections::BTreeSet;

use super::select::Selection;
use crate::evidence::Responsible;
use crate::judge::finding::{ExpectationResult, Finding};

/// Returns an unknown for such calls, because they could change the verdict.
pub(super) fn unknown(selection: &Selection<'_>) -> ExpectationResult {
    let calls = selection.strays.iter().filter_map(|entry| entry.what.call());
    let lines: BTreeSet<String> =
        calls.map(|call| format!("{} {}", call.request.method, super::call::path(call))).collect();
    let listed: Vec<String> = lines.into_iter().take(3).collect();
    let number = selection.strays.len();
    let many = if number == 1 { "1 call".to_owned() } else { format!("{number} calls") };
    let why = format!("{many} cannot be attributed to any client but may match: {}", listed.join(", "));
    let hint = "send the client's e-mail address and, for a case, the amount and the reference exactly as \
                the action gives them: Preflight attributes calls by these";
    ExpectationResult::Unknown(Finding::new(Responsible::Partner, why).because(Some(hint.to_owned())))
}
