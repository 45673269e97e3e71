//! How the program ends. From the answer of a run alone, the same for every report format.

use crate::judge::Readiness;
use crate::report::model::Report;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success, or the selection passed.
    Success = 0,
    /// Something required failed, or there are risks and `--strict`.
    NotReady = 1,
    /// What was given cannot be used.
    WrongInput = 2,
    /// An item, or something required, could not be decided; or nothing passed.
    Inconclusive = 3,
    /// A fault of this program.
    Internal = 4,
    /// A person interrupted the run.
    Interrupted = 130,
}

impl Exit {
    /// The same where something that was asked for could not be written: that all is well nobody could rely on.
    #[must_use]
    pub(super) fn lost(self) -> Self {
        if self == Exit::Success { Exit::Inconclusive } else { self }
    }

    /// The code of a finished run.
    pub fn from_report(report: &Report) -> Self {
        if report.interrupted {
            return Exit::Interrupted;
        }
        // Risks are failures where the run is strict, and a failure comes before a doubt.
        if report.strict && report.summary.risks > 0 {
            return Exit::NotReady;
        }
        match report.readiness {
            Readiness::NotReady | Readiness::SelectionFailed => Exit::NotReady,
            Readiness::Inconclusive | Readiness::SelectionInconclusive => Exit::Inconclusive,
            Readiness::Ready | Readiness::ReadyWithRisks | Readiness::SelectionPassed => Exit::Success,
        }
    }
}
