//! What the parts of a console report are made of.

use crate::report::block::{self, Setting, Tone};
use crate::report::model::{LevelWord, Report, UnitRow, VerdictWord};
use crate::report::text::one_line;

/// The tone of a verdict, by whether readiness hangs on it.
pub(super) fn tone(unit: &UnitRow) -> Tone {
    match (unit.verdict, unit.level) {
        (VerdictWord::Pass | VerdictWord::Attested, _) => Tone::Good,
        (VerdictWord::Fail, LevelWord::Required) => Tone::Bad,
        (VerdictWord::Fail, LevelWord::Recommended) | (VerdictWord::Inconclusive | VerdictWord::Waived, _) => {
            Tone::Warn
        }
        (VerdictWord::Skipped, _) => Tone::Quiet,
    }
}

/// The columns before the text of a row: the indent, the longest verdict, and two spaces.
pub(super) const MARK: usize = 16;

/// The parts of a console report; each ends in a line feed or is empty.
pub(super) struct Console<'a> {
    pub(super) report: &'a Report,
    pub(super) setting: Setting,
}

impl Console<'_> {
    pub(super) fn units(&self, verdict: VerdictWord) -> impl Iterator<Item = &UnitRow> {
        self.report.checks.iter().filter(move |unit| unit.verdict == verdict)
    }

    /// The word that a paragraph about a unit begins with.
    pub(super) fn word(&self, unit: &UnitRow) -> String {
        let mut word = unit.verdict.words().to_uppercase();
        if unit.level == LevelWord::Recommended {
            word += " (recommended)";
        }
        self.setting.paint(tone(unit), &word) + "  "
    }

    /// The heading of a unit's block, and the line below it.
    pub(super) fn heading(&self, unit: &UnitRow) -> String {
        let title = format!("{}  {}", one_line(&unit.id), one_line(&unit.title));
        let mut about: Vec<String> = self.words_of(unit).into_iter().collect();
        about.extend([one_line(&unit.section), unit.level.words().to_owned(), one_line(&unit.stage)]);
        about.retain(|text| !text.is_empty());
        self.setting.hanging(&self.word(unit), &title, 6) + &self.setting.hanging("      ", &about.join(" · "), 6)
    }

    /// What the first item that a unit serves says.
    pub(super) fn words_of(&self, unit: &UnitRow) -> Option<String> {
        let first = unit.items.first()?;
        self.report.items.iter().find(|item| item.id == *first).map(|item| one_line(&item.words))
    }

    pub(super) fn block(&self, unit: &UnitRow) -> String {
        self.heading(unit) + &block::body(unit, "", self.setting)
    }

    pub(super) fn title(&self, text: &str) -> String {
        self.setting.paint(Tone::Strong, &one_line(text)) + "\n"
    }

    /// A verdict as the first column of the list.
    pub(super) fn mark(&self, tone: Tone, word: &str) -> String {
        format!("  {}{}", self.setting.paint(tone, word), " ".repeat((MARK - 2).saturating_sub(word.len()).max(1)))
    }
}
