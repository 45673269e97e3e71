//! Readiness: a rule over all items of the checklist and all checks that decide them, never a percentage, and never over
//! a selection.

use serde::Serialize;

use super::items::{ItemStanding, ItemWord};
use super::settle::{Settled, Standing};

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
    Undecided,
    /// A selection was run; something in it passed, and nothing that counts failed or was undecided.
    SelectionPassed,
    /// A selection was run, and something in it that counts failed.
    SelectionFailed,
    /// A selection was run; nothing that counts failed, but something was undecided, or nothing passed.
    SelectionUndecided,
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
    /// Units that count and failed.
    pub(super) failed: usize,
    /// Units that count and could not be decided, and items that no check serves and nobody vouched for.
    pub(super) open: usize,
    /// Units and items that passed or were vouched for.
    pub(super) held: usize,
    /// Units that are a risk.
    pub(super) risks: usize,
}

impl Tally {
    /// Counts the units and items of a run; `counting` says of each unit whether readiness hangs on it. Items without a
    /// check are in no selection.
    pub(super) fn of(settled: &[Settled], counting: &[bool], items: &[ItemStanding], ran: Ran) -> Self {
        let mut tally = Tally::default();
        for (settled, &counts) in settled.iter().zip(counting) {
            tally.failed += usize::from(counts && matches!(settled.standing, Standing::Fail(_)));
            tally.open += usize::from(counts && matches!(settled.standing, Standing::Undecided { .. }));
            tally.held += usize::from(matches!(settled.standing, Standing::Pass | Standing::Attested { .. }));
            tally.risks += usize::from(is_risk(&settled.standing, counts));
        }
        if !ran.selection {
            let with = |word: ItemWord| items.iter().filter(|item| item.word == word).count();
            tally.open += with(ItemWord::Unchecked);
            tally.held += with(ItemWord::Attested);
        }
        tally
    }
}

/// Whether a standing takes nothing from readiness but should be known: a failure that does not count, and of what
/// counts a waiver, or a person's word for what a machine could have seen.
pub(super) fn is_risk(standing: &Standing, counts: bool) -> bool {
    match standing {
        Standing::Fail(_) => !counts,
        Standing::Waived { .. } => counts,
        Standing::Attested { risk, .. } => counts && *risk,
        Standing::Pass | Standing::Undecided { .. } | Standing::Skipped(_) => false,
    }
}

/// The rule.
pub(super) fn readiness(tally: Tally, ran: Ran) -> (Readiness, Option<Withheld>) {
    let named = |full, selection| if ran.selection { selection } else { full };
    let undecided = named(Readiness::Undecided, Readiness::SelectionUndecided);
    if tally.failed > 0 {
        (named(Readiness::NotReady, Readiness::SelectionFailed), None)
    } else if tally.open > 0 {
        (undecided, None)
    } else if tally.held == 0 {
        (undecided, Some(Withheld::NothingPassed))
    } else if ran.stand_ins && !ran.selection {
        (undecided, Some(Withheld::StandIns))
    } else if tally.risks > 0 {
        (named(Readiness::ReadyWithRisks, Readiness::SelectionPassed), None)
    } else {
        (named(Readiness::Ready, Readiness::SelectionPassed), None)
    }
}
