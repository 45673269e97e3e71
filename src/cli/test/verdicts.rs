//! What each check did with each partner, and what is wrong with that.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::sample::DemoDefect;
use crate::pack::sample_partner::PackedSamplePartner;
use crate::pack::{Pack, PackedCheck};
use crate::report::model::{CheckResult, Report, VerdictLabel};
use crate::yaml::Problem;

/// What was found.
pub(super) struct Found<'p> {
    pack: &'p Pack,
    sampled: &'p PackedSamplePartner,
    /// The folder of packs, as it was named.
    folder: &'p str,
    /// The checks that were asked for, in the order of the checklist.
    pub(super) rows: Vec<Row>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// Checks that the partner that does everything right does not pass.
    unsound: BTreeSet<String>,
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
    /// Whether a partner that does nothing left it inconclusive.
    pub(super) silent: bool,
}

impl<'p> Found<'p> {
    pub(super) fn new(
        pack: &'p Pack,
        sampled: &'p PackedSamplePartner,
        folder: &'p str,
        wanted: &impl Fn(&str) -> bool,
    ) -> Self {
        let row = |packed: &PackedCheck| Row {
            id: packed.check.id.clone(),
            asks: packed.check.only_asks(),
            faults: sampled.partner.defects.get(&packed.check.id).map_or(0, indexmap::IndexMap::len),
            ..Row::default()
        };
        let rows = pack.checks.iter().filter(|packed| wanted(&packed.check.id)).map(|packed| row(packed)).collect();
        Found { pack, sampled, folder, rows, problems: Vec::new(), unsound: BTreeSet::new() }
    }

    /// The command that shows a trial in full.
    fn demo(&self, more: &str) -> String {
        format!("`preflight demo --checks {} --provider {}{more}`", self.folder, self.pack.id)
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
    fn decided<'r>(&self, report: &'r Report) -> BTreeMap<&'r str, Vec<&'r CheckResult>> {
        let mut rows: BTreeMap<&str, Vec<&CheckResult>> = BTreeMap::new();
        let asks = |id: &str| self.pack.checks.iter().any(|packed| packed.check.id == id && packed.check.only_asks());
        for row in report.checks.iter().filter(|row| !asks(&row.id)) {
            rows.entry(&row.id).or_default().push(row);
        }
        rows
    }

    /// The partner that does everything right passes everything.
    pub(super) fn conforming(&mut self, report: &Report) {
        for (id, checks) in self.decided(report) {
            let wrong: Vec<&&CheckResult> = checks.iter().filter(|check| check.verdict != VerdictLabel::Pass).collect();
            if wrong.is_empty() {
                self.row(id).into_iter().for_each(|row| row.conforming = true);
                continue;
            }
            self.unsound.insert(id.to_owned());
            for check in wrong.iter().filter(|check| check.blocked_by.is_none()) {
                let message = format!("the correct partner does not pass `{id}`: {}", describe(check));
                let hint = "the check demands too much, or partner.yaml does too little";
                self.at_check(id, message, &format!("{hint}; {} shows what happened", self.demo("")));
            }
        }
        self.blocked(report);
    }

    /// What is blocked by a check that is told is told with that one; what is blocked by any other would be nowhere.
    fn blocked(&mut self, report: &Report) {
        let decided = self.decided(report);
        for (id, checks) in &decided {
            let wrong = checks.iter().filter(|check| check.verdict != VerdictLabel::Pass);
            let blockers = wrong.filter_map(|check| check.blocked_by.as_deref());
            let untold = |by: &&str| !self.unsound.contains(by.split('@').next().unwrap_or(by));
            let blockers: BTreeSet<&str> = blockers.filter(untold).collect();
            for by in blockers {
                let message = format!("`{id}` is not tested with the correct partner: `{by}` blocks it");
                self.at_check(id, message, "name in `needs` only checks that a machine can decide");
            }
        }
        let rows = self.rows.iter().filter(|row| !row.asks && !decided.contains_key(row.id.as_str()));
        for id in rows.map(|row| row.id.clone()).collect::<Vec<_>>() {
            let message = format!("`{id}` is not tested: it does not run with the sample partner");
            self.at_check(
                &id,
                message,
                "make the check apply to the partner of partner.yaml, in a stage that the partner has",
            );
        }
    }

