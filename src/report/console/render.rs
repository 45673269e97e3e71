//! The report for a terminal or a CI log.

use super::parts::{Console, MARK, tone};
use super::{groups, timings};
use crate::judge::{ItemVerdict, Readiness};
use crate::report::block::{Setting, Tone};
use crate::report::labels::count;
use crate::report::model::{ItemRow, LevelLabel, Report, VerdictLabel};
use crate::report::outline::{Listed, outline};
use crate::report::text::{clipped, for_terminal, one_line};

/// The longest text of the report on a console, in characters.
const MAX_TEXT_CHARS: usize = 2_000;
/// The most columns that item texts are padded to, so that the checks beside them line up.
const MAX_ITEM_WIDTH: usize = 56;

/// How the console looks; the caller knows the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether colour may be used.
    pub colour: bool,
    /// The width in columns at which lines are wrapped between words; `None` for no wrapping.
    pub width: Option<usize>,
    /// Whether to show where the time went.
    pub timings: bool,
}

/// Renders the whole report, from the answer to the list of actions; it ends in a line feed.
pub fn render(report: &Report, look: Look) -> String {
    let report = report.map_text(&|text| for_terminal(&clipped(text, MAX_TEXT_CHARS)));
    let setting = Setting { colour: look.colour, width: look.width };
    let console = Console { report: &report, setting };
    let parts = [
        console.head(),
        console.failures(),
        console.inconclusive(),
        console.accepted(),
        console.items(),
        console.remarks(),
        if look.timings { timings::timings(&report.phases, setting) } else { String::new() },
        console.end(),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Returns the tone of an item's verdict.
fn tone_of(item: &ItemRow) -> Tone {
    match item.verdict {
        ItemVerdict::Pass | ItemVerdict::Attested if item.risks.is_empty() => Tone::Good,
        ItemVerdict::Fail => Tone::Bad,
        ItemVerdict::Pass
        | ItemVerdict::Attested
        | ItemVerdict::Waived
        | ItemVerdict::Risk
        | ItemVerdict::Inconclusive
        | ItemVerdict::Unchecked => Tone::Warn,
        ItemVerdict::NotDecided | ItemVerdict::NotApplicable => Tone::Quiet,
    }
}

impl Console<'_> {
    pub(super) fn answer(&self) -> String {
        let tone = match self.report.readiness {
            Readiness::Ready | Readiness::SelectionPassed => Tone::Good,
            Readiness::NotReady | Readiness::SelectionFailed => Tone::Bad,
            Readiness::ReadyWithRisks | Readiness::Inconclusive | Readiness::SelectionInconclusive => Tone::Warn,
        };
        self.setting.paint(tone, &self.report.readiness.label().to_uppercase())
    }

    /// Renders partner, provider, pack and answer, then the counts and the caveats.
    pub(super) fn head(&self) -> String {
        let r = self.report;
        let (partner, provider) = (one_line(&r.partner), one_line(&r.provider));
        let pack = one_line(&r.pack_line());
        let mut out = self.setting.hanging("", &format!("{partner} -> {provider} ({pack})    {}", self.answer()), 2);
        out += &self.setting.hanging("", &r.plan_line(), 2);
        out += &self.setting.hanging("", &r.items_line(), 2);
        for caveat in r.caveats() {
            out += &self.setting.hanging(&self.setting.paint(Tone::Warn, "! "), &one_line(&caveat), 2);
        }
        out
    }

    /// Renders the required failures, then the recommended ones.
    fn failures(&self) -> String {
        let of = |level: LevelLabel| self.checks(VerdictLabel::Fail).filter(move |check| check.level == level);
        let blocks = of(LevelLabel::Required).chain(of(LevelLabel::Recommended)).map(|check| self.block(check));
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// Renders what persons attested or waived, and why checks were skipped.
    fn accepted(&self) -> String {
        let mut out = String::new();
        for check in self.checks(VerdictLabel::Attested).chain(self.checks(VerdictLabel::Waived)) {
            let name = if self.report.has_twins(check) { check.full_id() } else { check.id.clone() };
            let text = format!("{}  {}: {}", one_line(&name), one_line(&check.title), check.headline());
            out += &self.setting.hanging(&self.word(check), &text, 6);
        }
        for item in
            self.report.items.iter().filter(|item| item.is_for_persons() && item.verdict == ItemVerdict::Attested)
        {
            let text = format!("{}  {}: {}", one_line(&item.id), one_line(&item.text), one_line(&item.reason));
            out += &self.setting.hanging(&(self.setting.paint(Tone::Good, "ATTESTED") + "  "), &text, 6);
        }
        out + &groups::skipped(self)
    }

    /// Renders the checklist: every item with its verdict, and every check once.
    fn items(&self) -> String {
        let outline = outline(self.report);
        let mut out = String::new();
        for (section, items) in &outline.sections {
            out += &self.title(section);
            let told: Vec<&Listed> = items.iter().filter(|listed| !listed.is_silent()).collect();
            let widest = told.iter().map(|listed| one_line(&listed.item.text).chars().count()).max().unwrap_or(0);
            out += &told.iter().map(|listed| self.item(listed, widest.min(MAX_ITEM_WIDTH))).collect::<String>();
            out += &self.silent(items);
        }
        if !outline.others.is_empty() {
            out += &self.title("Not on the checklist");
            for check in &outline.others {
                let text = format!("{}  {}", one_line(&check.title), one_line(&check.full_id()));
                let word = if check.verdict == VerdictLabel::Fail { "FAIL" } else { check.verdict.words() };
                out += &self.setting.hanging(&self.mark(tone(check), word), &text, MARK);
            }
        }
        out
    }

    /// Renders the items of a section that have nothing to report on shared lines: there may be many, and they must not
    /// bury the others.
    pub(super) fn silent(&self, items: &[Listed]) -> String {
        let of = |verdict: ItemVerdict| {
            let mine = items.iter().filter(move |listed| listed.is_silent() && listed.item.verdict == verdict);
            mine.flat_map(
                |listed| if listed.own.is_empty() { vec![one_line(&listed.item.id)] } else { listed.checks() },
            )
        };
        let lines = [
            (ItemVerdict::NotDecided, "not decided", ""),
            (ItemVerdict::NotApplicable, "n/a", ""),
            (ItemVerdict::Unchecked, "-", "no check in this version: "),
        ];
        let lines = lines.into_iter().map(|(verdict, word, said)| (word, said, of(verdict).collect::<Vec<_>>()));
        let lines = lines.filter(|(_, _, names)| !names.is_empty());
        let line = |(word, said, names): (&str, &str, Vec<String>)| {
            self.setting.hanging(&self.mark(Tone::Quiet, word), &format!("{said}{}", names.join(", ")), MARK)
        };
        lines.map(line).collect()
    }

    pub(super) fn item(&self, listed: &Listed, width: usize) -> String {
        let item = listed.item;
        let word = match item.verdict {
            ItemVerdict::Fail => "FAIL",
            ItemVerdict::NotDecided => "not decided",
            other => other.words(),
        };
        let by = if item.is_for_persons() { "no check, attested".to_owned() } else { listed.checks().join(", ") };
        let text = format!("{:<width$}  {by}", one_line(&item.text));
        self.setting.hanging(&self.mark(tone_of(item), word), &text, MARK)
    }

    /// Renders the remarks about the run, and about checks that have no block.
    fn remarks(&self) -> String {
        let mut remarks: Vec<String> = self.report.remarks.iter().map(|remark| one_line(remark)).collect();
        for check in &self.report.checks {
            if !matches!(check.verdict, VerdictLabel::Fail | VerdictLabel::Inconclusive) {
                remarks.extend(check.remarks.iter().map(|text| format!("{}: {}", one_line(&check.id), one_line(text))));
            }
        }
        // A check in several stages may have the same remark twice.
        remarks.dedup();
        let lines: String = remarks.iter().map(|remark| self.setting.hanging("  ", remark, 4)).collect();
        if lines.is_empty() { lines } else { self.title("Remarks") + &lines }
    }

    /// Renders the answer again, and what would change it.
    fn end(&self) -> String {
        let mut out = format!("{}  {}\n", self.answer(), one_line(self.report.meaning()));
        if self.report.actions.is_empty() {
            return out;
        }
        let done = self.report.selection.is_some() || self.report.readiness == Readiness::Ready;
        out += if done { "To do:\n" } else { "To become ready:\n" };
        for (n, action) in self.report.actions.iter().enumerate() {
            let place = action.place.as_ref().map(|place| format!(", {}", one_line(place))).unwrap_or_default();
            let checks = if action.checks.len() > 1 {
                format!(": {}", count(action.checks.len(), "check"))
            } else {
                String::new()
            };
            let text = format!("{}{place} ({}){checks}", one_line(&action.what), action.responsible.label());
            out += &self.setting.hanging(&format!("{:>3}. ", n + 1), &text, 5);
        }
        out
    }
}
