//! What each check found with each partner, and which of these results are wrong.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::sample::DemoDefect;
use crate::pack::sample_partner::PackedSamplePartner;
use crate::pack::{Pack, PackedCheck};
use crate::report::model::{CheckResult, Report, VerdictLabel};
use crate::yaml::Problem;

/// The results of all trials of a pack.
pub(super) struct Found<'p> {
    pack: &'p Pack,
    sampled: &'p PackedSamplePartner,
    /// The folder of packs, as the user named it.
    folder: &'p str,
    /// The selected checks, in the order of the checklist.
    pub(super) rows: Vec<Row>,
    /// The problems that the trials found.
    pub(super) problems: Vec<Problem>,
    /// The checks that the correct partner does not pass.
    unsound: BTreeSet<String>,
}

/// The results of one check.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The id of the check.
    pub(super) id: String,
    /// Whether only a person can answer it.
    pub(super) asks: bool,
    /// Whether the correct partner passed it.
    pub(super) conforming: bool,
    /// How many defects it caught while no unrelated check failed.
    pub(super) caught: usize,
    /// How many defects it has to catch.
    pub(super) faults: usize,
    /// Whether it was inconclusive for a silent partner.
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

    /// Returns the command that shows a trial in full.
    fn demo(&self, more: &str) -> String {
        format!("`preflight demo --checks {} --provider {}{more}`", self.folder, self.pack.id)
    }

    fn row(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// Adds a problem with a check, shown at the check's id.
    fn at_check(&mut self, id: &str, message: String, hint: &str) {
        let packed = self.pack.checks.iter().find(|packed| packed.check.id == id);
        self.problems.extend(packed.map(|packed| packed.document.problem("/id", message).hint(hint)));
    }

    /// Returns the results of the checks that a machine decides, by check id.
    fn decided<'r>(&self, report: &'r Report) -> BTreeMap<&'r str, Vec<&'r CheckResult>> {
        let mut rows: BTreeMap<&str, Vec<&CheckResult>> = BTreeMap::new();
        let asks = |id: &str| self.pack.checks.iter().any(|packed| packed.check.id == id && packed.check.only_asks());
        for row in report.checks.iter().filter(|row| !asks(&row.id)) {
            rows.entry(&row.id).or_default().push(row);
        }
        rows
    }

    /// Checks that the correct partner passes everything.
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

    /// Adds problems for checks that did not run, and for checks that are blocked by a check without a problem of its
    /// own. If the blocking check has a problem, that is enough.
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

    /// Checks that a partner with one defect fails the check that must catch it, and no unrelated check.
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

    /// Checks that a silent partner leaves everything inconclusive.
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

    /// Adds a problem for each check without a defect, because nothing proves that it can fail.
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

/// Describes a check's result in words.
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
