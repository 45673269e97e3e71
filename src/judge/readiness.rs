//! Readiness: a rule over all items of the checklist and all checks that decide them, never a percentage, and never over
//! a selection.

use serde::Serialize;

use super::items::{ItemStanding, ItemWord, is_required};
use super::settle::{Settled, Standing};
use crate::plan::Unit;

/// The answer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Every item holds.
    Ready,
    /// Every item holds, with risks that a person should know.
    ReadyWithRisks,
    /// An item failed.
    NotReady,
    /// An item could not be decided.
    Inconclusive,
    /// A selection was run; something in it passed, and nothing required failed or was inconclusive.
    SelectionPassed,
    /// A selection was run, and something required in it failed.
    SelectionFailed,
    /// A selection was run; nothing required failed, but something required was inconclusive, or nothing passed.
    SelectionInconclusive,
}

/// Why an answer is withheld that items and checks alone would allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Nothing passed, so nothing was shown.
    NothingPassed,
    /// Stand-ins played the provider.
    StandIns,
}

/// What was run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Only a part of the checklist was asked for.
    pub selection: bool,
    /// Stand-ins played real hosts, and this is not the sample profile, which alone may be ready against them.
    pub stand_ins: bool,
}

/// What the rule looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Required units that failed.
    pub(super) failed: usize,
    /// Required units and items that could not be decided, and items that no check serves and nobody vouched for.
    pub(super) open: usize,
    /// Units and items that passed or were vouched for.
    pub(super) held: usize,
    /// Units that are a risk.
    pub(super) risks: usize,
}

impl Tally {
    /// Counts the units and items of a run. A selection is of units: it says nothing about items.
    pub(super) fn of(units: &[Unit], settled: &[Settled], items: &[ItemStanding], ran: Ran) -> Self {
        let mut tally = Tally::default();
        for (unit, settled) in units.iter().zip(settled) {
            let (required, standing) = (is_required(unit), &settled.standing);
            tally.failed += usize::from(required && matches!(standing, Standing::Fail(_)));
            tally.open += usize::from(required && matches!(standing, Standing::Inconclusive { .. }));
            tally.held += usize::from(matches!(standing, Standing::Pass | Standing::Attested { .. }));
            tally.risks += usize::from(is_risk(unit, standing));
        }
        for item in items.iter().filter(|_| !ran.selection) {
            tally.open += usize::from(matches!(item.word, ItemWord::Inconclusive | ItemWord::Unchecked));
            tally.held += usize::from(item.word == ItemWord::Attested);
        }
        tally
    }
}

/// Whether a standing takes nothing from readiness but should be known: a recommended failure, and of what is required
/// a waiver, or a person's word for what a machine could have seen.
pub(super) fn is_risk(unit: &Unit, standing: &Standing) -> bool {
    let required = is_required(unit);
    match standing {
        Standing::Fail(_) => !required,
        Standing::Waived { .. } => required,
        Standing::Attested { risk, .. } => required && *risk,
        Standing::Pass | Standing::Inconclusive { .. } | Standing::Skipped(_) => false,
    }
}

/// The rule.
pub(super) fn readiness(tally: Tally, ran: Ran) -> (Readiness, Option<Withheld>) {
    let named = |full, selection| if ran.selection { selection } else { full };
    let inconclusive = named(Readiness::Inconclusive, Readiness::SelectionInconclusive);
    if tally.failed > 0 {
        (named(Readiness::NotReady, Readiness::SelectionFailed), None)
    } else if tally.open > 0 {
        (inconclusive, None)
    } else if tally.held == 0 {
        (inconclusive, Some(Withheld::NothingPassed))
    } else if ran.stand_ins && !ran.selection {
        (inconclusive, Some(Withheld::StandIns))
    } else if tally.risks > 0 {
        (named(Readiness::ReadyWithRisks, Readiness::SelectionPassed), None)
    } else {
        (named(Readiness::Ready, Readiness::SelectionPassed), None)
    }
}
