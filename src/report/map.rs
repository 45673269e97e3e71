//! Applies a function to every text of a report.
//!
//! A writer makes the text harmless here, once and completely, so that it cannot forget a field. The patterns name
//! every field, so a new one does not compile until somebody decides how to treat it.

use super::model::{ActionRow, CheckResult, ItemRow, PackRow, Report, TimelineRow};

/// The function that is applied to each text.
type Change<'a> = &'a dyn Fn(&str) -> String;

fn map_all(texts: &[String], f: Change) -> Vec<String> {
    texts.iter().map(|text| f(text)).collect()
}

fn maybe(text: Option<&String>, f: Change) -> Option<String> {
    text.map(|text| f(text))
}

impl Report {
    /// Returns this report with `f` applied to every text.
    pub(super) fn map_text(&self, f: Change) -> Report {
        let Report {
            schema,
            tool,
            partner,
            provider,
            pack: PackRow { id, version, sha256, built_in },
            started,
            duration_ms,
            simulated_environments,
            selection,
            strict,
            interrupted,
            readiness,
            because,
            summary,
            actions,
            items,
            checks,
            remarks,
            phases,
        } = self;
        Report {
            schema: *schema,
            tool: f(tool),
            partner: f(partner),
            provider: f(provider),
            pack: PackRow { id: f(id), version: f(version), sha256: f(sha256), built_in: *built_in },
            started: f(started),
            duration_ms: *duration_ms,
            simulated_environments: *simulated_environments,
            selection: maybe(selection.as_ref(), f),
            strict: *strict,
            interrupted: *interrupted,
            readiness: *readiness,
            because: maybe(because.as_ref(), f),
            summary: *summary,
            actions: actions.iter().map(|row| action(row, f)).collect(),
            items: items.iter().map(|row| item(row, f)).collect(),
            checks: checks.iter().map(|row| check(row, f)).collect(),
            remarks: map_all(remarks, f),
            phases: phases.clone(),
        }
    }
}

fn action(row: &ActionRow, f: Change) -> ActionRow {
    let ActionRow { responsible, what, place, checks } = row;
    ActionRow { responsible: *responsible, what: f(what), place: maybe(place.as_ref(), f), checks: map_all(checks, f) }
}

fn item(row: &ItemRow, f: Change) -> ItemRow {
    let ItemRow { id, section, text: words, verdict, reason, risks, checks } = row;
    ItemRow {
        id: f(id),
        section: f(section),
        text: f(words),
        verdict: *verdict,
        reason: f(reason),
        risks: map_all(risks, f),
        checks: map_all(checks, f),
    }
}

pub(super) fn check(row: &CheckResult, f: Change) -> CheckResult {
    let CheckResult {
        id,
        stage,
        title,
        items,
        section,
        level,
        risk,
        verdict,
        reason,
        blocked_by,
        responsible,
        expected,
        observed,
        because,
        remarks,
        docs,
        why,
        fix,
        rerun: repeat,
        file,
        line,
        duration_ms,
        evidence,
    } = row;
    CheckResult {
        id: f(id),
        stage: f(stage),
        title: f(title),
        items: map_all(items, f),
        section: f(section),
        level: *level,
        risk: *risk,
        verdict: *verdict,
        reason: f(reason),
        blocked_by: maybe(blocked_by.as_ref(), f),
        responsible: *responsible,
        expected: maybe(expected.as_ref(), f),
        observed: maybe(observed.as_ref(), f),
        because: maybe(because.as_ref(), f),
        remarks: map_all(remarks, f),
        docs: f(docs),
        why: f(why),
        fix: f(fix),
        rerun: maybe(repeat.as_ref(), f),
        file: f(file),
        line: *line,
        duration_ms: *duration_ms,
        evidence: evidence.iter().map(|row| timeline(row, f)).collect(),
    }
}

fn timeline(row: &TimelineRow, f: Change) -> TimelineRow {
    let TimelineRow { at_ms, kind, what, outcome, curl } = row;
    TimelineRow { at_ms: *at_ms, kind: f(kind), what: f(what), outcome: f(outcome), curl: maybe(curl.as_ref(), f) }
}
