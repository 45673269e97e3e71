//! The report for the account manager, who decides item by item: GitHub's Markdown, for a job summary or a ticket.

use indexmap::IndexMap;

use super::labels::count;
use super::model::{ItemRow, LevelWord, Report, UnitRow, VerdictWord};
use super::outline::{Listed, outline};
use super::text::{block_for_markdown, bounded, clipped, for_markdown, link_for_markdown, one_line};
use crate::judge::ItemWord;

/// The most bytes of a report: GitHub refuses a job summary of 1 MiB.
const FILE: usize = 1_000_000;
/// The most characters that one text may have.
const TEXT: usize = 800;
/// The most bytes that a text of several lines may have.
const BLOCK: usize = 10_000;
/// What stands behind the `@` of a check.
const STAGES: &str = "Stages: *static* reads files only; in *rehearsal* the partner's own build ran \
against a simulated provider; *test* and *production* are the provider's real environments. Items are in the wording of \
the pack; the provider's own page may word them differently.\n";
/// The end of a report that was cut.
const CUT: &str =
    "\n\n**Cut here:** the report exceeds the size limit of a job summary. The JSON report is complete.\n";

/// The whole report; its first line is the answer. Always below 1 MiB.
pub fn render(report: &Report) -> String {
    let mut safe = report.map_text(&|text| for_markdown(clipped(text.trim(), TEXT).as_ref()));
    for (unit, raw) in safe.checks.iter_mut().zip(&report.checks) {
        unit.docs = link_for_markdown(&clipped(raw.docs.trim(), TEXT));
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
    if text.len() <= FILE {
        return text;
    }
    // At the end of a line, so that no table row is cut in two.
    let kept = bounded(&text, FILE, "");
    format!("{}{CUT}", kept.rsplit_once('\n').map_or("", |(lines, _)| lines))
}

fn head(report: &Report) -> String {
    let Report { partner, provider, readiness, tool, started, pack, .. } = report;
    let meaning = report.meaning();
    let mut out = vec![format!("# {}: {partner} → {provider}\n\n", readiness.words().to_uppercase())];
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
        let (who, what, units) = (action.who.words(), &action.what, action.units.len());
        out.push(format!("| {} | {who} | {what} | {place} | {units} |\n", n + 1));
    }
    out.concat()
}

fn of(report: &Report, verdict: VerdictWord) -> impl Iterator<Item = &UnitRow> {
    report.checks.iter().filter(move |unit| unit.verdict == verdict)
}

/// Required failures first; each with what was expected, what was seen, and what to do about it.
fn failures(report: &Report) -> String {
    let mut failed: Vec<&UnitRow> = of(report, VerdictWord::Fail).collect();
    failed.sort_by_key(|unit| unit.level);
    let blocks: String = failed.into_iter().map(failure).collect();
    if blocks.is_empty() { blocks } else { format!("## Failures\n\n{blocks}") }
}

fn failure(unit: &UnitRow) -> String {
    let mut out =
        vec![format!("### {}\n\n{} · {} · {}\n\n", unit.title, unit.section, unit.level.words(), unit.unit())];
    let who = unit.who.map(|who| who.words().to_owned());
    let why = Some(unit.reason.clone()).filter(|_| unit.expected.is_none() || unit.observed.is_none());
    let rows = [
        ("Reason", why),
        ("Expected", unit.expected.clone()),
        ("Observed", unit.observed.clone()),
        ("Because", unit.because.clone()),
        ("Why it matters", Some(unit.why.clone())),
        ("Fix", Some(unit.fix.clone())),
        ("Who must act", who),
        ("Read", Some(unit.docs.clone())),
    ];
    for (label, text) in rows {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            out.push(format!("- **{label}:** {text}\n"));
        }
    }
    for remark in &unit.remarks {
        out.push(format!("- **Note:** {remark}\n"));
    }
    out.push("\n".to_owned());
    out.concat()
}

/// Inconclusive units by what stands in their way.
fn inconclusive(report: &Report) -> String {
    let mut causes: IndexMap<(String, &str, LevelWord), Vec<String>> = IndexMap::new();
    for unit in of(report, VerdictWord::Inconclusive) {
        let why = match &unit.blocked_by {
            Some(by) => format!("blocked by {by}"),
            None => unit.headline(),
        };
        let who = unit.who.map_or("", |who| who.words());
        causes.entry((why, who, unit.level)).or_default().push(format!("{} ({})", unit.title, unit.stage));
    }
    if causes.is_empty() {
        return String::new();
    }
    causes.sort_by(|a, _, b, _| a.2.cmp(&b.2));
    let mut out = vec!["## Inconclusive\n\n| Why | Who must act | Level | Checks |\n|---|---|---|---|\n".to_owned()];
    for ((why, who, level), titles) in &causes {
        out.push(format!("| {why} | {who} | {} | {} |\n", level.words(), titles.join("<br>")));
    }
    out.concat()
}

