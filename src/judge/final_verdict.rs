//! From what the evidence of each unit says to what stands: blocked units, people's word, waivers.

use std::collections::BTreeMap;

use time::Date;

use super::finding::{Finding, Judged, Verdict};
use crate::evidence::Who;
use crate::plan::{Skip, Unit};
use crate::profile::attestations::{Attestation, Vouched, Waiver};

/// What stands for a unit in the end.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Every expectation held.
    Pass,
    /// One did not.
    Fail(Finding),
    /// It could not be decided; perhaps another unit stands in its way.
    Undecided {
        /// What is known.
        finding: Finding,
        /// The unit that must pass first.
        blocked_by: Option<String>,
    },
    /// A person vouched for it.
    Attested {
        /// Who, when, on what, until when.
        words: String,
        /// Whether a machine could have seen it.
        risk: bool,
    },
    /// Its failure is accepted for a time.
    Waived {
        /// The failure.
        finding: Finding,
        /// Who, why, until when.
        words: String,
    },
    /// Not selected, or not applicable.
    Skipped(Skip),
}

/// A unit's standing, with what else is worth saying.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// What stands.
    pub standing: Standing,
    /// Margins, quiet periods, ignored attestations.
    pub remarks: Vec<String>,
}

/// Settles all units of a run. `judged` has one entry a unit; `today` is the day on which the run started, in UTC.
/// Gives the standings in the same order, and remarks about attestations and waivers as a whole.
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
        if let Standing::Fail(own) | Standing::Undecided { finding: own, .. } = &settled[at].standing {
            finding.observed = Some(own.reason.clone());
        }
        settled[at].standing = Standing::Undecided { finding, blocked_by: Some(blocker) };
    }
    let remarks = unneeded(units, &settled, vouched);
    (settled, remarks)
}

impl Standing {
    fn who(&self) -> Who {
        match self {
            Standing::Fail(finding) | Standing::Undecided { finding, .. } | Standing::Waived { finding, .. } => {
                finding.who
            }
            Standing::Pass | Standing::Attested { .. } | Standing::Skipped(_) => Who::Partner,
        }
    }
}

/// A unit by itself: its verdict, and what people say of it.
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
        Verdict::Undecided(finding) => match attestation(vouched, |word| is_about(word, unit), today, &mut remarks) {
            Some(word) => Standing::Attested { words: said(word), risk: !unit.packed.check.only_asks() },
            None => Standing::Undecided { finding, blocked_by: None },
        },
    };
    Settled { standing, remarks }
}

fn meant(check: &str, unit: &Unit) -> bool {
    check == unit.packed.check.id || check == unit.id()
}

fn is_about(word: &Attestation, unit: &Unit) -> bool {
    word.check.as_ref().is_some_and(|check| meant(check, unit))
}

/// Who vouched, when, until when and on what.
pub(super) fn said(word: &Attestation) -> String {
    format!("{} vouched on {} until {}: {}", word.who, word.when, word.expires, word.evidence)
}

/// The person's word about something that counts today. One that does not is ignored, and that is said.
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

/// Which units are blocked, by which: those that do not carry, needed directly or through others, by the first cause.
fn blocked(units: &[Unit], settled: &[Settled]) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for at in 0..units.len() {
        // A person's word was given knowing the state of things; a skipped unit was not asked for.
        let open = match settled[at].standing {
            Standing::Pass | Standing::Fail(_) | Standing::Undecided { .. } | Standing::Waived { .. } => true,
            Standing::Attested { .. } | Standing::Skipped(_) => false,
        };
        if open && let Some(cause) = cause(units, settled, at) {
            found.insert(at, cause);
        }
    }
    found
}

/// The first cause among what a unit needs: a unit that does not carry and is not itself blocked. A unit that is decided
/// although it has a control of its own has seen that control hold. What is only undecided does not stand in its way; and
/// where the other one failed, over another event say, its own failure may be the same mistake, but its success is none.
fn cause(units: &[Unit], settled: &[Settled], at: usize) -> Option<usize> {
    let needs = &units[at].packed.check.needs;
    let control = units[at].packed.check.has_control();
    let passed = control && settled[at].standing == Standing::Pass;
    let failed = control && matches!(settled[at].standing, Standing::Fail(_) | Standing::Waived { .. });
    let blocks = |other: &usize| match settled[*other].standing {
        Standing::Undecided { .. } => !passed && !failed,
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

/// Attestations and waivers that nothing needs any more.
fn unneeded(units: &[Unit], settled: &[Settled], vouched: &Vouched) -> Vec<String> {
    let used = |check: &str, by: fn(&Standing) -> bool| {
        let mine = || units.iter().zip(settled).filter(|(unit, _)| meant(check, unit) && unit.skip.is_none());
        mine().next().is_none() || mine().any(|(_, settled)| by(&settled.standing))
    };
    let needs_word = |s: &Standing| matches!(s, Standing::Attested { .. } | Standing::Undecided { .. });
    let needs_waiver =
        |s: &Standing| matches!(s, Standing::Waived { .. } | Standing::Fail(_) | Standing::Undecided { .. });
    let of_checks = vouched.attestations.iter().filter_map(|word| Some((word, word.check.as_ref()?)));
    let attested = of_checks.filter(|(_, check)| !used(check, needs_word)).map(|(word, check)| {
        format!("the attestation of {} for {check} is not needed: the verdict of the machine stands", word.who)
    });
    let waived =
        vouched.waivers.iter().filter(|waiver| !used(&waiver.check, needs_waiver)).map(|waiver| {
            format!("the waiver of {} for {} is not needed any more; remove it", waiver.who, waiver.check)
        });
    attested.chain(waived).collect()
}
