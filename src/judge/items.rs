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
    /// No required check serves it, and a recommended one failed.
    Risk,
    /// The selection did not look at all of it.
    NotDecided,
    /// A check that decides it could not be decided.
    Inconclusive,
    /// No check serves it, and nobody vouched for it.
    Unchecked,
    /// A required check that serves it failed.
    Fail,
}

/// An item's word, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemStanding {
    /// The word.
    pub word: ItemWord,
    /// What the word rests on, on one line; empty for a bare pass.
    pub reason: String,
    /// Failures of recommended units, `id@stage`: risks that a person should know, and no failure of the item.
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

/// Whether each unit decides an item: it is required, or serves one that no required check serves.
pub(super) fn decides(items: &[Item], units: &[Unit]) -> Vec<bool> {
    let mut decides: Vec<bool> = units.iter().map(is_required).collect();
    for item in items {
        for at in deciding(&serving(item, units), units) {
            decides[at] = true;
        }
    }
    decides
}

/// Whether readiness hangs on a unit by itself.
pub(super) fn is_required(unit: &Unit) -> bool {
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
const LABELS: [&str; 5] = ["failed", "could not be decided", "not decided in this run, without", "waived", "attested"];

/// What is said of a unit that decides an item, but for one that passed, is a risk, or says itself why it does not
/// concern.
fn label(unit: &Unit, standing: &Standing) -> Option<&'static str> {
    let [failed, inconclusive, not_selected, waived, attested] = LABELS;
    match standing {
        Standing::Pass | Standing::Skipped(Skip::NotApplicable(_)) => None,
        Standing::Fail(_) => is_required(unit).then_some(failed),
        Standing::Inconclusive { .. } => Some(inconclusive),
        Standing::Skipped(Skip::NotSelected(_)) => Some(not_selected),
        Standing::Waived { .. } => Some(waived),
        Standing::Attested { .. } => Some(attested),
    }
}

/// An item that checks serve.
fn decided(serving: &[usize], units: &[Unit], settled: &[Settled]) -> ItemStanding {
    let deciding = deciding(serving, units);
    let words = deciding.iter().map(|at| word(&units[*at], &settled[*at].standing));
    let word = words.reduce(worse).unwrap_or(ItemWord::Unchecked);
    let mut reasons = Vec::new();
    for label in LABELS {
        let mine = deciding.iter().filter(|at| self::label(&units[**at], &settled[**at].standing) == Some(label));
        let ids: Vec<String> = mine.map(|at| units[*at].id()).collect();
        if !ids.is_empty() {
            reasons.push(format!("{label}: {}", ids.join(", ")));
        }
    }
    for at in &deciding {
        if let Standing::Skipped(Skip::NotApplicable(why)) = &settled[*at].standing {
            reasons.push(format!("{}: {why}", units[*at].id()));
        }
    }
    let failed = serving.iter().filter(|at| matches!(settled[**at].standing, Standing::Fail(_)));
    let risks: Vec<String> = failed.map(|at| &units[*at]).filter(|unit| !is_required(unit)).map(Unit::id).collect();
    if !risks.is_empty() {
        reasons.push(format!("a risk, since only recommended: {}", risks.join(", ")));
    }
    ItemStanding { word, reason: reasons.join("; "), risks }
}

fn word(unit: &Unit, standing: &Standing) -> ItemWord {
    match standing {
        Standing::Pass => ItemWord::Pass,
        Standing::Fail(_) if is_required(unit) => ItemWord::Fail,
        Standing::Fail(_) => ItemWord::Risk,
        Standing::Inconclusive { .. } => ItemWord::Inconclusive,
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
