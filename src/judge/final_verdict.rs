//! Turns the verdicts of checks into final verdicts: by blocked checks, attestations and waivers.

use std::collections::BTreeMap;

use time::Date;

use super::finding::{Finding, Judgement, Verdict};
use crate::evidence::Responsible;
use crate::plan::{PlannedCheck, Skip};
use crate::profile::attestations::{Attestation, Attestations, Waiver};

/// The verdict of a check, after blocked checks, attestations and waivers.
#[derive(Clone, Debug, PartialEq)]
pub enum FinalVerdict {
    /// Every expectation held.
    Pass,
    /// At least one expectation did not hold.
    Fail(Finding),
    /// The evidence does not decide, or another check blocks this one.
    Inconclusive {
        /// Why the check is inconclusive.
        finding: Finding,
        /// The check that must pass first.
        blocked_by: Option<String>,
    },
    /// A person attested what the evidence does not decide.
    Attested {
        /// Who attested it, when, with what evidence, and until when.
        words: String,
        /// Whether a machine could have decided it.
        risk: bool,
    },
    /// The check failed, and the failure is accepted for a limited time.
    Waived {
        /// The failure that is accepted.
        finding: Finding,
        /// Who waived it, why, and until when.
        words: String,
    },
    /// The check was not selected, or is not applicable.
    Skipped(Skip),
}

/// A final verdict, with its remarks.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalJudgement {
    /// The verdict after blocked checks, attestations and waivers.
    pub final_verdict: FinalVerdict,
    /// Remarks for the report: margins, quiet periods, ignored attestations.
    pub remarks: Vec<String>,
}

/// Determines the final verdicts of all checks. `judgement` has one entry per check; `today` is the UTC date on which
/// the run started. Returns the final verdicts in the same order, and remarks about attestations and waivers as a
/// whole.
pub(super) fn settle(
    checks: &[PlannedCheck],
    judgement: Vec<Judgement>,
    attestations: &Attestations,
    today: Date,
) -> (Vec<FinalJudgement>, Vec<String>) {
    let mut final_judgement: Vec<FinalJudgement> =
        checks.iter().zip(judgement).map(|(planned, verdict)| own(planned, verdict, attestations, today)).collect();
    let blocked = blocked(checks, &final_judgement);
    for (at, by) in blocked {
        let (blocker, responsible) = (checks[by].id(), final_judgement[by].final_verdict.responsible());
        let mut finding = Finding::new(responsible, format!("blocked by {blocker}"));
        if let FinalVerdict::Fail(own) | FinalVerdict::Inconclusive { finding: own, .. } =
            &final_judgement[at].final_verdict
        {
            finding.observed = Some(own.reason.clone());
        }
        final_judgement[at].final_verdict = FinalVerdict::Inconclusive { finding, blocked_by: Some(blocker) };
    }
    let remarks = unneeded(checks, &final_judgement, attestations);
    (final_judgement, remarks)
}

impl FinalVerdict {
    fn responsible(&self) -> Responsible {
        match self {
            FinalVerdict::Fail(finding)
            | FinalVerdict::Inconclusive { finding, .. }
            | FinalVerdict::Waived { finding, .. } => finding.responsible,
            FinalVerdict::Pass | FinalVerdict::Attested { .. } | FinalVerdict::Skipped(_) => Responsible::Partner,
        }
    }
}

/// Determines the final verdict of a check without regard to others: by its verdict, an attestation or a waiver.
fn own(planned: &PlannedCheck, judgement: Judgement, attestations: &Attestations, today: Date) -> FinalJudgement {
    let mut remarks = judgement.remarks;
    if let Some(why) = &planned.skip {
        return FinalJudgement { final_verdict: FinalVerdict::Skipped(why.clone()), remarks: Vec::new() };
    }
    let final_verdict = match judgement.verdict {
        Verdict::Pass => FinalVerdict::Pass,
        Verdict::Fail(finding) => match waiver(planned, attestations, today, &mut remarks) {
            Some(waiver) => FinalVerdict::Waived {
                finding,
                words: format!("waived until {} by {}: {}", waiver.expires, waiver.who, waiver.reason),
            },
            None => FinalVerdict::Fail(finding),
        },
        Verdict::Inconclusive(finding) => {
            match attestation(attestations, |word| is_about(word, planned), today, &mut remarks) {
                Some(word) => FinalVerdict::Attested {
                    words: describe_attestation(word),
                    risk: !planned.packed.check.only_asks(),
                },
                None => FinalVerdict::Inconclusive { finding, blocked_by: None },
            }
        }
    };
    FinalJudgement { final_verdict, remarks }
}

fn meant(check: &str, planned: &PlannedCheck) -> bool {
    check == planned.packed.check.id || check == planned.id()
}

fn is_about(word: &Attestation, planned: &PlannedCheck) -> bool {
    word.check.as_ref().is_some_and(|check| meant(check, planned))
}

/// Says who attested something, when, until when, and with what evidence.
pub(super) fn describe_attestation(word: &Attestation) -> String {
    format!("{} attested on {} until {}: {}", word.who, word.when, word.expires, word.evidence)
}

