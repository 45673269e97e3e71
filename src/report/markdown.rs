//! The report for the account manager, who decides item by item: GitHub's Markdown, for a job summary or a ticket.

use indexmap::IndexMap;

use super::labels::count;
use super::model::{CheckResult, ItemRow, LevelLabel, Report, VerdictLabel};
use super::outline::{Listed, outline};
use super::text::{block_for_markdown, bounded, clipped, for_markdown, link_for_markdown, one_line};
use crate::judge::ItemVerdict;

/// The largest report, in bytes: GitHub rejects a job summary of 1 MiB.
const MAX_FILE_BYTES: usize = 1_000_000;
/// The longest single-line text, in characters.
const MAX_TEXT_CHARS: usize = 800;
/// The longest text of several lines, in bytes.
const MAX_BLOCK_BYTES: usize = 10_000;
/// The explanation of the stages, which stand behind the `@` of each check.
const STAGES: &str = "Stages: *static* reads files only; in *rehearsal* the partner's own build ran \
against a simulated provider; *test* and *production* are the provider's real environments. Items are in the wording of \
the pack; the provider's own page may word them differently.\n";
/// The last lines of a report that was cut.
const CUT: &str =
    "\n\n**Cut here:** the report exceeds the size limit of a job summary. The JSON report is complete.\n";

/// Renders the whole report; its first line is the answer. The result is always smaller than 1 MiB.
pub fn render(report: &Report) -> String {
    let mut safe = report.map_text(&|text| for_markdown(clipped(text.trim(), MAX_TEXT_CHARS).as_ref()));
    for (check, raw) in safe.checks.iter_mut().zip(&report.checks) {
        check.docs = link_for_markdown(&clipped(raw.docs.trim(), MAX_TEXT_CHARS));
    }
    let texts = texts(report);
    let report = safe;
    let parts = [
        head(&report),
        actions(&report),
        failures(&report),
        inconclusive(&report),
        persons(&report),
        texts,
        checklist(&report),
        not_run(&report),
        remarks(&report),
    ];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    if text.len() <= MAX_FILE_BYTES {
        return text;
    }
    // Cut at the end of a line, so that no table row is cut in two.
    let kept = bounded(&text, MAX_FILE_BYTES, "");
    format!("{}{CUT}", kept.rsplit_once('\n').map_or("", |(lines, _)| lines))
}

fn head(report: &Report) -> String {
    let Report { partner, provider, readiness, tool, started, pack, .. } = report;
    let meaning = report.meaning();
    let mut out = vec![format!("# {}: {partner} → {provider}\n\n", readiness.label().to_uppercase())];
    out.push(format!("{meaning}\n\n"));
    out.push(format!("{}.  \n{}.\n\n", report.plan_line(), report.items_line()));
    for caveat in report.caveats() {
        out.push(format!("> **Note:** {caveat}\n\n"));
    }
    let origin = if pack.built_in { "built into the tool" } else { "**not built in**" };
    out.push(format!("Checklist: {origin}, SHA-256 {}: pack {} {}.  \n", pack.sha256, pack.id, pack.version));
    out.push(format!("Run: started {started}, by preflight {tool}.\n"));
    out.concat()
}

fn actions(report: &Report) -> String {
    if report.actions.is_empty() {
        return String::new();
    }
    let mut out = vec!["## To do\n\n| | Who | What | Where | Checks |\n|--:|---|---|---|--:|\n".to_owned()];
    for (n, action) in report.actions.iter().enumerate() {
        let place = action.place.as_deref().unwrap_or_default();
        let (responsible, what, checks) = (action.responsible.label(), &action.what, action.checks.len());
        out.push(format!("| {} | {responsible} | {what} | {place} | {checks} |\n", n + 1));
    }
    out.concat()
}

fn with_verdict(report: &Report, verdict: VerdictLabel) -> impl Iterator<Item = &CheckResult> {
    report.checks.iter().filter(move |check| check.verdict == verdict)
}

