//! Checks that were read and not yet linted.

use super::texts::Texts;
use crate::pack::model::PackedCheck;
use crate::yaml::Problem;

/// A check that was read and not yet linted.
#[derive(Debug)]
pub(in crate::pack) struct PendingLint {
    /// Its path in the pack.
    pub(in crate::pack) path: String,
    /// The check with its text.
    pub(in crate::pack) packed: PackedCheck,
    /// What [`texts`] found in it.
    pub(in crate::pack) texts: Texts,
}

pub(super) fn problem_at(packed: &PackedCheck, pointer: &str, message: String) -> Problem {
    packed.document.problem(pointer, message)
}