    /// A partner with one fault fails the check that must catch it, and no unrelated one.
    pub(super) fn faulty(&mut self, defect: &DemoDefect, report: &Report) {
        let check = defect.caught_by.as_str();
        if self.unsound.contains(check) {
            return;
        }
        let rows = self.decided(report);
        let fails = |checks: &Vec<&CheckResult>| checks.iter().any(|check| check.verdict == VerdictLabel::Fail);
        let failed: Vec<&str> = rows.iter().filter(|(_, checks)| fails(checks)).map(|(id, _)| *id).collect();
        let unrelated: Vec<&str> = failed
            .iter()
            .filter(|id| **id != check && !defect.also.iter().any(|also| also == *id) && !self.unsound.contains(**id))
            .copied()
            .collect();
        let (message, hint) = if !failed.contains(&check) {
            let checks: Vec<String> = rows.get(check).into_iter().flatten().map(|check| describe(check)).collect();
            let demo = self.demo(&format!(" --defect {}", defect.name));
            let hint = format!("make the defect break what the check looks for; {demo} shows what happened");
            (format!("`{check}` does not catch this defect: {}", checks.join("; ")), hint)
        } else if !unrelated.is_empty() {
            let others = unrelated.join(", ");
            let hint = format!("narrow the defect; or, if they rightly fail too, add `also: [{others}]`");
            (format!("this defect fails checks other than `{check}`: {others}"), hint)
        } else {
            self.row(check).into_iter().for_each(|row| row.caught += 1);
            return;
        };
        let name = defect.name.rsplit('/').next().unwrap_or_default();
        let problem = self.sampled.document.problem_at_key(&format!("/defects/{check}"), name, message);
        self.problems.push(problem.hint(hint));
    }

    /// A partner that does nothing leaves everything inconclusive.
    pub(super) fn silent(&mut self, report: &Report) {
        for (id, checks) in self.decided(report) {
            let decided = |check: &&&CheckResult| matches!(check.verdict, VerdictLabel::Pass | VerdictLabel::Fail);
            let wrong: Vec<&&CheckResult> = checks.iter().filter(decided).collect();
            for check in &wrong {
                let message = format!("`{id}` is not inconclusive for a silent partner: {}", describe(check));
                let hint = "state under `assume` what must have happened for the check to decide anything";
                self.at_check(id, message, hint);
            }
            let open = wrong.is_empty();
            self.row(id).into_iter().for_each(|row| row.silent = open);
        }
    }

    /// Checks without a fault prove nothing.
    pub(super) fn unproved(&mut self) {
        let without: Vec<String> =
            self.rows.iter().filter(|row| !row.asks && row.faults == 0).map(|row| row.id.clone()).collect();
        for id in without {
            let message = format!("nothing proves that `{id}` can fail");
            let problem = self.sampled.document.problem_at_key("", "defects", message);
            let hint =
                format!("add a defect that it must catch: `{id}: {{ NAME: {{ description: .., first: [..] }} }}`");
            self.problems.push(problem.hint(hint));
        }
    }
}

/// A unit in words.
fn describe(check: &CheckResult) -> String {
    let verdict = match check.verdict {
        VerdictLabel::Pass => "it passes",
        VerdictLabel::Fail => "it fails",
        VerdictLabel::Inconclusive => "it is inconclusive",
        VerdictLabel::Attested => "it is attested",
        VerdictLabel::Waived => "it is waived",
        VerdictLabel::Skipped => "it is skipped",
    };
    let observed = check.observed.as_ref().filter(|observed| **observed != check.reason);
    let why: Vec<&str> = [Some(&check.reason), observed]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .filter(|why| !why.is_empty())
        .collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
    format!("in {} {verdict}{why}", check.stage)
}
