//! Determines readiness by a rule over all items of the checklist and all checks that decide them. Readiness is no
//! percentage, and a selection has none.

use serde::Serialize;

use super::final_verdict::{FinalJudgement, FinalVerdict};
use super::items::{ItemResult, ItemVerdict, is_required};
use crate::plan::PlannedCheck;

/// Whether the partner is ready to go live, or the result of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Every item holds.
    Ready,
    /// Every item holds, but there are risks that a reader should know.
    ReadyWithRisks,
    /// An item or a required check failed.
    NotReady,
    /// None of them failed, but at least one is inconclusive, or readiness is withheld.
    Inconclusive,
    /// A selection ran and something in it passed. Every required check in it is decided, and none failed.
    SelectionPassed,
    /// A selection ran, and a required check in it failed.
    SelectionFailed,
    /// A selection ran and no required check in it failed, but one was inconclusive or nothing passed.
    SelectionInconclusive,
}

/// Why readiness is withheld although the checks and items would allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// No check passed, so nothing was proven.
    NothingPassed,
    /// Simulated environments answered for the provider.
    SimulatedEnvironments,
}

/// What kind of run it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunKind {
    /// Whether the run covered only a part of the checklist.
    pub selection: bool,
    /// Whether simulated environments answered for real hosts. Not set for the sample profile, which alone may be ready
    /// against them.
    pub simulated_environments: bool,
}

/// The counts that the rule for readiness reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Number of required checks that failed.
    pub(super) failed: usize,
    /// Number of required checks and of items that are inconclusive, and of items without a check and without an
    /// attestation.
    pub(super) open: usize,
    /// Number of checks and items that passed or were attested.
    pub(super) held: usize,
    /// Number of checks that are a risk.
    pub(super) risks: usize,
}

impl Tally {
    /// Counts the checks and items of a run. In a selection, only checks count.
    pub(super) fn of(
        checks: &[PlannedCheck],
        final_judgement: &[FinalJudgement],
        items: &[ItemResult],
        ran: RunKind,
    ) -> Self {
        let mut tally = Tally::default();
        for (planned, final_judgement) in checks.iter().zip(final_judgement) {
            let (required, final_verdict) = (is_required(planned), &final_judgement.final_verdict);
            tally.failed += usize::from(required && matches!(final_verdict, FinalVerdict::Fail(_)));
            tally.open += usize::from(required && matches!(final_verdict, FinalVerdict::Inconclusive { .. }));
            tally.held += usize::from(matches!(final_verdict, FinalVerdict::Pass | FinalVerdict::Attested { .. }));
            tally.risks += usize::from(is_risk(planned, final_verdict));
        }
        for item in items.iter().filter(|_| !ran.selection) {
            tally.open += usize::from(matches!(item.word, ItemVerdict::Inconclusive | ItemVerdict::Unchecked));
            tally.held += usize::from(item.word == ItemVerdict::Attested);
        }
        tally
    }
}

/// Whether a result is a risk, which does not prevent readiness: a failed recommended check, a waiver of a required
/// check, or an attestation of a required check that a machine could have decided.
pub(super) fn is_risk(planned: &PlannedCheck, final_verdict: &FinalVerdict) -> bool {
    let required = is_required(planned);
    match final_verdict {
        FinalVerdict::Fail(_) => !required,
        FinalVerdict::Waived { .. } => required,
        FinalVerdict::Attested { risk, .. } => required && *risk,
        FinalVerdict::Pass | FinalVerdict::Inconclusive { .. } | FinalVerdict::Skipped(_) => false,
    }
}

/// Applies the rule for readiness. The second value says why readiness is withheld, if it is.
pub(super) fn readiness(tally: Tally, ran: RunKind) -> (Readiness, Option<Withheld>) {
    let named = |full, selection| if ran.selection { selection } else { full };
    let inconclusive = named(Readiness::Inconclusive, Readiness::SelectionInconclusive);
    if tally.failed > 0 {
        (named(Readiness::NotReady, Readiness::SelectionFailed), None)
    } else if tally.open > 0 {
        (inconclusive, None)
    } else if tally.held == 0 {
        (inconclusive, Some(Withheld::NothingPassed))
    } else if ran.simulated_environments && !ran.selection {
        (inconclusive, Some(Withheld::SimulatedEnvironments))
    } else if tally.risks > 0 {
        (named(Readiness::ReadyWithRisks, Readiness::SelectionPassed), None)
    } else {
        (named(Readiness::Ready, Readiness::SelectionPassed), None)
    }
}