/// What rests on the word of a person.
fn persons(report: &Report) -> String {
    let mut rows: Vec<String> = of(report, VerdictWord::Attested)
        .chain(of(report, VerdictWord::Waived))
        .map(|unit| {
            let stage = if report.has_twins(unit) { format!(" ({})", unit.stage) } else { String::new() };
            format!("| {} | {}{stage} | {} |\n", unit.verdict.words(), unit.title, unit.headline())
        })
        .collect();
    let items = report.items.iter().filter(|item| item.is_for_persons() && item.verdict == ItemWord::Attested);
    rows.extend(items.map(|item| format!("| {} | {} | {} |\n", item.verdict.words(), item.words, item.reason)));
    if rows.is_empty() {
        return String::new();
    }
    format!("## Attested and waived\n\n| | What | By whom, and why |\n|---|---|---|\n{}", rows.concat())
}

/// The texts of several lines that checks have made or found: letters to be sent, say.
fn texts(report: &Report) -> String {
    let rows = report.checks.iter().flat_map(|unit| unit.evidence.iter().map(move |row| (unit, row)));
    let rows = rows.filter(|(_, row)| row.kind == "text").map(|(unit, row)| {
        let what = for_markdown(&clipped(&one_line(&row.what), TEXT));
        let of = for_markdown(&unit.unit());
        format!("### {what}\n\nFrom {of}.\n\n{}\n", block_for_markdown(&bounded(&row.outcome, BLOCK, "…")))
    });
    let rows: String = rows.collect();
    if rows.is_empty() { rows } else { format!("## Texts\n\n{rows}") }
}

/// Every item in a table by section, every unit once.
fn checklist(report: &Report) -> String {
    let outline = outline(report);
    let mut out = vec!["## The checklist\n\n".to_owned(), STAGES.to_owned()];
    for (section, items) in &outline.sections {
        out.push(format!("\n### {section}\n\n| Verdict | Item | Checked by |\n|---|---|---|\n"));
        out.extend(items.iter().map(item));
    }
    if !outline.others.is_empty() {
        out.push("\n### Not on the checklist\n\n| Verdict | Check | Id |\n|---|---|---|\n".to_owned());
        let row = |unit: &&UnitRow| format!("| {} | {} | {} |\n", mark(unit.verdict), unit.title, unit.unit());
        out.extend(outline.others.iter().map(row));
    }
    out.concat()
}

fn item(listed: &Listed) -> String {
    let item = listed.item;
    let by = if item.is_for_persons() { item.reason.clone() } else { listed.units().join("<br>") };
    format!("| {} | {} | {by} |\n", mark_of(item), item.words)
}

/// An item's verdict, as a word with a sign.
fn mark_of(item: &ItemRow) -> &'static str {
    match (item.verdict, item.risks.is_empty()) {
        (ItemWord::Pass, true) => "✅ pass",
        (ItemWord::Pass, false) => "⚠️ pass, with a risk",
        (ItemWord::NotApplicable, _) => "➖ not applicable",
        (ItemWord::Attested, true) => "✍️ attested",
        (ItemWord::Attested, false) => "⚠️ attested, with a risk",
        (ItemWord::Waived, _) => "⚠️ waived",
        (ItemWord::Risk, _) => "⚠️ a risk",
        (ItemWord::NotDecided, _) => "➖ not decided in this run",
        (ItemWord::Inconclusive, _) => "❔ inconclusive",
        (ItemWord::Unchecked, _) => "❔ no check in this version",
        (ItemWord::Fail, _) => "❌ **fail**",
    }
}

/// A verdict as a word with a sign, since colours are not for every reader.
fn mark(verdict: VerdictWord) -> &'static str {
    match verdict {
        VerdictWord::Pass => "✅ pass",
        VerdictWord::Attested => "✍️ attested",
        VerdictWord::Waived => "⚠️ waived",
        VerdictWord::Inconclusive => "❔ inconclusive",
        VerdictWord::Fail => "❌ **fail**",
        VerdictWord::Skipped => "➖ skipped",
    }
}

/// What nobody looked at.
fn not_run(report: &Report) -> String {
    let mut reasons: IndexMap<String, usize> = IndexMap::new();
    for unit in of(report, VerdictWord::Skipped) {
        *reasons.entry(unit.headline()).or_default() += 1;
    }
    let mut rows: Vec<String> =
        reasons.iter().map(|(reason, n)| format!("- {} skipped: {reason}\n", count(*n, "check"))).collect();
    // Which they are stands in the checklist.
    let unchecked = report.items.iter().filter(|item| item.is_for_persons()).count();
    rows.extend(
        (unchecked > 0).then(|| format!("- {} on the checklist: no check in this version\n", count(unchecked, "item"))),
    );
    if rows.is_empty() { String::new() } else { format!("## Not run\n\n{}", rows.concat()) }
}

fn remarks(report: &Report) -> String {
    let mut rows: Vec<String> = report.remarks.iter().map(|remark| format!("- {remark}\n")).collect();
    for unit in report.checks.iter().filter(|unit| unit.verdict != VerdictWord::Fail) {
        rows.extend(unit.remarks.iter().map(|remark| format!("- {}: {remark}\n", unit.title)));
    }
    rows.dedup();
    if rows.is_empty() { String::new() } else { format!("## Remarks\n\n{}", rows.concat()) }
}
