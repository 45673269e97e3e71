//! Decides how each case is shown. The file is red if and only if the exit code is not 0: it has a `failure` if the
//! code is 1, and an `error` but no `failure` if it is 3.

use std::collections::HashSet;

use crate::judge::{ItemVerdict, Readiness};
use crate::report::model::{CheckResult, ItemRow, LevelLabel, Report, VerdictLabel};

/// How a check is shown in a `JUnit` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A case without a child: the check passed or is attested.
    Bare,
    /// A `failure`: the check failed, or is a risk in a strict run.
    Failure,
    /// An `error`: the check is inconclusive.
    Error,
    /// A `skipped`: the check did not run, or its result breaks no build.
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

/// Returns the element of each check of a report, in the order of the report.
pub fn elements(report: &Report) -> Vec<Element> {
    let of = |check: &CheckResult, blocked| element(check, blocked, report.strict);
    let red = report.checks.iter().filter(|check| check.blocked_by.is_none() && of(check, false).is_red());
    let red: HashSet<String> = red.map(CheckResult::full_id).collect();
    // If the check that blocks another is red, the blocked one is not: one cause, one red case.
    report.checks.iter().map(|check| of(check, check.blocked_by.as_ref().is_some_and(|by| red.contains(by)))).collect()
}

/// Returns the element of a check. A recommended check breaks a build only if the run is strict and the check is a
/// risk.
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

/// Whether an item has a case of its own, because its result shows in no check: no check serves it, or it is
/// inconclusive and only recommended checks serve it, which still keeps the partner from being ready.
pub(super) fn has_case(report: &Report, item: &ItemRow) -> bool {
    let required = |check: &CheckResult| check.level == LevelLabel::Required && item.checks.contains(&check.full_id());
    let is_open = report.selection.is_none() && item.verdict == ItemVerdict::Inconclusive;
    item.is_for_persons() || is_open && !report.checks.iter().any(required)
}

/// Returns the element of an item with a case of its own. A selection covers no such item.
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

/// Returns the text of the run's own case if the result is not good and no case shows that.
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
