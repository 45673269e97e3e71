//! The one finished model that every report renders. Its types are its own, so that a change inside the tool does
//! not change the JSON: `"schema": 2`.

use serde::Serialize;

use crate::evidence::Responsible;
pub use crate::judge::{ItemVerdict, Readiness};

/// Everything a reader is told about one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this shape: 2.
    pub schema: u32,
    /// The version of the tool.
    pub tool: String,
    /// The partner's name, from the profile.
    pub partner: String,
    /// The provider's name, from the pack.
    pub provider: String,
    /// Which checklist was used.
    pub pack: PackRow,
    /// The start of the run, RFC 3339 in UTC.
    pub started: String,
    /// The length of the run in milliseconds.
    pub duration_ms: u64,
    /// Whether loopback stand-ins played real hosts.
    pub simulated_environments: bool,
    /// The selection on the command line, in words; with one, nothing is said about readiness.
    pub selection: Option<String>,
    /// Whether `--strict` was given.
    pub strict: bool,
    /// Whether the run was interrupted before its end.
    pub interrupted: bool,
    /// The answer.
    pub readiness: Readiness,
    /// Why the answer is not what checks and items alone would allow, if it is not.
    pub because: Option<String>,
    /// The denominators.
    pub summary: Summary,
    /// The shortest list of actions that would change the readiness, most effective first.
    pub actions: Vec<ActionRow>,
    /// The provider's checklist, in its order.
    pub items: Vec<ItemRow>,
    /// All planned units, in the order of the checklist.
    pub checks: Vec<CheckResult>,
    /// Warnings and remarks about the run as a whole.
    pub remarks: Vec<String>,
    /// How long each phase took, in the order in which they were.
    pub phases: Vec<PhaseRow>,
}

/// One phase of a run, and what its length came from.
#[derive(Clone, Debug, Serialize)]
pub struct PhaseRow {
    /// Which.
    pub phase: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The longest wait that one of its units kept, in milliseconds.
    pub longest_wait_ms: u64,
    /// The units that made up its length: the slowest of those that ran side by side, or all that ran one by one.
    pub path: Vec<PathRow>,
}

/// One unit of a phase.
#[derive(Clone, Debug, Serialize)]
pub struct PathRow {
    /// The unit.
    pub check: String,
    /// How long it took, its set-up included, in milliseconds.
    pub duration_ms: u64,
}

/// Name, version, digest and origin of a pack.
#[derive(Clone, Debug, Serialize)]
pub struct PackRow {
    /// The folder's name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over its files, 64 hex digits.
    pub sha256: String,
    /// Whether it was built into the program.
    pub built_in: bool,
}

/// How many units there are of each kind. `planned` is the sum of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All units.
    pub planned: usize,
    /// Every expectation held.
    pub pass: usize,
    /// Required units of which one did not.
    pub fail: usize,
    /// Recommended units of which one did not.
    pub fail_recommended: usize,
    /// Required units that could not be decided.
    pub inconclusive: usize,
    /// Recommended units that could not be decided.
    pub inconclusive_recommended: usize,
    /// Vouched for by a person.
    pub attested: usize,
    /// Failures accepted by name.
    pub waived: usize,
    /// Not selected or not applicable.
    pub skipped: usize,
    /// What makes ready into ready with risks: recommended failures, required waivers, people's word for what a
    /// machine could have seen. These units are counted above as well.
    pub risks: usize,
}

/// One action that would bring the partner nearer to ready.
#[derive(Clone, Debug, Serialize)]
pub struct ActionRow {
    /// Who must act.
    pub responsible: Responsible,
    /// What to do, in the imperative, on one line.
    pub what: String,
    /// Where: a file and line, or nothing.
    pub place: Option<String>,
    /// The units that it would change.
    pub checks: Vec<String>,
}

/// The word for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictLabel {
    /// Every expectation held.
    Pass,
    /// A named person vouched.
    Attested,
    /// A failure that was accepted by name, for a time.
    Waived,
    /// It could not be decided.
    Inconclusive,
    /// An expectation did not hold.
    Fail,
    /// Not selected or not applicable.
    Skipped,
}

/// One line of the provider's checklist.
#[derive(Clone, Debug, Serialize)]
pub struct ItemRow {
    /// Its stable id.
    pub id: String,
    /// Its section.
    pub section: String,
    /// What it says, in the pack's words.
    pub text: String,
    /// What stands for it.
    pub verdict: ItemVerdict,
    /// What that rests on, on one line; empty for a bare pass.
    pub reason: String,
    /// Its recommended units that failed, `id@stage`.
    pub risks: Vec<String>,
    /// Its units, `id@stage`.
    pub checks: Vec<String>,
}

/// How much a check weighs. Readiness hangs on what is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelLabel {
    /// Readiness hangs on it.
    Required,
    /// It does not; but where no required check serves an item, it decides that item.
    Recommended,
}

/// One unit: a check in one stage.
#[derive(Clone, Debug, Serialize)]
pub struct CheckResult {
    /// The check's id without its stage, `section.stem`.
    pub id: String,
    /// The stage: `static`, `rehearsal`, `test` or `production`.
    pub stage: String,
    /// What it proves.
    pub title: String,
    /// The items it serves.
    pub items: Vec<String>,
    /// The section of its first item.
    pub section: String,
    /// Its level.
    pub level: LevelLabel,
    /// Whether it is a risk, which `--strict` takes for a failure.
    pub risk: bool,
    /// The verdict.
    pub verdict: VerdictLabel,
    /// Why, on one line; empty for a bare pass.
    pub reason: String,
    /// Of an inconclusive unit: the unit that stands in its way.
    pub blocked_by: Option<String>,
    /// Who must act; nobody for a pass.
    pub responsible: Option<Responsible>,
    /// What was wanted.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// The cause, where a diagnosis found it.
    pub because: Option<String>,
    /// Remarks: measured margins, a repeat that passed, a stale attestation.
    pub remarks: Vec<String>,
    /// The provider's page.
    pub docs: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// A curl line that sends the exchange again that the finding is about, where there is one.
    pub rerun: Option<String>,
    /// The file of the check, relative to the pack's parent.
    pub file: String,
    /// The line in that file, from 1.
    pub line: usize,
    /// How long it took in milliseconds.
    pub duration_ms: u64,
    /// What happened, in order.
    pub evidence: Vec<TimelineRow>,
}

impl CheckResult {
    /// `id@stage`.
    pub fn full_id(&self) -> String {
        format!("{}@{}", self.id, self.stage)
    }
}

/// One line of a unit's timeline.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineRow {
    /// Milliseconds since the unit's log started.
    pub at_ms: f64,
    /// `exchange`, `delivery`, `call`, `action`, `inspection`, `event`, `page`, `records`, `denied`, `build`, `fact`,
    /// `text` (a fact of several lines), `skipped` or `waited`.
    pub kind: String,
    /// What it was, on one line.
    pub what: String,
    /// What came of it, on one line but for a `text`: a status, a number, a trouble.
    pub outcome: String,
    /// A curl line that repeats it, where that can be done.
    pub curl: Option<String>,
}
