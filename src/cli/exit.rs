//! Exit codes. The result of a run alone decides its exit code, whatever the report formats.

use crate::judge::Readiness;
use crate::report::model::Report;

/// The exit codes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success, or the selection passed.
    Success = 0,
    /// Something required failed, or there are risks and the run is strict.
    NotReady = 1,
    /// The input cannot be used.
    WrongInput = 2,
    /// An item or a required check is inconclusive, or nothing passed.
    Inconclusive = 3,
    /// An internal error of this program.
    Internal = 4,
    /// A person interrupted the run.
    Interrupted = 130,
}

impl Exit {
    /// Returns the exit code if a requested output could not be written: a success becomes inconclusive, because nobody
    /// could rely on it.
    #[must_use]
    pub(super) fn lost(self) -> Self {
        if self == Exit::Success { Exit::Inconclusive } else { self }
    }

    /// Returns the exit code of a finished run.
    pub fn from_report(report: &Report) -> Self {
        if report.interrupted {
            return Exit::Interrupted;
        }
        // In a strict run, risks count as failures, and a failure takes precedence over an inconclusive result.
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
