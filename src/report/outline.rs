//! The checklist as a reader goes through it: sections, their items, and each unit once.

use indexmap::IndexMap;

use super::model::{ItemRow, ItemWord, Report, UnitRow, VerdictWord};
use super::text::one_line;

/// One item with the units that serve it.
pub(super) struct Listed<'a> {
    /// The item.
    pub(super) item: &'a ItemRow,
    /// Units that are listed here: their first item is this one.
    pub(super) own: Vec<&'a UnitRow>,
    /// Units that serve this item too and are listed with an earlier one.
    pub(super) elsewhere: Vec<&'a UnitRow>,
}

impl Listed<'_> {
    /// Whether there is nothing to be told of it: none of its checks was carried out.
    pub(super) fn is_silent(&self) -> bool {
        let skipped = || self.own.iter().chain(&self.elsewhere).all(|unit| unit.verdict == VerdictWord::Skipped);
        match self.item.verdict {
            ItemWord::NotDecided | ItemWord::NotApplicable | ItemWord::Unchecked => skipped(),
            ItemWord::Pass
            | ItemWord::Attested
            | ItemWord::Waived
            | ItemWord::Risk
            | ItemWord::Inconclusive
            | ItemWord::Fail => false,
        }
    }

    /// Its units, each with its verdict where that is not the item's; those that another item lists, by their id.
    pub(super) fn units(&self) -> Vec<String> {
        let note = |unit: &UnitRow| match (self.item.risks.contains(&unit.unit()), unit.verdict.words()) {
            (true, word) => format!(" ({word}, a risk)"),
            (false, word) if word == self.item.verdict.words() => String::new(),
            (false, _) if self.is_silent() => String::new(),
            (false, word) => format!(" ({word})"),
        };
        let own = self.own.iter().map(|unit| one_line(&unit.unit()) + &note(unit));
        let elsewhere = self.elsewhere.iter().map(|unit| format!("see {}{}", one_line(&unit.id), note(unit)));
        let mut all: Vec<String> = own.chain(elsewhere).collect();
        all.dedup();
        all
    }
}

/// The whole checklist.
pub(super) struct Outline<'a> {
    /// Items by section, in the provider's order.
    pub(super) sections: IndexMap<&'a str, Vec<Listed<'a>>>,
    /// Units that serve no item of this checklist.
    pub(super) others: Vec<&'a UnitRow>,
}

/// Places every unit of the report exactly once.
pub(super) fn outline(report: &Report) -> Outline<'_> {
    let mut placed = vec![false; report.checks.len()];
    let mut sections: IndexMap<&str, Vec<Listed>> = IndexMap::new();
    for item in &report.items {
        let mut listed = Listed { item, own: Vec::new(), elsewhere: Vec::new() };
        for (unit, placed) in report.checks.iter().zip(&mut placed).filter(|(unit, _)| unit.items.contains(&item.id)) {
            if *placed {
                listed.elsewhere.push(unit);
            } else {
                listed.own.push(unit);
            }
            *placed = true;
        }
        sections.entry(item.section.as_str()).or_default().push(listed);
    }
    let others = report.checks.iter().zip(&placed).filter(|(_, placed)| !**placed).map(|(unit, _)| unit).collect();
    Outline { sections, others }
}
