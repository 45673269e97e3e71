//! The finished model, made once from everything that is known. All writers render it; none adds to it.

use std::collections::BTreeMap;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::model::{
    ActionRow, ItemRow, LevelWord, PackRow, PhaseRow, Readiness, Report, Summary, UnitRow, VerdictWord,
};
use super::timeline;
use crate::catalog::check::Level;
use crate::evidence::{Evidence, Who};
use crate::judge::{Finding, Settled, Standing, Tally};
use crate::plan::{Plan, Unit, vouched};

/// Everything that a report is made of.
pub struct Facts<'f> {
    /// The plan.
    pub plan: &'f Plan,
    /// The standings of all its units, in its order.
    pub settled: &'f [Settled],
    /// The records of all its units, in its order, with how long each took.
    pub evidence: &'f [(Evidence, Duration)],
    /// The answer.
    pub readiness: Readiness,
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
    let items = items(plan, &checks);
    Report {
        schema: 1,
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
        readiness: facts.readiness,
        summary: Summary { risks: Tally::of(&plan.units, facts.settled).risks, ..summary(&checks) },
        actions: actions(plan, facts.settled, &checks),
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
    let (unit, settled) = (&facts.plan.units[at], &facts.settled[at]);
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
        Standing::Undecided { finding, blocked_by } => {
            (VerdictWord::Undecided, finding.reason.clone(), Some(finding), blocked_by.clone())
        }
        Standing::Attested { words, .. } => (VerdictWord::Attested, words.clone(), None, None),
        Standing::Waived { finding, words } => (VerdictWord::Waived, words.clone(), Some(finding), None),
        Standing::Skipped(why) => (VerdictWord::Skipped, why.clone(), None, None),
    }
}

fn summary(checks: &[UnitRow]) -> Summary {
    let mut summary = Summary { planned: checks.len(), ..Summary::default() };
    for row in checks {
        let count = match (row.verdict, row.level) {
            (VerdictWord::Pass, _) => &mut summary.pass,
            (VerdictWord::Fail, LevelWord::Required) => &mut summary.fail,
            (VerdictWord::Fail, LevelWord::Recommended) => &mut summary.fail_recommended,
            (VerdictWord::Undecided | VerdictWord::Unchecked, LevelWord::Recommended) => {
                &mut summary.undecided_recommended
            }
            (VerdictWord::Undecided | VerdictWord::Unchecked, LevelWord::Required) => &mut summary.undecided,
            (VerdictWord::Attested, _) => &mut summary.attested,
            (VerdictWord::Waived, _) => &mut summary.waived,
            (VerdictWord::Skipped, _) => &mut summary.skipped,
        };
        *count += 1;
    }
    summary
}

/// The checklist; the verdict of an item is the worst of its units, and it is skipped only if all of them are.
fn items(plan: &Plan, checks: &[UnitRow]) -> Vec<ItemRow> {
    let mut units: BTreeMap<&str, Vec<&UnitRow>> = BTreeMap::new();
    for row in checks {
        for item in &row.items {
            units.entry(item).or_default().push(row);
        }
    }
    plan.pack
        .provider
        .items
        .iter()
        .map(|item| {
            let mine = units.get(item.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            ItemRow {
                id: item.id.clone(),
                section: item.section.clone(),
                words: item.words.clone(),
                verdict: worst(mine),
                units: mine.iter().map(|row| row.unit()).collect(),
            }
        })
        .collect()
}

fn worst(units: &[&UnitRow]) -> VerdictWord {
    let rank = |verdict: VerdictWord| match verdict {
        VerdictWord::Fail => 5,
        VerdictWord::Undecided => 4,
        VerdictWord::Waived => 3,
        VerdictWord::Attested => 2,
        VerdictWord::Pass => 1,
        VerdictWord::Skipped | VerdictWord::Unchecked => 0,
    };
    units.iter().map(|row| row.verdict).max_by_key(|verdict| rank(*verdict)).unwrap_or(VerdictWord::Unchecked)
}

/// What would change the readiness: required failures first, then what would decide the most units.
fn actions(plan: &Plan, settled: &[Settled], checks: &[UnitRow]) -> Vec<ActionRow> {
    let mut list: Vec<(u8, ActionRow)> = Vec::new();
    let mut add = |rank: u8, who: Who, what: String, place: Option<String>, unit: String| match list
        .iter_mut()
        .find(|(_, row)| row.what == what && row.who == who)
    {
        Some((_, row)) => row.units.push(unit),
        None => list.push((rank, ActionRow { who, what, place, units: vec![unit] })),
    };
    let required = |unit: &Unit| unit.packed.check.level == Level::Required;
    let open = plan.units.iter().zip(settled).any(|(unit, settled)| {
        required(unit) && matches!(settled.standing, Standing::Fail(_) | Standing::Undecided { .. })
    });
    for ((unit, settled), row) in plan.units.iter().zip(settled).zip(checks) {
        // While something required stands in the way, what is only recommended changes nothing.
        if open && !required(unit) {
            continue;
        }
        let place = Some(format!("{}:{}", row.file, row.line));
        match &settled.standing {
            Standing::Fail(finding) => add(0, finding.who, format!("fix {}", unit.packed.check.id), place, unit.id()),
            Standing::Undecided { blocked_by: Some(_), .. } | Standing::Pass | Standing::Skipped(_) => {}
            Standing::Undecided { .. } if !required(unit) => {}
            Standing::Undecided { finding, .. } if unit.packed.check.only_asks() => {
                let file = plan.read.profile.attestations.as_ref().map(|path| path.display().to_string());
                let file = file.as_deref().unwrap_or(vouched::FILE);
                let what = format!("record in {file} who vouches for {}: {}", unit.packed.check.id, finding.reason);
                add(2, finding.who, what, None, unit.id());
            }
            Standing::Undecided { finding, .. } if unit.lacking.is_empty() => {
                add(2, finding.who, finding.reason.clone(), place, unit.id());
            }
            Standing::Undecided { finding, .. } => {
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
                    format!("let a machine see {}, which a person vouches for", unit.packed.check.id),
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
        if let Standing::Undecided { blocked_by: Some(blocker), .. } = &settled.standing
            && let Some((_, row)) = list.iter_mut().find(|(_, row)| row.units.contains(blocker))
        {
            row.units.push(unit.id());
        }
    }
    list.sort_by_key(|(rank, row)| (*rank, std::cmp::Reverse(row.units.len())));
    list.into_iter().map(|(_, row)| row).collect()
}
