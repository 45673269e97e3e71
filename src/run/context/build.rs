//! The state of the build that a run started.

use std::time::Instant;

use crate::run::process::Process;

/// So often a build that ended by itself, or did not start, is started again.
pub(in crate::run) const MOST_MISHAPS: usize = 3;

/// So often a build may fall silent: each time costs what it may take to answer.
pub(in crate::run) const MOST_SILENCES: usize = 1;

/// The build that a run started.
#[derive(Default)]
pub(in crate::run) struct Build {
    pub(in crate::run) process: Option<Process>,
    /// How many were started before it.
    pub(in crate::run) number: usize,
    /// The variant that it runs as, if it is not the plain one.
    pub(in crate::run) variant: Option<String>,
    /// When it ended by itself, fell silent, or did not start again, and what is to be said of that.
    pub(in crate::run) mishaps: Vec<(Instant, String)>,
    pub(in crate::run) silences: usize,
}

impl Build {
    /// Why it is not started once more, if it went wrong too often.
    pub(in crate::run) fn is_given_up(&self) -> Option<String> {
        let (at, last) = (self.mishaps.len(), &self.mishaps.last()?.1);
        let too_often = at > MOST_MISHAPS || self.silences > MOST_SILENCES;
        too_often.then(|| format!("{last}; it is not started again after {at} such ends"))
    }
}
