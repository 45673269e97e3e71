//! Readiness: a rule over all required checks, never a percentage, and never over a selection.

use serde::Serialize;

use super::settle::{Settled, Standing};
use crate::catalog::check::Level;
use crate::plan::Unit;

/// The answer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Every required check holds.
    Ready,
    /// Every required check holds, with risks that a person should know.
    ReadyWithRisks,
    /// A required check failed.
    NotReady,
    /// A required check could not be decided.
    Undecided,
    /// A selection was run, and nothing required in it failed or was undecided.
    SelectionPassed,
    /// A selection was run, and something required in it failed.
    SelectionFailed,
    /// A selection was run; nothing required failed, something required was undecided.
    SelectionUndecided,
}

/// What the rule looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Required units that failed.
    pub failed: usize,
    /// Required units that could not be decided.
    pub open: usize,
    /// Recommended failures, required waivers, and people's word for what a machine could have seen.
    pub risks: usize,
}

impl Tally {
    /// Counts the units of a run.
    pub fn of(units: &[Unit], settled: &[Settled]) -> Self {
        let mut tally = Tally::default();
        for (unit, settled) in units.iter().zip(settled) {
            match (&settled.standing, unit.packed.check.level) {
                (Standing::Fail(_), Level::Required) => tally.failed += 1,
                (Standing::Undecided { .. }, Level::Required) => tally.open += 1,
                (Standing::Fail(_), Level::Recommended)
                | (Standing::Waived { .. } | Standing::Attested { risk: true, .. }, Level::Required) => {
                    tally.risks += 1;
                }
                (
                    Standing::Undecided { .. } | Standing::Waived { .. } | Standing::Attested { risk: true, .. },
                    Level::Recommended,
                )
                | (Standing::Pass | Standing::Skipped(_) | Standing::Attested { risk: false, .. }, _) => {}
            }
        }
        tally
    }
}

/// The rule. `selected`: only a part of the checklist was asked for.
pub fn readiness(tally: Tally, selected: bool) -> Readiness {
    match (tally.failed > 0, tally.open > 0, tally.risks > 0, selected) {
        (true, _, _, false) => Readiness::NotReady,
        (false, true, _, false) => Readiness::Undecided,
        (false, false, true, false) => Readiness::ReadyWithRisks,
        (false, false, false, false) => Readiness::Ready,
        (true, _, _, true) => Readiness::SelectionFailed,
        (false, true, _, true) => Readiness::SelectionUndecided,
        (false, false, _, true) => Readiness::SelectionPassed,
    }
}
