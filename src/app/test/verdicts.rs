//! What each check did with each partner, and what is wrong with that.

use std::collections::BTreeMap;

use crate::catalog::load::{Pack, PackedCheck};
use crate::catalog::sample::{Fault, Sampled};
use crate::report::model::{Report, UnitRow, VerdictWord};
use crate::yaml::Problem;

/// What was found.
pub(super) struct Found<'p> {
    pack: &'p Pack,
    sampled: &'p Sampled,
    /// The checks that were asked for, in the order of the checklist.
    pub(super) rows: Vec<Row>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

/// What a check did.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The check.
    pub(super) id: String,
    /// Whether only a person can answer it.
    pub(super) asks: bool,
    /// Whether the partner that does everything right passed it.
    pub(super) conforming: bool,
    /// How many faults it caught, failing nothing unrelated.
    pub(super) caught: usize,
    /// How many it had to catch.
    pub(super) faults: usize,
    /// Whether a partner that does nothing left it undecided.
    pub(super) silent: bool,
}

impl<'p> Found<'p> {
    pub(super) fn new(pack: &'p Pack, sampled: &'p Sampled, wanted: &impl Fn(&str) -> bool) -> Self {
        let row = |packed: &PackedCheck| Row {
            id: packed.check.id.clone(),
            asks: packed.check.only_asks(),
            faults: sampled.partner.faults.get(&packed.check.id).map_or(0, indexmap::IndexMap::len),
            ..Row::default()
        };
        let rows = pack.checks.iter().filter(|packed| wanted(&packed.check.id)).map(|packed| row(packed)).collect();
        Found { pack, sampled, rows, problems: Vec::new() }
    }

    fn row(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// A problem with a check, shown at its id.
    fn at_check(&mut self, id: &str, message: String, hint: &str) {
        let packed = self.pack.checks.iter().find(|packed| packed.check.id == id);
        self.problems.extend(packed.map(|packed| packed.document.problem("/id", message).hint(hint)));
    }

    /// The rows of the checks that a machine decides, by the check.
    fn decided<'r>(&self, report: &'r Report) -> BTreeMap<&'r str, Vec<&'r UnitRow>> {
        let mut rows: BTreeMap<&str, Vec<&UnitRow>> = BTreeMap::new();
        let asks = |id: &str| self.pack.checks.iter().any(|packed| packed.check.id == id && packed.check.only_asks());
        for row in report.checks.iter().filter(|row| !asks(&row.id)) {
            rows.entry(&row.id).or_default().push(row);
        }
        rows
    }

    /// The partner that does everything right passes everything.
    pub(super) fn conforming(&mut self, report: &Report) -> bool {
        let before = self.problems.len();
        for (id, units) in self.decided(report) {
            let wrong: Vec<&&UnitRow> = units.iter().filter(|unit| unit.verdict != VerdictWord::Pass).collect();
            for unit in &wrong {
                let message = format!("the partner that does everything right does not pass `{id}`: {}", told(unit));
                let hint = "either the check asks for more than its provider does, or `partner.yaml` does too little";
                self.at_check(id, message, hint);
            }
            let passed = wrong.is_empty();
            self.row(id).into_iter().for_each(|row| row.conforming = passed);
        }
        self.problems.len() == before
    }

    /// A partner with one fault fails the check that must catch it, and no unrelated one.
    pub(super) fn faulty(&mut self, check: &str, name: &str, fault: &Fault, report: &Report) -> bool {
        let here = |message: String| self.sampled.document.problem_at_key(&format!("/faults/{check}"), name, message);
        let rows = self.decided(report);
        let fails = |units: &Vec<&UnitRow>| units.iter().any(|unit| unit.verdict == VerdictWord::Fail);
        let failed: Vec<&str> = rows.iter().filter(|(_, units)| fails(units)).map(|(id, _)| *id).collect();
        if !failed.contains(&check) {
            let units: Vec<String> = rows.get(check).into_iter().flatten().map(|unit| told(unit)).collect();
            let message = format!("`{check}` does not catch this fault: {}", units.join("; "));
            let problem = here(message);
            self.problems
                .push(problem.hint("make the fault do what the check is about, or have the check look for it"));
            return false;
        }
        let unrelated: Vec<&str> =
            failed.into_iter().filter(|id| *id != check && !fault.also.iter().any(|also| also == id)).collect();
        if !unrelated.is_empty() {
            let message = format!("this fault fails other checks than `{check}` too: {}", unrelated.join(", "));
            let problem = here(message);
            let hint =
                format!("narrow the fault; or, where they fail rightly, say so: `also: [{}]`", unrelated.join(", "));
            self.problems.push(problem.hint(hint));
            return false;
        }
        self.row(check).into_iter().for_each(|row| row.caught += 1);
        true
    }

    /// A partner that does nothing leaves everything undecided.
    pub(super) fn silent(&mut self, report: &Report) -> bool {
        let before = self.problems.len();
        for (id, units) in self.decided(report) {
            let decided = |unit: &&&UnitRow| matches!(unit.verdict, VerdictWord::Pass | VerdictWord::Fail);
            let wrong: Vec<&&UnitRow> = units.iter().filter(decided).collect();
            for unit in &wrong {
                let message = format!("a partner that does nothing does not leave `{id}` undecided: {}", told(unit));
                let hint = "say under `seen` what must have happened for the check to say anything";
                self.at_check(id, message, hint);
            }
            let open = wrong.is_empty();
            self.row(id).into_iter().for_each(|row| row.silent = open);
        }
        self.problems.len() == before
    }

    /// Checks without a fault prove nothing.
    pub(super) fn unproved(&mut self) {
        let without: Vec<String> =
            self.rows.iter().filter(|row| !row.asks && row.faults == 0).map(|row| row.id.clone()).collect();
        for id in without {
            let message = format!("nothing shows that `{id}` can fail");
            let problem = self.sampled.document.problem_at_key("", "faults", message);
            let hint = format!("write what a partner does wrong: `{id}: {{ NAME: {{ says: .., first: [..] }} }}`");
            self.problems.push(problem.hint(hint));
        }
    }
}

/// A unit in words.
fn told(unit: &UnitRow) -> String {
    let verdict = match unit.verdict {
        VerdictWord::Pass => "it passes",
        VerdictWord::Fail => "it fails",
        VerdictWord::Undecided => "it is undecided",
        VerdictWord::Attested => "it is attested",
        VerdictWord::Waived => "it is waived",
        VerdictWord::Skipped => "it is skipped",
        VerdictWord::Unchecked => "it has no check",
    };
    let observed = unit.observed.as_ref().filter(|observed| **observed != unit.reason);
    let why: Vec<&str> = [Some(&unit.reason), observed]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .filter(|why| !why.is_empty())
        .collect();
    match why.is_empty() {
        true => format!("in {} {verdict}", unit.stage),
        false => format!("in {} {verdict} ({})", unit.stage, why.join("; ")),
    }
}
