//! Builds the finished model once, from everything that is known. All writers render it; none adds to it.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::model::{ActionRow, CheckResult, ItemRow, LevelLabel, PackRow, PhaseRow, Report, Summary, VerdictLabel};
use super::timeline;
use crate::evidence::{Evidence, Responsible};
use crate::judge::{Conclusion, FinalVerdict, Finding, ItemResult, ItemVerdict};
use crate::pack::check::Level;
use crate::pack::provider::Item;
use crate::plan::Plan;
use crate::profile::attestations;

/// Everything that a report is made of.
pub struct Facts<'f> {
    /// The plan of the run.
    pub plan: &'f Plan,
    /// The verdicts and the readiness that the judge concluded.
    pub concluded: &'f Conclusion,
    /// The evidence of each planned check, in the order of the plan, with the time that it took.
    pub evidence: &'f [(Evidence, Duration)],
    /// When the run started.
    pub started: OffsetDateTime,
    /// How long the run took.
    pub took: Duration,
    /// Whether `--strict` was given.
    pub strict: bool,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// Remarks about the run as a whole.
    pub remarks: Vec<String>,
    /// The phases of the run, in the order in which they ran.
    pub phases: Vec<PhaseRow>,
}

/// Builds the model of a run.
pub fn build(facts: &Facts<'_>) -> Report {
    let plan = facts.plan;
    let checks: Vec<CheckResult> = (0..plan.checks.len()).map(|at| check_row(facts, at)).collect();
    let items = items(plan, facts.concluded, &checks);
    Report {
        schema: 2,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        partner: plan.read.profile.partner.clone(),
        provider: plan.pack.provider.name.clone(),
        pack: PackRow {
            id: plan.pack.id.clone(),
            version: plan.pack.provider.version.clone(),
            sha256: plan.pack.digest.clone(),
            built_in: plan.pack.built_in,
        },
        started: facts.started.replace_nanosecond(0).unwrap_or(facts.started).format(&Rfc3339).unwrap_or_default(),
        duration_ms: millis(facts.took),
        simulated_environments: plan.read.profile.simulated_environments.is_some(),
        selection: plan.selection.describe(),
        strict: facts.strict,
        interrupted: facts.interrupted,
        readiness: facts.concluded.readiness,
        because: facts.concluded.withheld.map(|withheld| withheld.words().to_owned()),
        summary: summary(&checks),
        actions: actions(plan, facts.concluded, &checks),
        items,
        checks,
        remarks: facts.remarks.clone(),
        phases: facts.phases.clone(),
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn check_row(facts: &Facts<'_>, at: usize) -> CheckResult {
    let (planned, final_judgement) = (&facts.plan.checks[at], &facts.concluded.final_judgement[at]);
    let (evidence, took) = &facts.evidence[at];
    let check = &planned.packed.check;
    let (verdict, reason, finding, blocked_by) = verdict_parts(&final_judgement.final_verdict);
    let pointer = finding.map_or("", |finding| finding.at.as_str());
    // The position is looked up only if the finding points to one.
    let line = if pointer.is_empty() { 1 } else { planned.packed.document.locate(pointer, None).line.max(1) };
    let section = check.items.first().and_then(|id| facts.plan.pack.provider.items.iter().find(|item| item.id == *id));
    CheckResult {
        id: check.id.clone(),
        stage: planned.stage.word().to_owned(),
        title: check.title.clone(),
        items: check.items.clone(),
        section: section.map(|item| item.section.clone()).unwrap_or_default(),
        level: level(check.level),
        risk: facts.concluded.risks[at],
        verdict,
        reason,
        blocked_by,
        responsible: finding.map(|finding| finding.responsible),
        expected: finding.and_then(|finding| finding.expected.clone()),
        observed: finding.and_then(|finding| finding.observed.clone()),
        because: finding.and_then(|finding| finding.because.clone()),
        remarks: final_judgement.remarks.clone(),
        docs: check.docs.to_string(),
        why: check.why.clone(),
        fix: finding.and_then(|finding| finding.fix.clone()).unwrap_or_else(|| check.fix.clone()),
        rerun: finding.and_then(|finding| timeline::repeat(evidence, finding.began?)),
        file: planned.packed.document.name.to_string(),
        line,
        duration_ms: millis(*took),
        evidence: timeline::rows(evidence),
    }
}

fn level(level: Level) -> LevelLabel {
    match level {
        Level::Required => LevelLabel::Required,
        Level::Recommended => LevelLabel::Recommended,
    }
}

fn verdict_parts(final_verdict: &FinalVerdict) -> (VerdictLabel, String, Option<&Finding>, Option<String>) {
    match final_verdict {
        FinalVerdict::Pass => (VerdictLabel::Pass, String::new(), None, None),
        FinalVerdict::Fail(finding) => (VerdictLabel::Fail, finding.reason.clone(), Some(finding), None),
        FinalVerdict::Inconclusive { finding, blocked_by } => {
            (VerdictLabel::Inconclusive, finding.reason.clone(), Some(finding), blocked_by.clone())
        }
        FinalVerdict::Attested { words, .. } => (VerdictLabel::Attested, words.clone(), None, None),
        FinalVerdict::Waived { finding, words } => (VerdictLabel::Waived, words.clone(), Some(finding), None),
        FinalVerdict::Skipped(skip) => (VerdictLabel::Skipped, skip.reason().to_owned(), None, None),
    }
}

fn summary(checks: &[CheckResult]) -> Summary {
    let mut summary = Summary { planned: checks.len(), ..Summary::default() };
    for row in checks {
        summary.risks += usize::from(row.risk);
        let count = match (row.verdict, row.level) {
            (VerdictLabel::Pass, _) => &mut summary.pass,
            (VerdictLabel::Fail, LevelLabel::Required) => &mut summary.fail,
            (VerdictLabel::Fail, LevelLabel::Recommended) => &mut summary.fail_recommended,
            (VerdictLabel::Inconclusive, LevelLabel::Recommended) => &mut summary.inconclusive_recommended,
            (VerdictLabel::Inconclusive, LevelLabel::Required) => &mut summary.inconclusive,
            (VerdictLabel::Attested, _) => &mut summary.attested,
            (VerdictLabel::Waived, _) => &mut summary.waived,
            (VerdictLabel::Skipped, _) => &mut summary.skipped,
        };
        *count += 1;
    }
    summary
}

/// Builds the rows of the checklist from the judge's results.
fn items(plan: &Plan, concluded: &Conclusion, checks: &[CheckResult]) -> Vec<ItemRow> {
    let row = |(item, final_verdict): (&Item, &ItemResult)| ItemRow {
        id: item.id.clone(),
        section: item.section.clone(),
        text: item.text.clone(),
        verdict: final_verdict.word,
        reason: final_verdict.reason.clone(),
        risks: final_verdict.risks.clone(),
        checks: checks.iter().filter(|row| row.items.contains(&item.id)).map(CheckResult::full_id).collect(),
    };
    plan.pack.provider.items.iter().zip(&concluded.items).map(row).collect()
}

/// Lists what would change the readiness: failures first, and among equals what affects the most checks.
fn actions(plan: &Plan, concluded: &Conclusion, checks: &[CheckResult]) -> Vec<ActionRow> {
    let final_judgement = &concluded.final_judgement;
    let unchecked = unchecked(plan, concluded);
    let mut list: Vec<(u8, ActionRow)> = Vec::new();
    let mut add = |rank: u8, responsible: Responsible, what: String, place: Option<String>, planned: String| match list
        .iter_mut()
        .find(|(_, row)| row.what == what && row.responsible == responsible)
    {
        Some((_, row)) => row.checks.push(planned),
        None => list.push((rank, ActionRow { responsible, what, place, checks: vec![planned] })),
    };
    // A recommended check that is inconclusive stands in the way if no required check serves its item.
    let decides = |at: usize| concluded.decides[at] && plan.selection.describe().is_none();
    let in_the_way = |(at, row): (usize, &CheckResult)| match row.verdict {
        VerdictLabel::Fail => row.level == LevelLabel::Required,
        VerdictLabel::Inconclusive => row.level == LevelLabel::Required || decides(at),
        VerdictLabel::Pass | VerdictLabel::Attested | VerdictLabel::Waived | VerdictLabel::Skipped => false,
    };
    let in_the_way: Vec<bool> = checks.iter().enumerate().map(in_the_way).collect();
    let open = !unchecked.is_empty() || in_the_way.contains(&true);
    for (at, ((planned, final_judgement), row)) in plan.checks.iter().zip(final_judgement).zip(checks).enumerate() {
        // While some checks stand in the way, actions for the others would not change the readiness.
        if open && !in_the_way[at] {
            continue;
        }
        let place = Some(format!("{}:{}", row.file, row.line));
        match &final_judgement.final_verdict {
            FinalVerdict::Fail(finding) => {
                add(0, finding.responsible, format!("fix {}", planned.packed.check.id), place, planned.id());
            }
            FinalVerdict::Inconclusive { blocked_by: Some(_), .. } | FinalVerdict::Pass | FinalVerdict::Skipped(_) => {}
            FinalVerdict::Inconclusive { .. } if !in_the_way[at] => {}
            FinalVerdict::Inconclusive { finding, .. } if planned.packed.check.only_asks() => {
                let (file, id) = (attestations(plan), &planned.packed.check.id);
                let what = format!("record in {file} who attests {id}: {}", finding.reason);
                add(2, finding.responsible, what, None, planned.id());
            }
            FinalVerdict::Inconclusive { finding, .. } if planned.lacking.is_empty() => {
                add(2, finding.responsible, finding.reason.clone(), place, planned.id());
            }
            FinalVerdict::Inconclusive { finding, .. } => {
                for how in &planned.lacking {
                    add(1, finding.responsible, how.clone(), None, planned.id());
                }
            }
            FinalVerdict::Waived { finding, .. } if !open => {
                add(
                    3,
                    finding.responsible,
                    format!("fix {}, which is only waived", planned.packed.check.id),
                    place,
                    planned.id(),
                );
            }
            FinalVerdict::Attested { risk: true, .. } if !open => {
                add(
                    3,
                    Responsible::Partner,
                    format!("let a machine check {}, which a person attests", planned.packed.check.id),
                    place,
                    planned.id(),
                );
            }
            FinalVerdict::Waived { .. } | FinalVerdict::Attested { .. } => {}
        }
    }
    // If several checks share a cause, the action states it once. If it concerns one check only, it names that check.
    for (rank, row) in &mut list {
        match (*rank, row.checks.as_slice()) {
            (2, [planned]) => {
                row.what = format!("decide {}: {}", planned.split('@').next().unwrap_or(planned), row.what);
            }
            (2, _) => row.place = None,
            (_, _) => {}
        }
    }
    // An action also changes the checks that it unblocks.
    for (planned, final_judgement) in plan.checks.iter().zip(final_judgement) {
        if let FinalVerdict::Inconclusive { blocked_by: Some(blocker), .. } = &final_judgement.final_verdict
            && let Some((_, row)) = list.iter_mut().find(|(_, row)| row.checks.contains(blocker))
        {
            row.checks.push(planned.id());
        }
    }
    list.extend(unchecked.into_iter().map(|row| (2, row)));
    list.sort_by_key(|(rank, row)| (*rank, std::cmp::Reverse(row.checks.len())));
    list.into_iter().map(|(_, row)| row).collect()
}

/// Returns the attestations file, as the reader knows it.
fn attestations(plan: &Plan) -> String {
    let named = plan.read.profile.attestations.as_ref().map(|path| path.display().to_string());
    named.unwrap_or_else(|| attestations::FILE.to_owned())
}

/// Lists the items that no check serves and that a person must attest; empty for a selection.
fn unchecked(plan: &Plan, concluded: &Conclusion) -> Vec<ActionRow> {
    let items = plan.pack.provider.items.iter().zip(&concluded.items);
    let open = items.filter(|(_, final_verdict)| {
        final_verdict.word == ItemVerdict::Unchecked && plan.selection.describe().is_none()
    });
    let row = |(item, _): (&Item, &ItemResult)| {
        let (file, id) = (attestations(plan), &item.id);
        let what = format!("record in {file}, as `item: {id}`, who attests the item without a check: {}", item.text);
        ActionRow { responsible: Responsible::Partner, what, place: None, checks: Vec::new() }
    };
    open.map(row).collect()
}
