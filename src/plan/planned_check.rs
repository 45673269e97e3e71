//! What is planned: checks in their stages, and everything that is fixed before anything runs.

use std::sync::Arc;

use super::selection::Selection;
use crate::pack::check::Isolation;
use crate::pack::types::Stage;
use crate::pack::{Pack, PackedCheck};
use crate::profile::{Inputs, LoadedProfile, attestations};

/// A check in one stage.
#[derive(Clone, Debug)]
pub struct PlannedCheck {
    /// The check, with its text.
    pub packed: Arc<PackedCheck>,
    /// The stage in which it runs.
    pub stage: Stage,
    /// Why it is left out, if it is.
    pub skip: Option<Skip>,
    /// How to provide each value that the profile lacks; the check does not run if there are any.
    pub lacking: Vec<String>,
}

/// Why a check is left out of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// The selection excludes it; with the reason.
    NotSelected(String),
    /// It does not apply to this partner, according to the profile; with the reason.
    NotApplicable(String),
}

impl Skip {
    /// Returns the reason, as a phrase.
    pub fn reason(&self) -> &str {
        match self {
            Skip::NotSelected(why) | Skip::NotApplicable(why) => why,
        }
    }
}

impl PlannedCheck {
    /// Returns the id with the stage, `id@stage`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.packed.check.id, self.stage)
    }

    /// Whether there is anything to run.
    pub fn runs(&self) -> bool {
        self.skip.is_none() && self.lacking.is_empty() && !self.packed.check.only_asks()
    }

    /// Returns what may run at the same time.
    pub fn isolation(&self) -> Isolation {
        self.packed.check.isolation
    }
}

/// Everything that is fixed before anything runs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The pack with the checks.
    pub pack: Arc<Pack>,
    /// The profile that was read.
    pub read: LoadedProfile,
    /// The profile and the pack as templates and judges read them.
    pub bound: Inputs,
    /// All checks in their stages, in the order of the checklist.
    pub checks: Vec<PlannedCheck>,
    /// The attestations and waivers.
    pub attestations: attestations::Attestations,
    /// The selection on the command line.
    pub selection: Selection,
    /// Remarks to show before anything runs.
    pub remarks: Vec<String>,
}
