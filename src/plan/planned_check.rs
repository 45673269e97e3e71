//! What is planned: checks in their stages, and all that is fixed before anything happens.

use std::sync::Arc;

use super::selection::Selection;
use crate::pack::check::Isolation;
use crate::pack::types::Stage;
use crate::pack::{Pack, PackedCheck};
use crate::profile::{Inputs, LoadedProfile, attestations};

/// A check in one stage.
#[derive(Clone, Debug)]
pub struct PlannedCheck {
    /// The check.
    pub packed: Arc<PackedCheck>,
    /// The stage.
    pub stage: Stage,
    /// Why it is left out, if it is.
    pub skip: Option<Skip>,
    /// What the profile does not give, in words that say how to give it; then it is not carried out.
    pub lacking: Vec<String>,
}

/// Why a unit is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// The selection does not want it; in words.
    NotSelected(String),
    /// The profile says that it does not concern this partner; in words.
    NotApplicable(String),
}

impl Skip {
    /// The reason, in words.
    pub fn reason(&self) -> &str {
        match self {
            Skip::NotSelected(why) | Skip::NotApplicable(why) => why,
        }
    }
}

impl PlannedCheck {
    /// `id@stage`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.packed.check.id, self.stage)
    }

    /// Whether there is anything to carry out.
    pub fn runs(&self) -> bool {
        self.skip.is_none() && self.lacking.is_empty() && !self.packed.check.only_asks()
    }

    /// What may run beside it.
    pub fn isolation(&self) -> Isolation {
        self.packed.check.isolation
    }
}

/// Everything that is fixed before anything happens.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The pack.
    pub pack: Arc<Pack>,
    /// The profile.
    pub read: LoadedProfile,
    /// The profile and the pack as templates and judges read them.
    pub bound: Inputs,
    /// All units, in the order of the checklist.
    pub checks: Vec<PlannedCheck>,
    /// What people vouch for.
    pub attestations: attestations::Attestations,
    /// The selection.
    pub selection: Selection,
    /// What is worth saying before anything happens.
    pub remarks: Vec<String>,
}
