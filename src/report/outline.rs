//! The checklist as a reader goes through it: sections, their items, and each unit once.

use indexmap::IndexMap;

use super::model::{ItemRow, Report, UnitRow};

/// One item with the units that serve it.
pub(super) struct Listed<'a> {
    /// The item.
    pub(super) item: &'a ItemRow,
    /// Units that are listed here: their first item is this one.
    pub(super) own: Vec<&'a UnitRow>,
    /// Units that serve this item too and are listed with an earlier one.
    pub(super) elsewhere: Vec<&'a UnitRow>,
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
