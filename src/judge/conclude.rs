//! Concludes a run: final verdicts of checks and items, and readiness.

use time::Date;

use super::final_verdict::{Settled, settle};
use super::finding::Judged;
use super::items::{ItemStanding, decides, items};
use super::readiness::{Ran, Readiness, Tally, Withheld, is_risk, readiness};
use crate::pack::provider::Item;
use crate::plan::Unit;
use crate::profile::attestations::Vouched;

/// The conclusion of a run. Lists follow the order of the checks, or of the checklist.
#[derive(Clone, Debug)]
pub struct Concluded {
    /// The final verdict of each check.
    pub settled: Vec<Settled>,
    /// Whether each check decides an item; while such a check is inconclusive, the partner is not ready.
    pub decides: Vec<bool>,
    /// Whether each check is a risk.
    pub risks: Vec<bool>,
    /// The result of each item.
    pub items: Vec<ItemStanding>,
    /// Readiness, or the result of the selection.
    pub readiness: Readiness,
    /// Why readiness is withheld although checks and items would allow it.
    pub withheld: Option<Withheld>,
    /// Remarks about attestations and waivers as a whole.
    pub remarks: Vec<String>,
}

/// Concludes a run. `judged` has one entry per check; `today` is the UTC date on which the run started.
pub fn conclude(
    units: &[Unit],
    checklist: &[Item],
    judged: Vec<Judged>,
    vouched: &Vouched,
    today: Date,
    ran: Ran,
) -> Concluded {
    let (settled, mut remarks) = settle(units, judged, vouched, today);
    let (items, of_items) = items(checklist, units, &settled, vouched, today);
    remarks.extend(of_items);
    let risks = units.iter().zip(&settled).map(|(unit, settled)| is_risk(unit, &settled.standing)).collect();
    let (readiness, withheld) = readiness(Tally::of(units, &settled, &items, ran), ran);
    let decides = decides(checklist, units);
    Concluded { settled, decides, risks, items, readiness, withheld, remarks }
}
