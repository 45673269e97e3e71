//! The finished model, made once from everything that is known. All writers render it; none adds to it.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::model::{ActionRow, ItemRow, LevelWord, PackRow, PhaseRow, Report, Summary, UnitRow, VerdictWord};
use super::timeline;
use crate::evidence::{Evidence, Who};
use crate::judge::{Concluded, Finding, ItemStanding, ItemWord, Standing};
use crate::pack::check::Level;
use crate::pack::provider::Item;
use crate::plan::Plan;
use crate::profile::attestations;

/// Everything that a report is made of.
pub struct Facts<'f> {
    /// The plan.
    pub plan: &'f Plan,
    /// What it came to.
    pub concluded: &'f Concluded,
    /// The records of all its units, in its order, with how long each took.
    pub evidence: &'f [(Evidence, Duration)],
    /// When the run started.
    pub started: OffsetDateTime,
    /// How long it took.
    pub took: Duration,
    /// Whether `--strict` was given.
    pub strict: bool,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// Remarks about the run as a whole.
    pub remarks: Vec<String>,
    /// Its phases.
    pub phases: Vec<PhaseRow>,
}

/// Builds the model.
pub fn build(facts: &Facts<'_>) -> Report {
    let plan = facts.plan;
    let checks: Vec<UnitRow> = (0..plan.units.len()).map(|at| unit_row(facts, at)).collect();
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
        stand_ins: plan.read.profile.stand_ins.is_some(),
        selection: plan.selection.words(),
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

fn unit_row(facts: &Facts<'_>, at: usize) -> UnitRow {
    let (unit, settled) = (&facts.plan.units[at], &facts.concluded.settled[at]);
    let (evidence, took) = &facts.evidence[at];
    let check = &unit.packed.check;
    let (verdict, reason, finding, blocked_by) = words(&settled.standing);
    let pointer = finding.map_or("", |finding| finding.at.as_str());
    // Positions are looked up only where a reader has something to look at.
    let line = if pointer.is_empty() { 1 } else { unit.packed.document.locate(pointer, None).line.max(1) };
    let section = check.items.first().and_then(|id| facts.plan.pack.provider.items.iter().find(|item| item.id == *id));
    UnitRow {
        id: check.id.clone(),
        stage: unit.stage.word().to_owned(),
        title: check.title.clone(),
        items: check.items.clone(),
        section: section.map(|item| item.section.clone()).unwrap_or_default(),
        level: level(check.level),
        risk: facts.concluded.risks[at],
        verdict,
        reason,
        blocked_by,
        who: finding.map(|finding| finding.who),
        expected: finding.and_then(|finding| finding.expected.clone()),
        observed: finding.and_then(|finding| finding.observed.clone()),
        because: finding.and_then(|finding| finding.because.clone()),
        remarks: settled.remarks.clone(),
        docs: check.docs.to_string(),
        why: check.why.clone(),
        fix: finding.and_then(|finding| finding.fix.clone()).unwrap_or_else(|| check.fix.clone()),
        repeat: finding.and_then(|finding| timeline::repeat(evidence, finding.began?)),
        file: unit.packed.document.name.to_string(),
        line,
        duration_ms: millis(*took),
        evidence: timeline::rows(evidence),
    }
}

fn level(level: Level) -> LevelWord {
    match level {
        Level::Required => LevelWord::Required,
        Level::Recommended => LevelWord::Recommended,
    }
}

fn words(standing: &Standing) -> (VerdictWord, String, Option<&Finding>, Option<String>) {
    match standing {
        Standing::Pass => (VerdictWord::Pass, String::new(), None, None),
        Standing::Fail(finding) => (VerdictWord::Fail, finding.reason.clone(), Some(finding), None),
        Standing::Inconclusive { finding, blocked_by } => {
            (VerdictWord::Inconclusive, finding.reason.clone(), Some(finding), blocked_by.clone())
        }
        Standing::Attested { words, .. } => (VerdictWord::Attested, words.clone(), None, None),
        Standing::Waived { finding, words } => (VerdictWord::Waived, words.clone(), Some(finding), None),
        Standing::Skipped(skip) => (VerdictWord::Skipped, skip.words().to_owned(), None, None),
    }
}

fn summary(checks: &[UnitRow]) -> Summary {
    let mut summary = Summary { planned: checks.len(), ..Summary::default() };
    for row in checks {
        summary.risks += usize::from(row.risk);
        let count = match (row.verdict, row.level) {
            (VerdictWord::Pass, _) => &mut summary.pass,
            (VerdictWord::Fail, LevelWord::Required) => &mut summary.fail,
            (VerdictWord::Fail, LevelWord::Recommended) => &mut summary.fail_recommended,
            (VerdictWord::Inconclusive, LevelWord::Recommended) => &mut summary.inconclusive_recommended,
            (VerdictWord::Inconclusive, LevelWord::Required) => &mut summary.inconclusive,
            (VerdictWord::Attested, _) => &mut summary.attested,
            (VerdictWord::Waived, _) => &mut summary.waived,
            (VerdictWord::Skipped, _) => &mut summary.skipped,
        };
        *count += 1;
    }
    summary
}

/// The checklist, as the judge has decided it.
fn items(plan: &Plan, concluded: &Concluded, checks: &[UnitRow]) -> Vec<ItemRow> {
    let row = |(item, standing): (&Item, &ItemStanding)| ItemRow {
        id: item.id.clone(),
        section: item.section.clone(),
        words: item.words.clone(),
        verdict: standing.word,
        reason: standing.reason.clone(),
        risks: standing.risks.clone(),
        units: checks.iter().filter(|row| row.items.contains(&item.id)).map(UnitRow::unit).collect(),
    };
    plan.pack.provider.items.iter().zip(&concluded.items).map(row).collect()
}

/// What would change the readiness: required failures first, then what would decide the most units.
fn actions(plan: &Plan, concluded: &Concluded, checks: &[UnitRow]) -> Vec<ActionRow> {
    let settled = &concluded.settled;
    let unchecked = unchecked(plan, concluded);
    let mut list: Vec<(u8, ActionRow)> = Vec::new();
    let mut add = |rank: u8, who: Who, what: String, place: Option<String>, unit: String| match list
        .iter_mut()
        .find(|(_, row)| row.what == what && row.who == who)
    {
        Some((_, row)) => row.units.push(unit),
        None => list.push((rank, ActionRow { who, what, place, units: vec![unit] })),
    };
    // What is only recommended stands in the way where it is all that serves an item, and is inconclusive.
    let decides = |at: usize| concluded.decides[at] && plan.selection.words().is_none();
    let in_the_way = |(at, row): (usize, &UnitRow)| match row.verdict {
        VerdictWord::Fail => row.level == LevelWord::Required,
        VerdictWord::Inconclusive => row.level == LevelWord::Required || decides(at),
        VerdictWord::Pass | VerdictWord::Attested | VerdictWord::Waived | VerdictWord::Skipped => false,
    };
    let in_the_way: Vec<bool> = checks.iter().enumerate().map(in_the_way).collect();
    let open = !unchecked.is_empty() || in_the_way.contains(&true);
    for (at, ((unit, settled), row)) in plan.units.iter().zip(settled).zip(checks).enumerate() {
        // While something stands in the way, what does not changes nothing.
        if open && !in_the_way[at] {
            continue;
        }
        let place = Some(format!("{}:{}", row.file, row.line));
        match &settled.standing {
            Standing::Fail(finding) => add(0, finding.who, format!("fix {}", unit.packed.check.id), place, unit.id()),
            Standing::Inconclusive { blocked_by: Some(_), .. } | Standing::Pass | Standing::Skipped(_) => {}
            Standing::Inconclusive { .. } if !in_the_way[at] => {}
            Standing::Inconclusive { finding, .. } if unit.packed.check.only_asks() => {
                let (file, id) = (attestations(plan), &unit.packed.check.id);
                let what = format!("record in {file} who attests {id}: {}", finding.reason);
                add(2, finding.who, what, None, unit.id());
            }
            Standing::Inconclusive { finding, .. } if unit.lacking.is_empty() => {
                add(2, finding.who, finding.reason.clone(), place, unit.id());
            }
            Standing::Inconclusive { finding, .. } => {
                for how in &unit.lacking {
                    add(1, finding.who, how.clone(), None, unit.id());
                }
            }
            Standing::Waived { finding, .. } if !open => {
                add(3, finding.who, format!("fix {}, which is only waived", unit.packed.check.id), place, unit.id());
            }
            Standing::Attested { risk: true, .. } if !open => {
                add(
                    3,
                    Who::Partner,
                    format!("let a machine check {}, which a person attests", unit.packed.check.id),
                    place,
                    unit.id(),
                );
            }
            Standing::Waived { .. } | Standing::Attested { .. } => {}
        }
    }
    // A cause that several units share is told once; of a single one the reader needs the name.
    for (rank, row) in &mut list {
        match (*rank, row.units.as_slice()) {
            (2, [unit]) => row.what = format!("decide {}: {}", unit.split('@').next().unwrap_or(unit), row.what),
            (2, _) => row.place = None,
            (_, _) => {}
        }
    }
    // What an action unblocks counts as changed by it.
    for (unit, settled) in plan.units.iter().zip(settled) {
        if let Standing::Inconclusive { blocked_by: Some(blocker), .. } = &settled.standing
            && let Some((_, row)) = list.iter_mut().find(|(_, row)| row.units.contains(blocker))
        {
            row.units.push(unit.id());
        }
    }
    list.extend(unchecked.into_iter().map(|row| (2, row)));
    list.sort_by_key(|(rank, row)| (*rank, std::cmp::Reverse(row.units.len())));
    list.into_iter().map(|(_, row)| row).collect()
}

/// The file of attestations, as the reader knows it.
fn attestations(plan: &Plan) -> String {
    let named = plan.read.profile.attestations.as_ref().map(|path| path.display().to_string());
    named.unwrap_or_else(|| attestations::FILE.to_owned())
}

/// What a person must say of items that no check serves; a selection has none of them.
fn unchecked(plan: &Plan, concluded: &Concluded) -> Vec<ActionRow> {
    let items = plan.pack.provider.items.iter().zip(&concluded.items);
    let open = items.filter(|(_, standing)| standing.word == ItemWord::Unchecked && plan.selection.words().is_none());
    let row = |(item, _): (&Item, &ItemStanding)| {
        let (file, id) = (attestations(plan), &item.id);
        let what = format!("record in {file}, as `item: {id}`, who attests the item without a check: {}", item.words);
        ActionRow { who: Who::Partner, what, place: None, units: Vec::new() }
    };
    open.map(row).collect()
}