/// Finds the attestation that applies today. One that does not apply is ignored, and a remark says so.
pub(super) fn attestation<'v>(
    attestations: &'v Attestations,
    meant: impl Fn(&Attestation) -> bool,
    today: Date,
    remarks: &mut Vec<String>,
) -> Option<&'v Attestation> {
    let mut found = None;
    for word in attestations.attestations.iter().filter(|word| meant(word)) {
        if word.expires.0 < today {
            remarks.push(format!("the attestation of {} expired on {} and is ignored", word.who, word.expires));
        } else if word.when.0 > today {
            remarks
                .push(format!("the attestation of {} is dated {}, in the future, and is ignored", word.who, word.when));
        } else {
            found = Some(word);
        }
    }
    found
}

fn waiver<'v>(
    planned: &PlannedCheck,
    attestations: &'v Attestations,
    today: Date,
    remarks: &mut Vec<String>,
) -> Option<&'v Waiver> {
    let mut found = None;
    for waiver in attestations.waivers.iter().filter(|waiver| meant(&waiver.check, planned)) {
        if waiver.expires.0 < today {
            remarks.push(format!("the waiver of {} expired on {} and is ignored", waiver.who, waiver.expires));
        } else {
            found = Some(waiver);
        }
    }
    found
}

/// Finds which checks are blocked, each with the check that blocks it. Needs are followed through other checks to the
/// first cause.
fn blocked(checks: &[PlannedCheck], final_judgement: &[FinalJudgement]) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for at in 0..checks.len() {
        // The person who attested a check knew the state of its needs, and a skipped check was not asked for.
        let open = match final_judgement[at].final_verdict {
            FinalVerdict::Pass
            | FinalVerdict::Fail(_)
            | FinalVerdict::Inconclusive { .. }
            | FinalVerdict::Waived { .. } => true,
            FinalVerdict::Attested { .. } | FinalVerdict::Skipped(_) => false,
        };
        if open && let Some(cause) = cause(checks, final_judgement, at) {
            found.insert(at, cause);
        }
    }
    found
}

/// Finds the first cause among what a check needs: a check that neither passed nor was attested and is not blocked
/// itself. If a check with a control of its own was decided, its control held, so an inconclusive need does not block
/// it. If the needed check failed, perhaps for another event, a failure of this check may be the same defect, but its
/// success stands.
fn cause(checks: &[PlannedCheck], final_judgement: &[FinalJudgement], at: usize) -> Option<usize> {
    let needs = &checks[at].packed.check.needs;
    let control = checks[at].packed.check.has_control();
    let passed = control && final_judgement[at].final_verdict == FinalVerdict::Pass;
    let failed =
        control && matches!(final_judgement[at].final_verdict, FinalVerdict::Fail(_) | FinalVerdict::Waived { .. });
    let blocks = |other: &usize| match final_judgement[*other].final_verdict {
        FinalVerdict::Inconclusive { .. } => !passed && !failed,
        FinalVerdict::Fail(_) | FinalVerdict::Waived { .. } => !passed,
        FinalVerdict::Pass | FinalVerdict::Attested { .. } | FinalVerdict::Skipped(_) => false,
    };
    needs.iter().find_map(|need| {
        let serves = |planned: &&(usize, &PlannedCheck)| planned.1.packed.check.id == *need;
        let all: Vec<(usize, &PlannedCheck)> = checks.iter().enumerate().collect();
        let same: Vec<usize> =
            all.iter().filter(serves).filter(|(_, u)| u.stage == checks[at].stage).map(|(i, _)| *i).collect();
        let of_check: Vec<usize> = all.iter().filter(serves).map(|(i, _)| *i).collect();
        let relevant = if same.is_empty() { of_check } else { same };
        relevant
            .into_iter()
            .find_map(|needed| cause(checks, final_judgement, needed).into_iter().chain([needed]).find(blocks))
    })
}

/// Makes remarks about attestations and waivers that are no longer needed.
fn unneeded(checks: &[PlannedCheck], final_judgement: &[FinalJudgement], attestations: &Attestations) -> Vec<String> {
    let used = |check: &str, by: fn(&FinalVerdict) -> bool| {
        let mine = || {
            checks.iter().zip(final_judgement).filter(|(planned, _)| meant(check, planned) && planned.skip.is_none())
        };
        mine().next().is_none() || mine().any(|(_, final_judgement)| by(&final_judgement.final_verdict))
    };
    let needs_word = |s: &FinalVerdict| matches!(s, FinalVerdict::Attested { .. } | FinalVerdict::Inconclusive { .. });
    let needs_waiver = |s: &FinalVerdict| {
        matches!(s, FinalVerdict::Waived { .. } | FinalVerdict::Fail(_) | FinalVerdict::Inconclusive { .. })
    };
    let of_checks = attestations.attestations.iter().filter_map(|word| Some((word, word.check.as_ref()?)));
    let attested = of_checks.filter(|(_, check)| !used(check, needs_word)).map(|(word, check)| {
        format!("the attestation of {} for {check} is not needed: a machine decided the check", word.who)
    });
    let waived = attestations
        .waivers
        .iter()
        .filter(|waiver| !used(&waiver.check, needs_waiver))
        .map(|waiver| format!("the waiver of {} for {} is no longer needed; remove it", waiver.who, waiver.check));
    attested.chain(waived).collect()
}
