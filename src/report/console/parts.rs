//! What the parts of a console report share.

use crate::report::block::{self, Setting, Tone};
use crate::report::model::{CheckResult, LevelLabel, Report, VerdictLabel};
use crate::report::text::one_line;

/// Returns the tone of a check's verdict, by level.
pub(super) fn tone(check: &CheckResult) -> Tone {
    match (check.verdict, check.level) {
        (VerdictLabel::Pass | VerdictLabel::Attested, _) => Tone::Good,
        (VerdictLabel::Fail, LevelLabel::Required) => Tone::Bad,
        (VerdictLabel::Fail, LevelLabel::Recommended) | (VerdictLabel::Inconclusive | VerdictLabel::Waived, _) => {
            Tone::Warn
        }
        (VerdictLabel::Skipped, _) => Tone::Quiet,
    }
}

/// The columns before the text of a row: the indent, the longest verdict, and a gap.
pub(super) const MARK: usize = 16;

/// Renders the parts of a console report. Each part ends in a line feed or is empty.
pub(super) struct Console<'a> {
    pub(super) report: &'a Report,
    pub(super) setting: Setting,
}

impl Console<'_> {
    pub(super) fn checks(&self, verdict: VerdictLabel) -> impl Iterator<Item = &CheckResult> {
        self.report.checks.iter().filter(move |check| check.verdict == verdict)
    }

    /// Returns the word that begins a paragraph about a check.
    pub(super) fn word(&self, check: &CheckResult) -> String {
        let mut word = check.verdict.words().to_uppercase();
        if check.level == LevelLabel::Recommended {
            word += " (recommended)";
        }
        self.setting.paint(tone(check), &word) + "  "
    }

    /// Renders the heading of a check's block, and the line below it.
    pub(super) fn heading(&self, check: &CheckResult) -> String {
        let title = format!("{}  {}", one_line(&check.id), one_line(&check.title));
        let mut about: Vec<String> = self.words_of(check).into_iter().collect();
        about.extend([one_line(&check.section), check.level.words().to_owned(), one_line(&check.stage)]);
        about.retain(|text| !text.is_empty());
        self.setting.hanging(&self.word(check), &title, 6) + &self.setting.hanging("      ", &about.join(" · "), 6)
    }

    /// Returns the text of the first item that a check serves.
    pub(super) fn words_of(&self, check: &CheckResult) -> Option<String> {
        let first = check.items.first()?;
        self.report.items.iter().find(|item| item.id == *first).map(|item| one_line(&item.text))
    }

    pub(super) fn block(&self, check: &CheckResult) -> String {
        self.heading(check) + &block::body(check, "", self.setting)
    }

    pub(super) fn title(&self, text: &str) -> String {
        self.setting.paint(Tone::Strong, &one_line(text)) + "\n"
    }

    /// Renders a verdict as the first column of the list.
    pub(super) fn mark(&self, tone: Tone, word: &str) -> String {
        format!("  {}{}", self.setting.paint(tone, word), " ".repeat((MARK - 2).saturating_sub(word.len()).max(1)))
    }
}
