//! Calls to operations that the provider publishes and the simulator does not play: what depends on them is
//! inconclusive.

use std::collections::BTreeSet;

use super::case::Case;
use super::finding::Verdict;
use crate::evidence::Responsible;

/// The operations that the partner called and the simulator does not play, each once.
fn operations(case: &Case<'_>) -> BTreeSet<String> {
    let calls = case.evidence.entries.iter().filter_map(|entry| entry.what.call());
    calls
        .filter(|call| call.not_played)
        .filter_map(|call| Some(format!("{} ({})", call.route.as_ref()?, call.api)))
        .collect()
}

/// Adjusts a verdict for such calls: a partner that got no proper response is not to blame for the consequences.
pub(super) fn weighed(case: &Case<'_>, verdict: Verdict) -> Verdict {
    let operations: Vec<String> = operations(case).into_iter().collect();
    match verdict {
        Verdict::Fail(mut finding) | Verdict::Inconclusive(mut finding) if !operations.is_empty() => {
            finding.reason = format!(
                "the partner called {}, which the simulator does not play, so this remains open: {}",
                operations.join(", "),
                finding.reason
            );
            finding.responsible = Responsible::Tool;
            Verdict::Inconclusive(finding)
        }
        Verdict::Pass | Verdict::Fail(_) | Verdict::Inconclusive(_) => verdict,
    }
}

/// The remark about such calls.
pub(super) fn remark(case: &Case<'_>) -> Option<String> {
    let operations: Vec<String> = operations(case).into_iter().collect();
    let listed = operations.join(", ");
    (!operations.is_empty()).then(|| {
        format!("the partner called operations that the simulator does not play: {listed}; the simulator answered 501")
    })
}
