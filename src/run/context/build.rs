//! The state of the build that a run started.

use std::time::Instant;

use crate::run::build_error::BuildError;
use crate::run::process::Process;

/// Maximum number of failures after which a build is still restarted: it ended by itself, fell silent or did not start.
pub(in crate::run) const MOST_MISHAPS: usize = 3;

/// Maximum number of silences after which a build is still restarted; each costs the longest response time.
pub(in crate::run) const MOST_SILENCES: usize = 1;

/// The build that the run started.
#[derive(Default)]
pub(in crate::run) struct Build {
    pub(in crate::run) process: Option<Process>,
    /// The number of builds that were started before it.
    pub(in crate::run) number: usize,
    /// The variant that runs; `None` for the plain build.
    pub(in crate::run) variant: Option<String>,
    /// Each time that the build ended by itself, fell silent or did not start, with a message.
    pub(in crate::run) mishaps: Vec<(Instant, String)>,
    pub(in crate::run) silences: usize,
}

impl Build {
    /// Returns why the build is not restarted any more, if it failed too often.
    pub(in crate::run) fn is_given_up(&self) -> Option<BuildError> {
        let (failures, last) = (self.mishaps.len(), &self.mishaps.last()?.1);
        let too_often = failures > MOST_MISHAPS || self.silences > MOST_SILENCES;
        too_often.then(|| BuildError::GivenUp { last: last.clone(), failures })
    }
}
