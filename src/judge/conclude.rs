//! Concludes a run: final verdicts of checks and items, and readiness.

use time::Date;

use super::final_verdict::{FinalJudgement, settle};
use super::finding::Judgement;
use super::items::{ItemResult, decides, items};
use super::readiness::{Readiness, RunKind, Tally, Withheld, is_risk, readiness};
use crate::pack::provider::Item;
use crate::plan::PlannedCheck;
use crate::profile::attestations::Attestations;

/// The conclusion of a run. Its lists follow the order of the checks or of the checklist.
#[derive(Clone, Debug)]
pub struct Conclusion {
    /// The final verdict of each check.
    pub final_judgement: Vec<FinalJudgement>,
    /// Whether each check decides an item; while such a check is inconclusive, the partner is not ready.
    pub decides: Vec<bool>,
    /// Whether each check is a risk.
    pub risks: Vec<bool>,
    /// The result of each item.
    pub items: Vec<ItemResult>,
    /// Whether the partner is ready, or the result of the selection.
    pub readiness: Readiness,
    /// Why readiness is withheld although checks and items would allow it.
    pub withheld: Option<Withheld>,
    /// Remarks about attestations and waivers as a whole.
    pub remarks: Vec<String>,
}

/// Concludes a run. `judgement` has one entry per check; `today` is the UTC date on which the run started.
pub fn conclude(
    checks: &[PlannedCheck],
    checklist: &[Item],
    judgement: Vec<Judgement>,
    attestations: &Attestations,
    today: Date,
    ran: RunKind,
) -> Conclusion {
    let (final_judgement, mut remarks) = settle(checks, judgement, attestations, today);
    let (items, of_items) = items(checklist, checks, &final_judgement, attestations, today);
    remarks.extend(of_items);
    let risks = checks
        .iter()
        .zip(&final_judgement)
        .map(|(planned, final_judgement)| is_risk(planned, &final_judgement.final_verdict))
        .collect();
    let (readiness, withheld) = readiness(Tally::of(checks, &final_judgement, &items, ran), ran);
    let decides = decides(checklist, checks);
    Conclusion { final_judgement, decides, risks, items, readiness, withheld, remarks }
}
