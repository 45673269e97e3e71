//! Calls that might be among those that are meant, but are about nobody whom a check knows.

use std::collections::BTreeSet;

use super::select::Selection;
use crate::evidence::Who;
use crate::judge::finding::{Finding, Held};

/// What is said where such calls could change the verdict.
pub(super) fn unknown(selection: &Selection<'_>) -> Held {
    let calls = selection.strays.iter().filter_map(|entry| entry.what.call());
    let lines: BTreeSet<String> =
        calls.map(|call| format!("{} {}", call.request.method, super::call::path(call))).collect();
    let listed: Vec<String> = lines.into_iter().take(3).collect();
    let number = selection.strays.len();
    let many = if number == 1 { "1 call that is".to_owned() } else { format!("{number} calls that are") };
    let why = format!("{many} about nobody whom a check knows, and could be what is meant: {}", listed.join(", "));
    let hint = "send the client's e-mail address, and the amount and the reference of a case, as the action is told \
                them: by these a call is recognised";
    Held::Unknown(Finding::new(Who::Partner, why).because(Some(hint.to_owned())))
}
