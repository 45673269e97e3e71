//! Weighs calls to operations that the provider publishes and the simulator does not play. What depends on them is
//! inconclusive.

use std::collections::BTreeSet;

use super::case::Case;
use super::finding::Verdict;
use crate::evidence::Responsible;

/// Returns the operations that the partner called and the simulator does not play, each once.
fn operations(case: &Case<'_>) -> BTreeSet<String> {
    let calls = case.evidence.entries.iter().filter_map(|entry| entry.what.call());
    calls
        .filter(|call| call.not_played)
        .filter_map(|call| Some(format!("{} ({})", call.route.as_ref()?, call.api)))
        .collect()
}

/// Makes a failure inconclusive if the partner made such calls, because it is not to blame for a response that it did
/// not get.
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

/// Returns a remark about such calls.
pub(super) fn remark(case: &Case<'_>) -> Option<String> {
    let operations: Vec<String> = operations(case).into_iter().collect();
    let listed = operations.join(", ");
    (!operations.is_empty()).then(|| {
        format!("the partner called operations that the simulator does not play: {listed}; the simulator answered 501")
    })
}
