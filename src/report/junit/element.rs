//! What shows of a case. The file is red if and only if the exit code is not 0: some `failure` where it is 1, some
//! `error` and no `failure` where it is 3.

use std::collections::HashSet;

use crate::judge::{ItemVerdict, Readiness};
use crate::report::model::{CheckResult, ItemRow, LevelLabel, Report, VerdictLabel};

/// How a unit shows in a `JUnit` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A case without a child: it passed.
    Bare,
    /// `failure`.
    Failure,
    /// `error`.
    Error,
    /// `skipped`.
    Skipped,
}

impl Element {
    fn is_red(self) -> bool {
        match self {
            Element::Failure | Element::Error => true,
            Element::Bare | Element::Skipped => false,
        }
    }
}

/// The element of each unit of a report, in their order.
pub fn elements(report: &Report) -> Vec<Element> {
    let of = |check: &CheckResult, blocked| element(check, blocked, report.strict);
    let red = report.checks.iter().filter(|check| check.blocked_by.is_none() && of(check, false).is_red());
    let red: HashSet<String> = red.map(CheckResult::full_id).collect();
    // One that another unit blocks is not a second red for one cause, if that one is red.
    report.checks.iter().map(|check| of(check, check.blocked_by.as_ref().is_some_and(|by| red.contains(by)))).collect()
}

/// A recommended unit never breaks a build, unless the run is strict and it is a risk.
fn element(check: &CheckResult, blocked: bool, strict: bool) -> Element {
    let required = check.level == LevelLabel::Required;
    match check.verdict {
        VerdictLabel::Fail | VerdictLabel::Waived | VerdictLabel::Attested if strict && check.risk => Element::Failure,
        VerdictLabel::Fail if required => Element::Failure,
        VerdictLabel::Inconclusive if required && !blocked => Element::Error,
        VerdictLabel::Pass | VerdictLabel::Attested => Element::Bare,
        VerdictLabel::Fail | VerdictLabel::Inconclusive | VerdictLabel::Waived | VerdictLabel::Skipped => {
            Element::Skipped
        }
    }
}

/// Whether an item has a case of its own, since what stands for it shows in no unit: no check serves it, or nobody is
/// ready while it is inconclusive, though recommended checks alone serve it.
pub(super) fn has_case(report: &Report, item: &ItemRow) -> bool {
    let required = |check: &CheckResult| check.level == LevelLabel::Required && item.checks.contains(&check.full_id());
    let is_open = report.selection.is_none() && item.verdict == ItemVerdict::Inconclusive;
    item.is_for_persons() || is_open && !report.checks.iter().any(required)
}

/// The element of an item with a case of its own. It belongs to no selection.
pub(super) fn element_of_item(report: &Report, item: &ItemRow) -> Element {
    match item.verdict {
        ItemVerdict::Pass | ItemVerdict::Attested => Element::Bare,
        ItemVerdict::Unchecked | ItemVerdict::Inconclusive if report.selection.is_none() => Element::Error,
        ItemVerdict::Fail => Element::Failure,
        ItemVerdict::Unchecked
        | ItemVerdict::Inconclusive
        | ItemVerdict::NotApplicable
        | ItemVerdict::Waived
        | ItemVerdict::Risk
        | ItemVerdict::NotDecided => Element::Skipped,
    }
}

/// What to say where the answer is not a good one and no case shows it.
pub(super) fn untold(report: &Report, shown: &[Element]) -> Option<String> {
    let well = match report.readiness {
        Readiness::Ready | Readiness::ReadyWithRisks | Readiness::SelectionPassed => !report.interrupted,
        Readiness::NotReady
        | Readiness::Inconclusive
        | Readiness::SelectionFailed
        | Readiness::SelectionInconclusive => false,
    };
    let interrupted = report.interrupted.then_some("The run was interrupted.");
    let why = interrupted.unwrap_or_else(|| report.meaning());
    (!well && !shown.iter().any(|element| element.is_red())).then(|| why.to_owned())
}
