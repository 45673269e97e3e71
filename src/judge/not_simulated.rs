//! Calls that the provider publishes and the simulator does not play: what hangs on them is open.

use std::collections::BTreeSet;

use super::case::Case;
use super::finding::Verdict;
use crate::evidence::Who;

/// The operations that were called and are not played, each once.
fn operations(case: &Case<'_>) -> BTreeSet<String> {
    let calls = case.evidence.entries.iter().filter_map(|entry| entry.what.call());
    calls
        .filter(|call| call.not_played)
        .filter_map(|call| Some(format!("{} ({})", call.route.as_ref()?, call.api)))
        .collect()
}

/// The verdict in the light of such calls: whoever got no proper answer cannot be blamed for what came of it.
pub(super) fn weighed(case: &Case<'_>, verdict: Verdict) -> Verdict {
    let operations: Vec<String> = operations(case).into_iter().collect();
    match verdict {
        Verdict::Fail(mut finding) | Verdict::Undecided(mut finding) if !operations.is_empty() => {
            finding.reason = format!(
                "the simulator does not play {}, which the partner called, so it is open what hangs on it: {}",
                operations.join(", "),
                finding.reason
            );
            finding.who = Who::Tool;
            Verdict::Undecided(finding)
        }
        Verdict::Pass | Verdict::Fail(_) | Verdict::Undecided(_) => verdict,
    }
}

/// What is said of such calls beside the verdict.
pub(super) fn remark(case: &Case<'_>) -> Option<String> {
    let operations: Vec<String> = operations(case).into_iter().collect();
    let listed = operations.join(", ");
    (!operations.is_empty())
        .then(|| format!("the partner called what the simulator does not play: {listed}; it answered 501"))
}
