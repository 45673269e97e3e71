//! Judges gaps: how long the partner waited before its calls.

use super::call::title;
use super::select::Selection;
use crate::evidence::{Entry, Offset, Responsible};
use crate::judge::duration::millis;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::pack::traffic::CallsExpectation;

/// Tolerance below the required gap, in microseconds, because timers fire early and clocks differ.
const TOLERANCE: Offset = 20_000;

/// Judges the gaps before the calls.
pub(super) fn gaps(expectation: &CallsExpectation, selection: &Selection<'_>) -> ExpectationResult {
    let Some(rule) = expectation.gap else { return ExpectationResult::YES };
    let least = rule.at_least.map_or(ExpectationResult::YES, |least| {
        let wanted = Offset::try_from(least.0.as_micros()).unwrap_or(Offset::MAX);
        ExpectationResult::all_of(selection.calls.iter().enumerate().map(|(at, entry)| {
            let earlier = if selection.anchors.is_empty() {
                at.checked_sub(1).map(|before| selection.calls[before])
            } else {
                // Of several anchors, the last one that the partner could know.
                let known = selection.anchors.iter().filter(|anchor| anchor.from < entry.from);
                known.max_by_key(|anchor| anchor.to).copied()
            };
            match earlier.map(|earlier| (earlier, between(earlier, entry))) {
                Some((earlier, gap)) if gap.saturating_add(TOLERANCE) < wanted => {
                    ExpectationResult::No(Finding::contrast(
                        Responsible::Partner,
                        format!(
                            "at least {} from the answer of {} to {}",
                            millis(least.0.as_millis()),
                            title(earlier),
                            title(entry)
                        ),
                        shown(gap),
                    ))
                }
                Some(_) | None => ExpectationResult::YES,
            }
        }))
    });
    ExpectationResult::all_of([least, if rule.growing { growing(selection) } else { ExpectationResult::YES }])
}

/// Judges whether each gap is at least as long as the one before it, and the last is clearly longer than the first.
fn growing(selection: &Selection<'_>) -> ExpectationResult {
    let start =
        selection.anchors.iter().filter(|anchor| selection.calls.first().is_some_and(|first| anchor.from < first.from));
    let chain: Vec<&Entry> =
        start.max_by_key(|anchor| anchor.to).into_iter().chain(&selection.calls).copied().collect();
    let gaps: Vec<Offset> = chain.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    let (Some(first), Some(last)) = (gaps.first(), gaps.last()) else { return ExpectationResult::YES };
    let shrinks = gaps.windows(2).any(|pair| pair[1].saturating_add(TOLERANCE) < pair[0]);
    if gaps.len() < 2 || !shrinks && *last > first.saturating_add(TOLERANCE) {
        return ExpectationResult::YES;
    }
    let observed = gaps.iter().take(8).map(|gap| shown(*gap)).collect::<Vec<_>>().join(", ");
    ExpectationResult::No(Finding::contrast(
        Responsible::Partner,
        format!("growing gaps {}", selection.words),
        observed,
    ))
}

/// Returns the time from the answer of one call to the start of the next.
fn between(earlier: &Entry, later: &Entry) -> Offset {
    later.from.saturating_sub(earlier.to)
}

fn shown(gap: Offset) -> String {
    millis(u128::from(gap / 1000))
}
