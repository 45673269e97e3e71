//! The end of a run: what stands for its units and items, and the answer.

use time::Date;

use super::final_verdict::{Settled, settle};
use super::finding::Judged;
use super::items::{ItemStanding, decides, items};
use super::readiness::{Ran, Readiness, Tally, Withheld, is_risk, readiness};
use crate::pack::provider::Item;
use crate::plan::Unit;
use crate::profile::attestations::Vouched;

/// Everything that a run comes to. Lists are in the order of the units, or of the checklist.
#[derive(Clone, Debug)]
pub struct Concluded {
    /// What stands for each unit.
    pub settled: Vec<Settled>,
    /// Whether each unit decides an item, so that nobody is ready while it is undecided.
    pub decides: Vec<bool>,
    /// Whether each unit is a risk.
    pub risks: Vec<bool>,
    /// What stands for each item.
    pub items: Vec<ItemStanding>,
    /// The answer.
    pub readiness: Readiness,
    /// Why it is not what units and items alone would allow.
    pub withheld: Option<Withheld>,
    /// What is worth saying of people's words as a whole.
    pub remarks: Vec<String>,
}

/// Concludes a run. `judged` has one entry a unit; `today` is the day on which the run started, in UTC.
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
