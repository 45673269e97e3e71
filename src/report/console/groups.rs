//! Groups checks that share a cause: one paragraph for each cause.

use indexmap::IndexMap;

use super::parts::Console;
use crate::evidence::Responsible;
use crate::report::block::Tone;
use crate::report::labels::count;
use crate::report::model::{CheckResult, LevelLabel, VerdictLabel};
use crate::report::text::one_line;

/// Inconclusive checks by reason, by who must act and by level.
type Causes<'a> = IndexMap<(&'a str, Option<Responsible>, LevelLabel), Vec<&'a CheckResult>>;

impl Console<'_> {
    /// Renders the inconclusive checks: each root cause, followed by the checks that it blocks.
    pub(super) fn inconclusive(&self) -> String {
        let mut causes = Causes::new();
        let mut blocked: IndexMap<&str, Vec<&CheckResult>> = IndexMap::new();
        for check in self.checks(VerdictLabel::Inconclusive) {
            match &check.blocked_by {
                Some(by) => blocked.entry(by).or_default().push(check),
                None => causes.entry((&check.reason, check.responsible, check.level)).or_default().push(check),
            }
        }
        causes.sort_by(|a, _, b, _| a.2.cmp(&b.2));
        let mut parts = Vec::new();
        for checks in causes.values() {
            let mut part = self.cause(checks);
            for check in checks {
                part += &blocked
                    .shift_remove(check.full_id().as_str())
                    .map(|by| self.blocked(&check.full_id(), &by))
                    .unwrap_or_default();
            }
            parts.push(part);
        }
        parts.extend(blocked.iter().map(|(by, checks)| self.blocked(by, checks)));
        parts.join("\n")
    }

    /// Renders a single check as a block, and several that share a cause as a list. A single check without evidence is
    /// also a list, because its reason is all that there is to know.
    fn cause(&self, checks: &[&CheckResult]) -> String {
        let Some(first) = checks.first() else { return String::new() };
        if checks.len() == 1 && !first.evidence.is_empty() {
            return self.block(first);
        }
        let responsible =
            first.responsible.map(|responsible| format!(" ({})", responsible.label())).unwrap_or_default();
        let text = format!("{}{responsible}: {}", count(checks.len(), "check"), first.headline());
        self.setting.hanging(&self.word(first), &text, 6) + &self.list(checks)
    }

    fn blocked(&self, by: &str, checks: &[&CheckResult]) -> String {
        let word = self.setting.paint(Tone::Warn, "BLOCKED");
        let text = format!("by {}: {}", one_line(by), count(checks.len(), "check"));
        self.setting.hanging(&format!("{word}  "), &text, 6) + &self.list(checks)
    }

    fn list(&self, checks: &[&CheckResult]) -> String {
        let line = |check: &&CheckResult| {
            let text = format!("{}  {} · {}", one_line(&check.id), one_line(&check.title), one_line(&check.stage));
            self.setting.hanging("      ", &text, 8)
        };
        checks.iter().map(line).collect()
    }
}

/// Renders the number of skipped checks for each reason; the list of items says which they are.
pub(super) fn skipped(console: &Console) -> String {
    let mut reasons: IndexMap<String, usize> = IndexMap::new();
    for check in console.checks(VerdictLabel::Skipped) {
        *reasons.entry(check.headline()).or_default() += 1;
    }
    let word = console.setting.paint(Tone::Quiet, "SKIPPED");
    let line = |(reason, n): (&String, &usize)| {
        console.setting.hanging(&format!("{word}  "), &format!("{}: {reason}", count(*n, "check")), 6)
    };
    reasons.iter().map(line).collect()
}
