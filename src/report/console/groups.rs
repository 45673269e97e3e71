//! Units that share a cause are told of together: one cause, one paragraph.

use indexmap::IndexMap;

use super::parts::Console;
use crate::evidence::Who;
use crate::report::block::Tone;
use crate::report::labels::count;
use crate::report::model::{LevelWord, UnitRow, VerdictWord};
use crate::report::text::one_line;

/// Units that cannot be decided, by why.
type Causes<'a> = IndexMap<(&'a str, Option<Who>, LevelWord), Vec<&'a UnitRow>>;

impl Console<'_> {
    /// Inconclusive units: root causes first, each followed by what it blocks.
    pub(super) fn inconclusive(&self) -> String {
        let mut causes = Causes::new();
        let mut blocked: IndexMap<&str, Vec<&UnitRow>> = IndexMap::new();
        for unit in self.units(VerdictWord::Inconclusive) {
            match &unit.blocked_by {
                Some(by) => blocked.entry(by).or_default().push(unit),
                None => causes.entry((&unit.reason, unit.who, unit.level)).or_default().push(unit),
            }
        }
        causes.sort_by(|a, _, b, _| a.2.cmp(&b.2));
        let mut parts = Vec::new();
        for units in causes.values() {
            let mut part = self.cause(units);
            for unit in units {
                part += &blocked
                    .shift_remove(unit.unit().as_str())
                    .map(|by| self.blocked(&unit.unit(), &by))
                    .unwrap_or_default();
            }
            parts.push(part);
        }
        parts.extend(blocked.iter().map(|(by, units)| self.blocked(by, units)));
        parts.join("\n")
    }

    /// One unit as a block; several that lack the same as a list, and also one of which nothing was tried: its reason
    /// is all that there is to know.
    fn cause(&self, units: &[&UnitRow]) -> String {
        let Some(first) = units.first() else { return String::new() };
        if units.len() == 1 && !first.evidence.is_empty() {
            return self.block(first);
        }
        let who = first.who.map(|who| format!(" ({})", who.words())).unwrap_or_default();
        let text = format!("{}{who}: {}", count(units.len(), "check"), first.headline());
        self.setting.hanging(&self.word(first), &text, 6) + &self.list(units)
    }

    fn blocked(&self, by: &str, units: &[&UnitRow]) -> String {
        let word = self.setting.paint(Tone::Warn, "BLOCKED");
        let text = format!("by {}: {}", one_line(by), count(units.len(), "check"));
        self.setting.hanging(&format!("{word}  "), &text, 6) + &self.list(units)
    }

    fn list(&self, units: &[&UnitRow]) -> String {
        let line = |unit: &&UnitRow| {
            let text = format!("{}  {} · {}", one_line(&unit.id), one_line(&unit.title), one_line(&unit.stage));
            self.setting.hanging("      ", &text, 8)
        };
        units.iter().map(line).collect()
    }
}

/// Skipped units by their reason; which they are is in the list of items.
pub(super) fn skipped(console: &Console) -> String {
    let mut reasons: IndexMap<String, usize> = IndexMap::new();
    for unit in console.units(VerdictWord::Skipped) {
        *reasons.entry(unit.headline()).or_default() += 1;
    }
    let word = console.setting.paint(Tone::Quiet, "SKIPPED");
    let line = |(reason, n): (&String, &usize)| {
        console.setting.hanging(&format!("{word}  "), &format!("{}: {reason}", count(*n, "check")), 6)
    };
    reasons.iter().map(line).collect()
}