/// Renders the failures, required ones first, each with what was expected, what was observed, and how to fix it.
fn failures(report: &Report) -> String {
    let mut failed: Vec<&CheckResult> = with_verdict(report, VerdictLabel::Fail).collect();
    failed.sort_by_key(|check| check.level);
    let blocks: String = failed.into_iter().map(failure).collect();
    if blocks.is_empty() { blocks } else { format!("## Failures\n\n{blocks}") }
}

fn failure(check: &CheckResult) -> String {
    let mut out =
        vec![format!("### {}\n\n{} · {} · {}\n\n", check.title, check.section, check.level.words(), check.full_id())];
    let responsible = check.responsible.map(|responsible| responsible.label().to_owned());
    let why = Some(check.reason.clone()).filter(|_| check.expected.is_none() || check.observed.is_none());
    let rows = [
        ("Reason", why),
        ("Expected", check.expected.clone()),
        ("Observed", check.observed.clone()),
        ("Because", check.because.clone()),
        ("Why it matters", Some(check.why.clone())),
        ("Fix", Some(check.fix.clone())),
        ("Who must act", responsible),
        ("Read", Some(check.docs.clone())),
    ];
    for (label, text) in rows {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            out.push(format!("- **{label}:** {text}\n"));
        }
    }
    for remark in &check.remarks {
        out.push(format!("- **Note:** {remark}\n"));
    }
    out.push("\n".to_owned());
    out.concat()
}

/// Renders the inconclusive checks, grouped by cause.
fn inconclusive(report: &Report) -> String {
    let mut causes: IndexMap<(String, &str, LevelLabel), Vec<String>> = IndexMap::new();
    for check in with_verdict(report, VerdictLabel::Inconclusive) {
        let why = match &check.blocked_by {
            Some(by) => format!("blocked by {by}"),
            None => check.headline(),
        };
        let responsible = check.responsible.map_or("", |responsible| responsible.label());
        causes.entry((why, responsible, check.level)).or_default().push(format!("{} ({})", check.title, check.stage));
    }
    if causes.is_empty() {
        return String::new();
    }
    causes.sort_by(|a, _, b, _| a.2.cmp(&b.2));
    let mut out = vec!["## Inconclusive\n\n| Why | Who must act | Level | Checks |\n|---|---|---|---|\n".to_owned()];
    for ((why, responsible, level), titles) in &causes {
        out.push(format!("| {why} | {responsible} | {} | {} |\n", level.words(), titles.join("<br>")));
    }
    out.concat()
}

/// Renders what rests on the attestation or the waiver of a person.
fn persons(report: &Report) -> String {
    let mut rows: Vec<String> = with_verdict(report, VerdictLabel::Attested)
        .chain(with_verdict(report, VerdictLabel::Waived))
        .map(|check| {
            let stage = if report.has_twins(check) { format!(" ({})", check.stage) } else { String::new() };
            format!("| {} | {}{stage} | {} |\n", check.verdict.words(), check.title, check.headline())
        })
        .collect();
    let items = report.items.iter().filter(|item| item.is_for_persons() && item.verdict == ItemVerdict::Attested);
    rows.extend(items.map(|item| format!("| {} | {} | {} |\n", item.verdict.words(), item.text, item.reason)));
    if rows.is_empty() {
        return String::new();
    }
    format!("## Attested and waived\n\n| | What | By whom, and why |\n|---|---|---|\n{}", rows.concat())
}

/// Renders texts of several lines that checks made or found, such as emails to send.
fn texts(report: &Report) -> String {
    let rows = report.checks.iter().flat_map(|check| check.evidence.iter().map(move |row| (check, row)));
    let rows = rows.filter(|(_, row)| row.kind == "text").map(|(check, row)| {
        let what = for_markdown(&clipped(&one_line(&row.what), MAX_TEXT_CHARS));
        let of = for_markdown(&check.full_id());
        format!("### {what}\n\nFrom {of}.\n\n{}\n", block_for_markdown(&bounded(&row.outcome, MAX_BLOCK_BYTES, "…")))
    });
    let rows: String = rows.collect();
    if rows.is_empty() { rows } else { format!("## Texts\n\n{rows}") }
}

