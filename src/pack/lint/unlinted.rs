//! Checks that were read and are still to be looked at.

use super::texts::Texts;
use crate::pack::model::PackedCheck;
use crate::yaml::Problem;

/// A check that was read and is still to be looked at.
#[derive(Debug)]
pub(in crate::pack) struct PendingLint {
    /// Its path in the pack.
    pub(in crate::pack) path: String,
    /// The check.
    pub(in crate::pack) packed: PackedCheck,
    /// What [`texts`] found in it.
    pub(in crate::pack) texts: Texts,
}

pub(super) fn problem_at(packed: &PackedCheck, pointer: &str, message: String) -> Problem {
    packed.document.problem(pointer, message)
}
