//! The words a reader sees for the closed values of the model.

use super::model::{LevelWord, Readiness, Report, UnitRow, VerdictWord};

impl Readiness {
    /// The answer in two or three words.
    pub fn words(self) -> &'static str {
        match self {
            Readiness::Ready => "ready",
            Readiness::ReadyWithRisks => "ready with risks",
            Readiness::NotReady => "not ready",
            Readiness::Undecided => "undecided",
            Readiness::SelectionPassed => "selection passed",
            Readiness::SelectionFailed => "selection failed",
            Readiness::SelectionUndecided => "selection undecided",
        }
    }

    /// What the answer means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Readiness::Ready => "Every required check holds.",
            Readiness::ReadyWithRisks => "Every required check holds, with risks that a person should know.",
            Readiness::NotReady => "At least one required check fails.",
            Readiness::Undecided => "No required check fails, but at least one could not be decided.",
            Readiness::SelectionPassed => {
                "Nothing required in the selection failed; this says nothing about readiness."
            }
            Readiness::SelectionFailed => "Something required in the selection failed.",
            Readiness::SelectionUndecided => {
                "Nothing required in the selection failed, but something in it could not be decided."
            }
        }
    }
}

impl VerdictWord {
    /// The word.
    pub fn words(self) -> &'static str {
        match self {
            VerdictWord::Pass => "pass",
            VerdictWord::Attested => "attested",
            VerdictWord::Waived => "waived",
            VerdictWord::Undecided => "undecided",
            VerdictWord::Fail => "fail",
            VerdictWord::Skipped => "skipped",
            VerdictWord::Unchecked => "no check in this version",
        }
    }
}

impl LevelWord {
    /// The word.
    pub fn words(self) -> &'static str {
        match self {
            LevelWord::Required => "required",
            LevelWord::Recommended => "recommended",
        }
    }
}

impl Report {
    /// Pack, version, origin and digest, on one line: `built-in pack 1.0, sha256 3f9c…`.
    pub fn pack_line(&self) -> String {
        let pack = &self.pack;
        let digest: String = pack.sha256.chars().take(12).collect();
        if pack.built_in {
            format!("built-in pack {}, sha256 {digest}…", pack.version)
        } else {
            // What the pack says of itself comes last, so that it can neither push the rest away nor contradict it.
            format!("pack NOT built in, sha256 {digest}…: {} {}", pack.id, pack.version)
        }
    }

    /// All denominators that are not zero: `71 units planned: 65 pass, 2 fail`.
    pub fn plan_line(&self) -> String {
        let s = &self.summary;
        let counts = [
            (s.pass, "pass"),
            (s.fail, "fail"),
            (s.fail_recommended, "fail (recommended)"),
            (s.undecided, "undecided"),
            (s.undecided_recommended, "undecided (recommended)"),
            (s.attested, "attested"),
            (s.waived, "waived"),
            (s.skipped, "skipped"),
        ];
        let kinds: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
        let planned = count(s.planned, "unit");
        if kinds.is_empty() { format!("{planned} planned") } else { format!("{planned} planned: {}", kinds.join(", ")) }
    }

    /// Whether a check took place in several stages, so that its name alone does not say which unit is meant.
    pub fn has_twins(&self, unit: &UnitRow) -> bool {
        self.checks.iter().filter(|other| other.id == unit.id).count() > 1
    }

    /// What everybody must know before they believe the answer: stand-ins, a selection, an interruption.
    pub fn caveats(&self) -> Vec<String> {
        let mut caveats = Vec::new();
        if self.stand_ins {
            caveats.push("against stand-ins: no real provider was called".to_owned());
        }
        if let Some(selection) = &self.selection {
            caveats.push(format!("a selection only ({selection}): this says nothing about readiness"));
        }
        let unchecked = self.items.iter().filter(|item| item.verdict == VerdictWord::Unchecked).count();
        if unchecked > 0 {
            let all = self.items.len();
            caveats.push(format!(
                "{unchecked} of {all} checklist items have no check in this version: nothing is said about them"
            ));
        }
        if self.interrupted {
            caveats.push("interrupted before its end: what did not run is undecided".to_owned());
        }
        caveats
    }
}

impl UnitRow {
    /// The verdict in one sentence; never empty.
    pub fn headline(&self) -> String {
        let said = match (&self.blocked_by, self.reason.trim().is_empty()) {
            (Some(by), true) => format!("blocked by {by}"),
            (Some(by), false) => format!("blocked by {by}: {}", self.reason),
            (None, false) => self.reason.clone(),
            (None, true) => match (&self.expected, &self.observed) {
                (Some(expected), Some(observed)) => format!("expected {expected}; observed {observed}"),
                (Some(expected), None) => format!("expected {expected}"),
                (None, Some(observed)) => format!("observed {observed}"),
                (None, None) => format!("{}: no reason was given", self.verdict.words()),
            },
        };
        super::text::one_line(&said)
    }
}

/// `1 unit`, `2 units`.
pub(super) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
