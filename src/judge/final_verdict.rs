//! From verdicts to final verdicts: blocked checks, attestations, waivers.

use std::collections::BTreeMap;

use time::Date;

use super::finding::{Finding, Judged, Verdict};
use crate::evidence::Who;
use crate::plan::{Skip, Unit};
use crate::profile::attestations::{Attestation, Vouched, Waiver};

/// The final verdict of a check.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Every expectation held.
    Pass,
    /// At least one expectation did not hold.
    Fail(Finding),
    /// Inconclusive; another check may block it.
    Inconclusive {
        /// What is known.
        finding: Finding,
        /// The check that must pass first.
        blocked_by: Option<String>,
    },
    /// A person attested it.
    Attested {
        /// Who, when, with what evidence, until when.
        words: String,
        /// Whether a machine could have seen it.
        risk: bool,
    },
    /// Its failure is accepted for a limited time.
    Waived {
        /// The failure.
        finding: Finding,
        /// Who, why, until when.
        words: String,
    },
    /// Not selected, or not applicable.
    Skipped(Skip),
}

/// The final verdict of a check, with its remarks.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The verdict.
    pub standing: Standing,
    /// Margins, quiet periods, ignored attestations.
    pub remarks: Vec<String>,
}

/// Determines the final verdicts of all checks. `judged` has one entry per check; `today` is the UTC date on which the
/// run started. Returns the verdicts in the same order, and remarks about attestations and waivers as a whole.
pub(super) fn settle(
    units: &[Unit],
    judged: Vec<Judged>,
    vouched: &Vouched,
    today: Date,
) -> (Vec<Settled>, Vec<String>) {
    let mut settled: Vec<Settled> =
        units.iter().zip(judged).map(|(unit, verdict)| own(unit, verdict, vouched, today)).collect();
    let blocked = blocked(units, &settled);
    for (at, by) in blocked {
        let (blocker, who) = (units[by].id(), settled[by].standing.who());
        let mut finding = Finding::new(who, format!("blocked by {blocker}"));
        if let Standing::Fail(own) | Standing::Inconclusive { finding: own, .. } = &settled[at].standing {
            finding.observed = Some(own.reason.clone());
        }
        settled[at].standing = Standing::Inconclusive { finding, blocked_by: Some(blocker) };
    }
    let remarks = unneeded(units, &settled, vouched);
    (settled, remarks)
}

impl Standing {
    fn who(&self) -> Who {
        match self {
            Standing::Fail(finding) | Standing::Inconclusive { finding, .. } | Standing::Waived { finding, .. } => {
                finding.who
            }
            Standing::Pass | Standing::Attested { .. } | Standing::Skipped(_) => Who::Partner,
        }
    }
}

/// The final verdict of a check without regard to others: its verdict, an attestation or a waiver.
fn own(unit: &Unit, judged: Judged, vouched: &Vouched, today: Date) -> Settled {
    let mut remarks = judged.remarks;
    if let Some(why) = &unit.skip {
        return Settled { standing: Standing::Skipped(why.clone()), remarks: Vec::new() };
    }
    let standing = match judged.verdict {
        Verdict::Pass => Standing::Pass,
        Verdict::Fail(finding) => match waiver(unit, vouched, today, &mut remarks) {
            Some(waiver) => Standing::Waived {
                finding,
                words: format!("waived until {} by {}: {}", waiver.expires, waiver.who, waiver.reason),
            },
            None => Standing::Fail(finding),
        },
        Verdict::Inconclusive(finding) => {
            match attestation(vouched, |word| is_about(word, unit), today, &mut remarks) {
                Some(word) => Standing::Attested { words: said(word), risk: !unit.packed.check.only_asks() },
                None => Standing::Inconclusive { finding, blocked_by: None },
            }
        }
    };
    Settled { standing, remarks }
}

fn meant(check: &str, unit: &Unit) -> bool {
    check == unit.packed.check.id || check == unit.id()
}

fn is_about(word: &Attestation, unit: &Unit) -> bool {
    word.check.as_ref().is_some_and(|check| meant(check, unit))
}

/// Who attested, when, until when, and with what evidence.
pub(super) fn said(word: &Attestation) -> String {
    format!("{} attested on {} until {}: {}", word.who, word.when, word.expires, word.evidence)
}

