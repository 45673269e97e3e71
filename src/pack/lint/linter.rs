//! A check with everything that its lints compare it to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::unlinted::{PendingLint, problem_at};
use crate::pack::check::Check;
use crate::pack::provider::Provider;
use crate::yaml::Problem;

/// Names that templates may begin with in any check.
pub(super) const ROOTS: [&str; 8] =
    ["profile", "provider", "environment", "client", "clients", "item", "simulator", "event_id"];

/// A check with everything that its lints compare it to.
pub(super) struct Linter<'l> {
    pub(super) provider: &'l Provider,
    pub(super) facts: &'l Value,
    pub(super) read: &'l PendingLint,
    /// The ids of all items of the provider.
    pub(super) items: &'l BTreeSet<&'l str>,
    /// The ids of all checks of the pack.
    pub(super) known: &'l BTreeSet<&'l str>,
}

impl Linter<'_> {
    pub(super) fn check(&self) -> &Check {
        &self.read.packed.check
    }

    pub(super) fn problem_at(&self, pointer: &str, message: impl Into<String>) -> Problem {
        problem_at(&self.read.packed, pointer, message.into())
    }
}
