//! Determines the results of checklist items. The checks that serve an item decide it, in all their stages. If no check
//! serves it, an attestation does.

use serde::Serialize;
use time::Date;

use super::final_verdict::{FinalJudgement, FinalVerdict, attestation, describe_attestation};
use crate::pack::check::Level;
use crate::pack::provider::Item;
use crate::plan::{PlannedCheck, Skip};
use crate::profile::attestations::{Attestation, Attestations};

/// The result of an item, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemVerdict {
    /// Every deciding check passed.
    Pass,
    /// The profile states that none of the deciding checks is applicable.
    NotApplicable,
    /// A person attested part of it, or, if no check serves it, all of it.
    Attested,
    /// A failure in it is waived for a limited time.
    Waived,
    /// No required check serves it, and a recommended one failed.
    Risk,
    /// The run did not select all of its deciding checks.
    NotDecided,
    /// A deciding check was inconclusive.
    Inconclusive,
    /// No check serves it, and nobody attested it.
    Unchecked,
    /// A required check that serves it failed.
    Fail,
}

/// The result of an item, with the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemResult {
    /// The result of the item.
    pub word: ItemVerdict,
    /// The reason on one line; empty for a plain pass.
    pub reason: String,
    /// Failed recommended checks, as `id@stage`. They are risks that a reader should know, and do not fail the item.
    pub risks: Vec<String>,
}

/// Determines the results of all items in the order of the checklist. Also returns remarks about attestations.
pub(super) fn items(
    items: &[Item],
    checks: &[PlannedCheck],
    final_judgement: &[FinalJudgement],
    attestations: &Attestations,
    today: Date,
) -> (Vec<ItemResult>, Vec<String>) {
    let mut remarks = Vec::new();
    let final_verdict = |item| {
        let serving = serving(item, checks);
        if serving.is_empty() {
            alone(item, attestations, today, &mut remarks)
        } else {
            decided(&serving, checks, final_judgement)
        }
    };
    (items.iter().map(final_verdict).collect(), remarks)
}

/// Whether each check decides an item: the check is required, or it serves an item that no required check serves.
pub(super) fn decides(items: &[Item], checks: &[PlannedCheck]) -> Vec<bool> {
    let mut decides: Vec<bool> = checks.iter().map(is_required).collect();
    for item in items {
        for at in deciding(&serving(item, checks), checks) {
            decides[at] = true;
        }
    }
    decides
}

/// Whether a check is required for readiness.
pub(super) fn is_required(planned: &PlannedCheck) -> bool {
    planned.packed.check.level == Level::Required
}

fn serving(item: &Item, checks: &[PlannedCheck]) -> Vec<usize> {
    (0..checks.len()).filter(|at| checks[*at].packed.check.items.contains(&item.id)).collect()
}

/// Returns the required checks among those that serve an item, or all of them if none is required.
fn deciding(serving: &[usize], checks: &[PlannedCheck]) -> Vec<usize> {
    let required: Vec<usize> = serving.iter().copied().filter(|at| is_required(&checks[*at])).collect();
    if required.is_empty() { serving.to_vec() } else { required }
}

/// Labels of deciding checks, in the order in which a reason lists them.
const LABELS: [&str; 5] = ["failed", "inconclusive", "not decided in this run, without", "waived", "attested"];

/// Returns the label of a deciding check. `None` if the check passed, is only a risk, or is not applicable and states
/// why itself.
fn label(planned: &PlannedCheck, final_verdict: &FinalVerdict) -> Option<&'static str> {
    let [failed, inconclusive, not_selected, waived, attested] = LABELS;
    match final_verdict {
        FinalVerdict::Pass | FinalVerdict::Skipped(Skip::NotApplicable(_)) => None,
        FinalVerdict::Fail(_) => is_required(planned).then_some(failed),
        FinalVerdict::Inconclusive { .. } => Some(inconclusive),
        FinalVerdict::Skipped(Skip::NotSelected(_)) => Some(not_selected),
        FinalVerdict::Waived { .. } => Some(waived),
        FinalVerdict::Attested { .. } => Some(attested),
    }
}

/// Determines the result of an item that at least one check serves.
fn decided(serving: &[usize], checks: &[PlannedCheck], final_judgement: &[FinalJudgement]) -> ItemResult {
    let deciding = deciding(serving, checks);
    let words = deciding.iter().map(|at| item_verdict(&checks[*at], &final_judgement[*at].final_verdict));
    let word = words.reduce(worse).unwrap_or(ItemVerdict::Unchecked);
    let mut reasons = Vec::new();
    for label in LABELS {
        let mine = deciding
            .iter()
            .filter(|at| self::label(&checks[**at], &final_judgement[**at].final_verdict) == Some(label));
        let ids: Vec<String> = mine.map(|at| checks[*at].id()).collect();
        if !ids.is_empty() {
            reasons.push(format!("{label}: {}", ids.join(", ")));
        }
    }
    for at in &deciding {
        if let FinalVerdict::Skipped(Skip::NotApplicable(why)) = &final_judgement[*at].final_verdict {
            reasons.push(format!("{}: {why}", checks[*at].id()));
        }
    }
    let failed = serving.iter().filter(|at| matches!(final_judgement[**at].final_verdict, FinalVerdict::Fail(_)));
    let risks: Vec<String> =
        failed.map(|at| &checks[*at]).filter(|planned| !is_required(planned)).map(PlannedCheck::id).collect();
    if !risks.is_empty() {
        reasons.push(format!("a risk (recommended only): {}", risks.join(", ")));
    }
    ItemResult { word, reason: reasons.join("; "), risks }
}

fn item_verdict(planned: &PlannedCheck, final_verdict: &FinalVerdict) -> ItemVerdict {
    match final_verdict {
        FinalVerdict::Pass => ItemVerdict::Pass,
        FinalVerdict::Fail(_) if is_required(planned) => ItemVerdict::Fail,
        FinalVerdict::Fail(_) => ItemVerdict::Risk,
        FinalVerdict::Inconclusive { .. } => ItemVerdict::Inconclusive,
        FinalVerdict::Attested { .. } => ItemVerdict::Attested,
        FinalVerdict::Waived { .. } => ItemVerdict::Waived,
        FinalVerdict::Skipped(Skip::NotSelected(_)) => ItemVerdict::NotDecided,
        FinalVerdict::Skipped(Skip::NotApplicable(_)) => ItemVerdict::NotApplicable,
    }
}

/// Combines two results; the worse one counts. "Not applicable" does not change the other.
fn worse(one: ItemVerdict, other: ItemVerdict) -> ItemVerdict {
    match (one, other) {
        (ItemVerdict::NotApplicable, word) | (word, ItemVerdict::NotApplicable) => word,
        (one, other) => one.max(other),
    }
}

/// Determines the result of an item that no check serves: an attestation decides it.
fn alone(item: &Item, attestations: &Attestations, today: Date, remarks: &mut Vec<String>) -> ItemResult {
    let mut ignored = Vec::new();
    let is_about = |word: &Attestation| word.item.as_ref() == Some(&item.id);
    let found = attestation(attestations, is_about, today, &mut ignored);
    remarks.extend(ignored.into_iter().map(|remark| format!("{}: {remark}", item.id)));
    let (word, reason) = match found {
        Some(word) => (ItemVerdict::Attested, describe_attestation(word)),
        None => (ItemVerdict::Unchecked, "no check in this version, and nobody attested it".to_owned()),
    };
    ItemResult { word, reason, risks: Vec::new() }
}