/// The attestation that applies today, if any. One that does not apply is ignored, with a remark.
pub(super) fn attestation<'v>(
    vouched: &'v Vouched,
    meant: impl Fn(&Attestation) -> bool,
    today: Date,
    remarks: &mut Vec<String>,
) -> Option<&'v Attestation> {
    let mut found = None;
    for word in vouched.attestations.iter().filter(|word| meant(word)) {
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

fn waiver<'v>(unit: &Unit, vouched: &'v Vouched, today: Date, remarks: &mut Vec<String>) -> Option<&'v Waiver> {
    let mut found = None;
    for waiver in vouched.waivers.iter().filter(|waiver| meant(&waiver.check, unit)) {
        if waiver.expires.0 < today {
            remarks.push(format!("the waiver of {} expired on {} and is ignored", waiver.who, waiver.expires));
        } else {
            found = Some(waiver);
        }
    }
    found
}

/// Which checks are blocked by which: needs are followed through other checks to the first cause.
fn blocked(units: &[Unit], settled: &[Settled]) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for at in 0..units.len() {
        // A person attested knowing the state of things; a skipped check was not asked for.
        let open = match settled[at].standing {
            Standing::Pass | Standing::Fail(_) | Standing::Inconclusive { .. } | Standing::Waived { .. } => true,
            Standing::Attested { .. } | Standing::Skipped(_) => false,
        };
        if open && let Some(cause) = cause(units, settled, at) {
            found.insert(at, cause);
        }
    }
    found
}

/// The first cause among what a check needs: a check that neither passed nor was attested and is not blocked itself. A
/// check with a control of its own that is decided has seen the control hold, so an inconclusive need does not block
/// it. If the needed check failed (over another event, say), the failure of this one may be the same defect, but its
/// success stands.
fn cause(units: &[Unit], settled: &[Settled], at: usize) -> Option<usize> {
    let needs = &units[at].packed.check.needs;
    let control = units[at].packed.check.has_control();
    let passed = control && settled[at].standing == Standing::Pass;
    let failed = control && matches!(settled[at].standing, Standing::Fail(_) | Standing::Waived { .. });
    let blocks = |other: &usize| match settled[*other].standing {
        Standing::Inconclusive { .. } => !passed && !failed,
        Standing::Fail(_) | Standing::Waived { .. } => !passed,
        Standing::Pass | Standing::Attested { .. } | Standing::Skipped(_) => false,
    };
    needs.iter().find_map(|need| {
        let serves = |unit: &&(usize, &Unit)| unit.1.packed.check.id == *need;
        let all: Vec<(usize, &Unit)> = units.iter().enumerate().collect();
        let same: Vec<usize> =
            all.iter().filter(serves).filter(|(_, u)| u.stage == units[at].stage).map(|(i, _)| *i).collect();
        let of_check: Vec<usize> = all.iter().filter(serves).map(|(i, _)| *i).collect();
        let relevant = if same.is_empty() { of_check } else { same };
        relevant.into_iter().find_map(|needed| cause(units, settled, needed).into_iter().chain([needed]).find(blocks))
    })
}

/// Remarks about attestations and waivers that are no longer needed.
fn unneeded(units: &[Unit], settled: &[Settled], vouched: &Vouched) -> Vec<String> {
    let used = |check: &str, by: fn(&Standing) -> bool| {
        let mine = || units.iter().zip(settled).filter(|(unit, _)| meant(check, unit) && unit.skip.is_none());
        mine().next().is_none() || mine().any(|(_, settled)| by(&settled.standing))
    };
    let needs_word = |s: &Standing| matches!(s, Standing::Attested { .. } | Standing::Inconclusive { .. });
    let needs_waiver =
        |s: &Standing| matches!(s, Standing::Waived { .. } | Standing::Fail(_) | Standing::Inconclusive { .. });
    let of_checks = vouched.attestations.iter().filter_map(|word| Some((word, word.check.as_ref()?)));
    let attested = of_checks.filter(|(_, check)| !used(check, needs_word)).map(|(word, check)| {
        format!("the attestation of {} for {check} is not needed: a machine decided the check", word.who)
    });
    let waived = vouched
        .waivers
        .iter()
        .filter(|waiver| !used(&waiver.check, needs_waiver))
        .map(|waiver| format!("the waiver of {} for {} is no longer needed; remove it", waiver.who, waiver.check));
    attested.chain(waived).collect()
}
