//! What stands for an item of the checklist. The checks that serve it decide, in all their stages; where none does, a
//! person.

use serde::Serialize;
use time::Date;

use super::settle::{Settled, Standing, attestation, said};
use crate::catalog::check::Level;
use crate::catalog::provider::Item;
use crate::plan::vouched::{Attestation, Vouched};
use crate::plan::{Skip, Unit};

/// The word for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemWord {
    /// Every check that decides it passed.
    Pass,
    /// The profile says of all that decides it that it does not concern this partner.
    NotApplicable,
    /// A person vouched for some of it, or for the whole where no check serves it.
    Attested,
    /// A failure in it was accepted by name, for a time.
    Waived,
    /// The selection did not look at all of it.
    NotDecided,
    /// A check that decides it could not be decided.
    Undecided,
    /// No check serves it, and nobody vouched for it.
    Unchecked,
    /// A check that decides it failed.
    Fail,
}

/// An item's word, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemStanding {
    /// The word.
    pub word: ItemWord,
    /// What the word rests on, on one line; empty for a bare pass.
    pub reason: String,
    /// Failures of units that do not decide it, `id@stage`: risks that a person should know.
    pub risks: Vec<String>,
}

/// The standings of all items, in the order of the checklist, and remarks about people's words.
pub(super) fn items(
    items: &[Item],
    units: &[Unit],
    settled: &[Settled],
    vouched: &Vouched,
    today: Date,
) -> (Vec<ItemStanding>, Vec<String>) {
    let mut remarks = Vec::new();
    let standing = |item| {
        let serving = serving(item, units);
        if serving.is_empty() { alone(item, vouched, today, &mut remarks) } else { decided(&serving, units, settled) }
    };
    (items.iter().map(standing).collect(), remarks)
}

/// Whether each unit counts for readiness: it is required, or serves an item that no required check serves.
pub(super) fn counting(items: &[Item], units: &[Unit]) -> Vec<bool> {
    let mut counting: Vec<bool> = units.iter().map(is_required).collect();
    for item in items {
        for at in deciding(&serving(item, units), units) {
            counting[at] = true;
        }
    }
    counting
}

fn is_required(unit: &Unit) -> bool {
    unit.packed.check.level == Level::Required
}

fn serving(item: &Item, units: &[Unit]) -> Vec<usize> {
    (0..units.len()).filter(|at| units[*at].packed.check.items.contains(&item.id)).collect()
}

/// The required ones among those that serve an item, or all where none is required.
fn deciding(serving: &[usize], units: &[Unit]) -> Vec<usize> {
    let required: Vec<usize> = serving.iter().copied().filter(|at| is_required(&units[*at])).collect();
    if required.is_empty() { serving.to_vec() } else { required }
}

/// What is said of units that decide an item, in this order.
const LABELS: [&str; 6] =
    ["failed", "could not be decided", "not decided in this run, without", "waived", "attested", "not applicable"];

/// What is said of a unit that decides an item, but for one that passed.
fn label(standing: &Standing) -> Option<&'static str> {
    let [failed, undecided, not_selected, waived, attested, not_applicable] = LABELS;
    match standing {
        Standing::Pass => None,
        Standing::Fail(_) => Some(failed),
        Standing::Undecided { .. } => Some(undecided),
        Standing::Skipped(Skip::NotSelected(_)) => Some(not_selected),
        Standing::Waived { .. } => Some(waived),
        Standing::Attested { .. } => Some(attested),
        Standing::Skipped(Skip::NotApplicable(_)) => Some(not_applicable),
    }
}

/// An item that checks serve.
fn decided(serving: &[usize], units: &[Unit], settled: &[Settled]) -> ItemStanding {
    let deciding = deciding(serving, units);
    let word = deciding.iter().map(|at| word(&settled[*at].standing)).reduce(worse).unwrap_or(ItemWord::Unchecked);
    let mut reasons = Vec::new();
    for label in LABELS {
        let mine = deciding.iter().filter(|at| self::label(&settled[**at].standing) == Some(label));
        let ids: Vec<String> = mine.map(|at| units[*at].id()).collect();
        if !ids.is_empty() {
            reasons.push(format!("{label}: {}", ids.join(", ")));
        }
    }
    let others = serving.iter().filter(|at| !deciding.contains(at));
    let risks = others.filter(|at| matches!(settled[**at].standing, Standing::Fail(_)));
    let risks: Vec<String> = risks.map(|at| units[*at].id()).collect();
    if !risks.is_empty() {
        reasons.push(format!("a risk, since only recommended: {}", risks.join(", ")));
    }
    ItemStanding { word, reason: reasons.join("; "), risks }
}

fn word(standing: &Standing) -> ItemWord {
    match standing {
        Standing::Pass => ItemWord::Pass,
        Standing::Fail(_) => ItemWord::Fail,
        Standing::Undecided { .. } => ItemWord::Undecided,
        Standing::Attested { .. } => ItemWord::Attested,
        Standing::Waived { .. } => ItemWord::Waived,
        Standing::Skipped(Skip::NotSelected(_)) => ItemWord::NotDecided,
        Standing::Skipped(Skip::NotApplicable(_)) => ItemWord::NotApplicable,
    }
}

/// The word for two together. What does not concern the partner takes nothing away from what passed.
fn worse(one: ItemWord, other: ItemWord) -> ItemWord {
    match (one, other) {
        (ItemWord::NotApplicable, word) | (word, ItemWord::NotApplicable) => word,
        (one, other) => one.max(other),
    }
}

/// An item that no check serves: whatever a person says.
fn alone(item: &Item, vouched: &Vouched, today: Date, remarks: &mut Vec<String>) -> ItemStanding {
    let mut ignored = Vec::new();
    let is_about = |word: &Attestation| word.item.as_ref() == Some(&item.id);
    let found = attestation(vouched, is_about, today, &mut ignored);
    remarks.extend(ignored.into_iter().map(|remark| format!("{}: {remark}", item.id)));
    let (word, reason) = match found {
        Some(word) => (ItemWord::Attested, said(word)),
        None => (ItemWord::Unchecked, "no check in this version, and nobody has vouched for it".to_owned()),
    };
    ItemStanding { word, reason, risks: Vec::new() }
}
