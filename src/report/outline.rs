//! The checklist in the order of the report: sections, their items, and each check once.

use indexmap::IndexMap;

use super::model::{CheckResult, ItemRow, Report, VerdictLabel};
use super::text::one_line;
use crate::judge::ItemVerdict;

/// One item with the checks that serve it.
pub(super) struct Listed<'a> {
    pub(super) item: &'a ItemRow,
    /// The checks that are listed here because no earlier item lists them.
    pub(super) own: Vec<&'a CheckResult>,
    /// The checks that serve this item too, but are listed with an earlier one.
    pub(super) elsewhere: Vec<&'a CheckResult>,
}

impl Listed<'_> {
    /// Whether there is nothing to report about the item, because none of its checks was carried out.
    pub(super) fn is_silent(&self) -> bool {
        let skipped = || self.own.iter().chain(&self.elsewhere).all(|check| check.verdict == VerdictLabel::Skipped);
        match self.item.verdict {
            ItemVerdict::NotDecided | ItemVerdict::NotApplicable | ItemVerdict::Unchecked => skipped(),
            ItemVerdict::Pass
            | ItemVerdict::Attested
            | ItemVerdict::Waived
            | ItemVerdict::Risk
            | ItemVerdict::Inconclusive
            | ItemVerdict::Fail => false,
        }
    }

    /// Lists the item's checks, each with its verdict if that differs from the item's. Checks that another item lists
    /// are named by id.
    pub(super) fn checks(&self) -> Vec<String> {
        let note = |check: &CheckResult| match (self.item.risks.contains(&check.full_id()), check.verdict.words()) {
            (true, word) => format!(" ({word}, a risk)"),
            (false, word) if word == self.item.verdict.words() => String::new(),
            (false, _) if self.is_silent() => String::new(),
            (false, word) => format!(" ({word})"),
        };
        let own = self.own.iter().map(|check| one_line(&check.full_id()) + &note(check));
        let elsewhere = self.elsewhere.iter().map(|check| format!("see {}{}", one_line(&check.id), note(check)));
        let mut all: Vec<String> = own.chain(elsewhere).collect();
        all.dedup();
        all
    }
}

/// The whole checklist, section by section.
pub(super) struct Outline<'a> {
    /// Items by section, in the provider's order.
    pub(super) sections: IndexMap<&'a str, Vec<Listed<'a>>>,
    /// The checks that serve no item of this checklist.
    pub(super) others: Vec<&'a CheckResult>,
}

/// Lists every check of the report exactly once as an item's own, or among the others.
pub(super) fn outline(report: &Report) -> Outline<'_> {
    let mut placed = vec![false; report.checks.len()];
    let mut sections: IndexMap<&str, Vec<Listed>> = IndexMap::new();
    for item in &report.items {
        let mut listed = Listed { item, own: Vec::new(), elsewhere: Vec::new() };
        for (check, placed) in report.checks.iter().zip(&mut placed).filter(|(check, _)| check.items.contains(&item.id))
        {
            if *placed {
                listed.elsewhere.push(check);
            } else {
                listed.own.push(check);
            }
            *placed = true;
        }
        sections.entry(item.section.as_str()).or_default().push(listed);
    }
    let others = report.checks.iter().zip(&placed).filter(|(_, placed)| !**placed).map(|(check, _)| check).collect();
    Outline { sections, others }
}
