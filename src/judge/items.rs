//! Results of checklist items. The checks that serve an item decide it, in all their stages; if no check serves it, an
//! attestation does.

use serde::Serialize;
use time::Date;

use super::final_verdict::{Settled, Standing, attestation, said};
use crate::pack::check::Level;
use crate::pack::provider::Item;
use crate::plan::{Skip, Unit};
use crate::profile::attestations::{Attestation, Vouched};

/// The result of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemWord {
    /// Every deciding check passed.
    Pass,
    /// Every deciding check is not applicable by a statement of the profile.
    NotApplicable,
    /// A person attested part of it, or all of it where no check serves it.
    Attested,
    /// A failure in it is waived for a limited time.
    Waived,
    /// No required check serves it, and a recommended one failed.
    Risk,
    /// The selection did not cover all of it.
    NotDecided,
    /// A deciding check was inconclusive.
    Inconclusive,
    /// No check serves it, and nobody attested it.
    Unchecked,
    /// A required check that serves it failed.
    Fail,
}

/// An item's result and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemStanding {
    /// The result.
    pub word: ItemWord,
    /// The reason on one line; empty for a plain pass.
    pub reason: String,
    /// Failed recommended checks, as `id@stage`: risks that a reader should know; they do not fail the item.
    pub risks: Vec<String>,
}

/// The results of all items in the order of the checklist, and remarks about attestations.
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

/// Whether each check decides an item: it is required, or serves an item that no required check serves.
pub(super) fn decides(items: &[Item], units: &[Unit]) -> Vec<bool> {
    let mut decides: Vec<bool> = units.iter().map(is_required).collect();
    for item in items {
        for at in deciding(&serving(item, units), units) {
            decides[at] = true;
        }
    }
    decides
}

/// Whether a check is required for readiness.
pub(super) fn is_required(unit: &Unit) -> bool {
    unit.packed.check.level == Level::Required
}

fn serving(item: &Item, units: &[Unit]) -> Vec<usize> {
    (0..units.len()).filter(|at| units[*at].packed.check.items.contains(&item.id)).collect()
}

/// The required checks among those that serve an item; all of them if none is required.
fn deciding(serving: &[usize], units: &[Unit]) -> Vec<usize> {
    let required: Vec<usize> = serving.iter().copied().filter(|at| is_required(&units[*at])).collect();
    if required.is_empty() { serving.to_vec() } else { required }
}

/// Labels of deciding checks, in the order in which a reason lists them.
const LABELS: [&str; 5] = ["failed", "inconclusive", "not decided in this run, without", "waived", "attested"];

/// The label of a deciding check; `None` if it passed, is only a risk, or states itself why it is not applicable.
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

/// An item that at least one check serves.
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
        reasons.push(format!("a risk (recommended only): {}", risks.join(", ")));
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

/// Combines two results; the worse one counts. "Not applicable" does not change the other.
fn worse(one: ItemWord, other: ItemWord) -> ItemWord {
    match (one, other) {
        (ItemWord::NotApplicable, word) | (word, ItemWord::NotApplicable) => word,
        (one, other) => one.max(other),
    }
}

/// An item that no check serves: an attestation decides it.
fn alone(item: &Item, vouched: &Vouched, today: Date, remarks: &mut Vec<String>) -> ItemStanding {
    let mut ignored = Vec::new();
    let is_about = |word: &Attestation| word.item.as_ref() == Some(&item.id);
    let found = attestation(vouched, is_about, today, &mut ignored);
    remarks.extend(ignored.into_iter().map(|remark| format!("{}: {remark}", item.id)));
    let (word, reason) = match found {
        Some(word) => (ItemWord::Attested, said(word)),
        None => (ItemWord::Unchecked, "no check in this version, and nobody attested it".to_owned()),
    };
    ItemStanding { word, reason, risks: Vec::new() }
}
