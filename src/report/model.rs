//! The one finished model that every report renders. It has types of its own, so that a change inside the tool does not
//! change the JSON: `"schema": 2`.

use serde::Serialize;

use crate::evidence::Responsible;
pub use crate::judge::{ItemVerdict, Readiness};

/// Everything that the reports say about one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this shape: 2.
    pub schema: u32,
    /// The version of Preflight that ran.
    pub tool: String,
    /// The partner's name, from the profile.
    pub partner: String,
    /// The provider's name, from the pack.
    pub provider: String,
    /// The pack that was used.
    pub pack: PackRow,
    /// When the run started, RFC 3339 in UTC.
    pub started: String,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
    /// Whether simulated environments took the place of real hosts.
    pub simulated_environments: bool,
    /// The selection on the command line, in words; a run with a selection says nothing about readiness.
    pub selection: Option<String>,
    /// Whether `--strict` was given.
    pub strict: bool,
    /// Whether the run was interrupted before its end.
    pub interrupted: bool,
    /// The result of the run.
    pub readiness: Readiness,
    /// Why readiness is withheld although checks and items would allow it; `None` if it is not withheld.
    pub because: Option<String>,
    /// How many checks have each verdict.
    pub summary: Summary,
    /// The actions that would change the readiness, most urgent first.
    pub actions: Vec<ActionRow>,
    /// The provider's checklist, in its order.
    pub items: Vec<ItemRow>,
    /// All planned checks, in the order of the checklist.
    pub checks: Vec<CheckResult>,
    /// Remarks about the run as a whole.
    pub remarks: Vec<String>,
    /// How long each phase took, in the order in which they ran.
    pub phases: Vec<PhaseRow>,
}

/// One phase of a run, and where its time went.
#[derive(Clone, Debug, Serialize)]
pub struct PhaseRow {
    /// The name of the phase.
    pub phase: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The longest wait of a check in this phase, in milliseconds.
    pub longest_wait_ms: u64,
    /// The checks that determined its duration: the slowest of those that ran concurrently, or all that ran one by one.
    pub path: Vec<PathRow>,
}

/// One check of a phase.
#[derive(Clone, Debug, Serialize)]
pub struct PathRow {
    /// The check, `id@stage`.
    pub check: String,
    /// How long it took, including its set-up, in milliseconds.
    pub duration_ms: u64,
}

/// Name, version, digest and origin of a pack.
#[derive(Clone, Debug, Serialize)]
pub struct PackRow {
    /// The name of the pack's folder.
    pub id: String,
    /// The version that the pack states.
    pub version: String,
    /// SHA-256 over its files, 64 hex digits.
    pub sha256: String,
    /// Whether the pack is built into Preflight.
    pub built_in: bool,
}

/// How many checks have each verdict. `planned` is the sum of the others except `risks`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All planned checks.
    pub planned: usize,
    /// Checks of which every expectation held.
    pub pass: usize,
    /// Required checks that failed.
    pub fail: usize,
    /// Recommended checks that failed.
    pub fail_recommended: usize,
    /// Required checks that are inconclusive.
    pub inconclusive: usize,
    /// Recommended checks that are inconclusive.
    pub inconclusive_recommended: usize,
    /// Checks that a named person attested.
    pub attested: usize,
    /// Failures that a named person accepted.
    pub waived: usize,
    /// Checks that are not selected or not applicable.
    pub skipped: usize,
    /// Checks that turn ready into ready with risks: recommended failures, waived required failures, and attestations
    /// where a machine could have checked. They are counted above as well.
    pub risks: usize,
}

/// One action that would bring the partner closer to ready.
#[derive(Clone, Debug, Serialize)]
pub struct ActionRow {
    /// Who must act.
    pub responsible: Responsible,
    /// What to do, in the imperative, on one line.
    pub what: String,
    /// The file and line that it concerns, if any.
    pub place: Option<String>,
    /// The checks that it would change.
    pub checks: Vec<String>,
}

/// The verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictLabel {
    /// Every expectation held.
    Pass,
    /// A named person attested it.
    Attested,
    /// A named person accepted the failure until a date.
    Waived,
    /// The evidence does not decide.
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
    /// The requirement, in the pack's words.
    pub text: String,
    /// The result of the item.
    pub verdict: ItemVerdict,
    /// The reason on one line; empty for a plain pass.
    pub reason: String,
    /// The recommended checks of the item that failed, `id@stage`.
    pub risks: Vec<String>,
    /// The checks that serve the item, `id@stage`.
    pub checks: Vec<String>,
}

/// How much a check weighs: required checks decide readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelLabel {
    /// The check decides readiness.
    Required,
    /// The check does not decide readiness, but it decides an item that no required check serves.
    Recommended,
}

/// The result of one check in one stage.
#[derive(Clone, Debug, Serialize)]
pub struct CheckResult {
    /// The check's id without its stage, `section.stem`.
    pub id: String,
    /// The stage: `static`, `rehearsal`, `test` or `production`.
    pub stage: String,
    /// What the check proves.
    pub title: String,
    /// The items that it serves.
    pub items: Vec<String>,
    /// The section of its first item.
    pub section: String,
    /// Whether it is required.
    pub level: LevelLabel,
    /// Whether it is a risk, which `--strict` counts as a failure.
    pub risk: bool,
    /// What the evidence decides.
    pub verdict: VerdictLabel,
    /// The reason on one line; empty for a plain pass.
    pub reason: String,
    /// For an inconclusive check: the check that blocks it.
    pub blocked_by: Option<String>,
    /// Who must act; `None` for a pass.
    pub responsible: Option<Responsible>,
    /// What was expected.
    pub expected: Option<String>,
    /// What was observed.
    pub observed: Option<String>,
    /// The cause, where a diagnosis found it.
    pub because: Option<String>,
    /// Remarks: measured margins, a retry that passed, a stale attestation.
    pub remarks: Vec<String>,
    /// The provider's documentation.
    pub docs: String,
    /// Why the check matters.
    pub why: String,
    /// How to fix a failure.
    pub fix: String,
    /// A curl line that sends the exchange of the finding again, if there is one.
    pub rerun: Option<String>,
    /// The file of the check, relative to the pack's parent.
    pub file: String,
    /// The line in that file, from 1.
    pub line: usize,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What happened, in chronological order.
    pub evidence: Vec<TimelineRow>,
}

impl CheckResult {
    /// Returns `id@stage`.
    pub fn full_id(&self) -> String {
        format!("{}@{}", self.id, self.stage)
    }
}

/// One line of a check's timeline.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineRow {
    /// Milliseconds since the check's log started.
    pub at_ms: f64,
    /// `exchange`, `delivery`, `call`, `action`, `lookup`, `event`, `page`, `records`, `denied`, `build`, `fact`,
    /// `text` (a fact of several lines), `skipped` or `waited`.
    pub kind: String,
    /// What it was, on one line.
    pub what: String,
    /// What came of it, on one line but for a `text`: a status, a number, a trouble.
    pub outcome: String,
    /// A curl line that repeats it, where that can be done.
    pub curl: Option<String>,
}