/// Renders every item in a table for each section, and every check once.
fn checklist(report: &Report) -> String {
    let outline = outline(report);
    let mut out = vec!["## The checklist\n\n".to_owned(), STAGES.to_owned()];
    for (section, items) in &outline.sections {
        out.push(format!("\n### {section}\n\n| Verdict | Item | Checked by |\n|---|---|---|\n"));
        out.extend(items.iter().map(item));
    }
    if !outline.others.is_empty() {
        out.push("\n### Not on the checklist\n\n| Verdict | Check | Id |\n|---|---|---|\n".to_owned());
        let row =
            |check: &&CheckResult| format!("| {} | {} | {} |\n", mark(check.verdict), check.title, check.full_id());
        out.extend(outline.others.iter().map(row));
    }
    out.concat()
}

fn item(listed: &Listed) -> String {
    let item = listed.item;
    let by = if item.is_for_persons() { item.reason.clone() } else { listed.checks().join("<br>") };
    format!("| {} | {} | {by} |\n", mark_of(item), item.text)
}

/// Returns an item's verdict as a word with a sign.
fn mark_of(item: &ItemRow) -> &'static str {
    match (item.verdict, item.risks.is_empty()) {
        (ItemVerdict::Pass, true) => "✅ pass",
        (ItemVerdict::Pass, false) => "⚠️ pass, with a risk",
        (ItemVerdict::NotApplicable, _) => "➖ not applicable",
        (ItemVerdict::Attested, true) => "✍️ attested",
        (ItemVerdict::Attested, false) => "⚠️ attested, with a risk",
        (ItemVerdict::Waived, _) => "⚠️ waived",
        (ItemVerdict::Risk, _) => "⚠️ a risk",
        (ItemVerdict::NotDecided, _) => "➖ not decided in this run",
        (ItemVerdict::Inconclusive, _) => "❔ inconclusive",
        (ItemVerdict::Unchecked, _) => "❔ no check in this version",
        (ItemVerdict::Fail, _) => "❌ **fail**",
    }
}

/// Returns a verdict as a word with a sign, because not every reader can see colours.
fn mark(verdict: VerdictLabel) -> &'static str {
    match verdict {
        VerdictLabel::Pass => "✅ pass",
        VerdictLabel::Attested => "✍️ attested",
        VerdictLabel::Waived => "⚠️ waived",
        VerdictLabel::Inconclusive => "❔ inconclusive",
        VerdictLabel::Fail => "❌ **fail**",
        VerdictLabel::Skipped => "➖ skipped",
    }
}

/// Renders how many checks were skipped and why, and how many items have no check.
fn not_run(report: &Report) -> String {
    let mut reasons: IndexMap<String, usize> = IndexMap::new();
    for check in with_verdict(report, VerdictLabel::Skipped) {
        *reasons.entry(check.headline()).or_default() += 1;
    }
    let mut rows: Vec<String> =
        reasons.iter().map(|(reason, n)| format!("- {} skipped: {reason}\n", count(*n, "check"))).collect();
    // The checklist names these items.
    let unchecked = report.items.iter().filter(|item| item.is_for_persons()).count();
    rows.extend(
        (unchecked > 0).then(|| format!("- {} on the checklist: no check in this version\n", count(unchecked, "item"))),
    );
    if rows.is_empty() { String::new() } else { format!("## Not run\n\n{}", rows.concat()) }
}

fn remarks(report: &Report) -> String {
    let mut rows: Vec<String> = report.remarks.iter().map(|remark| format!("- {remark}\n")).collect();
    for check in report.checks.iter().filter(|check| check.verdict != VerdictLabel::Fail) {
        rows.extend(check.remarks.iter().map(|remark| format!("- {}: {remark}\n", check.title)));
    }
    rows.dedup();
    if rows.is_empty() { String::new() } else { format!("## Remarks\n\n{}", rows.concat()) }
}
