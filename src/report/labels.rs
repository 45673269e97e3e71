//! The words that a reader sees for the closed values of the model.

use super::model::{CheckResult, ItemRow, LevelLabel, Report, VerdictLabel};
use crate::judge::{ItemVerdict, Readiness, Withheld};

/// The most items that a caveat names.
const MAX_NAMES: usize = 5;

impl Readiness {
    /// Returns the answer in one to three words.
    pub fn label(self) -> &'static str {
        match self {
            Readiness::Ready => "ready",
            Readiness::ReadyWithRisks => "ready with risks",
            Readiness::NotReady => "not ready",
            Readiness::Inconclusive => "inconclusive",
            Readiness::SelectionPassed => "selection passed",
            Readiness::SelectionFailed => "selection failed",
            Readiness::SelectionInconclusive => "selection inconclusive",
        }
    }

    /// Explains the answer in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Readiness::Ready => "Every item of the checklist passes or is attested.",
            Readiness::ReadyWithRisks => "Every item of the checklist passes or is attested, but there are risks.",
            Readiness::NotReady => "At least one item of the checklist fails.",
            Readiness::Inconclusive => "No item of the checklist fails, but at least one is inconclusive.",
            Readiness::SelectionPassed => {
                "No required check in the selection failed; this says nothing about readiness."
            }
            Readiness::SelectionFailed => "A required check in the selection failed.",
            Readiness::SelectionInconclusive => {
                "No required check in the selection failed, but at least one is inconclusive."
            }
        }
    }
}

impl VerdictLabel {
    /// Returns the verdict as readers see it.
    pub fn words(self) -> &'static str {
        match self {
            VerdictLabel::Pass => "pass",
            VerdictLabel::Attested => "attested",
            VerdictLabel::Waived => "waived",
            VerdictLabel::Inconclusive => "inconclusive",
            VerdictLabel::Fail => "fail",
            VerdictLabel::Skipped => "skipped",
        }
    }
}

impl Withheld {
    /// Explains in a sentence why readiness is withheld.
    pub fn words(self) -> &'static str {
        match self {
            Withheld::NothingPassed => "No check passed, so the run shows nothing.",
            Withheld::SimulatedEnvironments => {
                "This run used simulated environments, so it cannot show that the partner is ready."
            }
        }
    }
}

impl ItemVerdict {
    /// Returns the verdict as readers see it.
    pub fn words(self) -> &'static str {
        match self {
            ItemVerdict::Pass => "pass",
            ItemVerdict::NotApplicable => "not applicable",
            ItemVerdict::Attested => "attested",
            ItemVerdict::Waived => "waived",
            ItemVerdict::Risk => "a risk",
            ItemVerdict::NotDecided => "not decided in this run",
            ItemVerdict::Inconclusive => "inconclusive",
            ItemVerdict::Unchecked => "no check in this version",
            ItemVerdict::Fail => "fail",
        }
    }
}

impl ItemRow {
    /// Whether no check serves the item, so that only a person can attest it.
    pub fn is_for_persons(&self) -> bool {
        self.checks.is_empty()
    }
}

impl LevelLabel {
    /// Returns the level as readers see it.
    pub fn words(self) -> &'static str {
        match self {
            LevelLabel::Required => "required",
            LevelLabel::Recommended => "recommended",
        }
    }
}

impl Report {
    /// Describes the pack on one line: version, origin and digest, as in `built-in pack 1.0, sha256 3f9c…`.
    pub fn pack_line(&self) -> String {
        let pack = &self.pack;
        let digest: String = pack.sha256.chars().take(12).collect();
        if pack.built_in {
            format!("built-in pack {}, sha256 {digest}…", pack.version)
        } else {
            // What the pack says of itself comes last, so that it can neither hide nor contradict the rest.
            format!("pack NOT built in, sha256 {digest}…: {} {}", pack.id, pack.version)
        }
    }

    /// Counts the checks by verdict, without zeros: `71 checks planned: 65 pass, 2 fail`.
    pub fn plan_line(&self) -> String {
        let s = &self.summary;
        let counts = [
            (s.pass, "pass"),
            (s.fail, "fail"),
            (s.fail_recommended, "fail (recommended)"),
            (s.inconclusive, "inconclusive"),
            (s.inconclusive_recommended, "inconclusive (recommended)"),
            (s.attested, "attested"),
            (s.waived, "waived"),
            (s.skipped, "skipped"),
        ];
        let kinds: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
        let planned = count(s.planned, "check");
        if kinds.is_empty() { format!("{planned} planned") } else { format!("{planned} planned: {}", kinds.join(", ")) }
    }

    /// Counts the items by verdict, without zeros: `40 items: 37 pass, 3 attested`.
    pub fn items_line(&self) -> String {
        use ItemVerdict as I;
        let all = [
            I::Pass,
            I::NotApplicable,
            I::Fail,
            I::Inconclusive,
            I::NotDecided,
            I::Attested,
            I::Waived,
            I::Risk,
            I::Unchecked,
        ];
        let with = |word: ItemVerdict| self.items.iter().filter(|item| item.verdict == word).count();
        let kinds = all.iter().map(|word| (with(*word), word.words())).filter(|(n, _)| *n > 0);
        let kinds: Vec<String> = kinds.map(|(n, words)| format!("{n} {words}")).collect();
        let all = count(self.items.len(), "item");
        if kinds.is_empty() { all } else { format!("{all}: {}", kinds.join(", ")) }
    }

    /// Explains the answer in one sentence; if readiness was withheld, says why.
    pub fn meaning(&self) -> &str {
        self.because.as_deref().unwrap_or_else(|| self.readiness.meaning())
    }

    /// Whether a check was planned in several stages, so that its id alone does not say which result is meant.
    pub fn has_twins(&self, check: &CheckResult) -> bool {
        self.checks.iter().filter(|other| other.id == check.id).count() > 1
    }

    /// Lists what everybody must know before they trust the answer: simulated environments, a selection, items without
    /// a check, an interruption.
    pub fn caveats(&self) -> Vec<String> {
        let mut caveats = Vec::new();
        if self.simulated_environments {
            caveats.push("simulated environments: no real provider was called".to_owned());
        }
        if let Some(selection) = &self.selection {
            caveats.push(format!("a selection ({selection}): it says nothing about readiness"));
        }
        let alone = [
            (
                ItemVerdict::Unchecked,
                "is inconclusive until a person attests it",
                "are inconclusive until a person attests them",
            ),
            (ItemVerdict::Attested, "rests on an attestation only", "rest on attestations only"),
        ];
        for (word, one, several) in alone {
            let items: Vec<&ItemRow> =
                self.items.iter().filter(|item| item.is_for_persons() && item.verdict == word).collect();
            if let Some(named) = named(&items) {
                let of = count(self.items.len(), "item");
                let (have, so) = if items.len() == 1 { ("has", one) } else { ("have", several) };
                caveats.push(format!("{} of {of} {have} no check in this version and {so}: {named}", items.len()));
            }
        }
        if self.interrupted {
            caveats.push("interrupted: checks that did not run are inconclusive".to_owned());
        }
        caveats
    }
}

/// Returns the ids of the first few items; `None` if there are none.
fn named(items: &[&ItemRow]) -> Option<String> {
    let mut ids: Vec<&str> = items.iter().take(MAX_NAMES).map(|item| item.id.as_str()).collect();
    ids.extend((items.len() > MAX_NAMES).then_some("…"));
    (!ids.is_empty()).then(|| ids.join(", "))
}

impl CheckResult {
    /// Returns the verdict in one sentence; never empty.
    pub fn headline(&self) -> String {
        let said = match (&self.blocked_by, self.reason.trim().is_empty()) {
            (Some(by), true) => format!("blocked by {by}"),
            (Some(by), false) => format!("blocked by {by}: {}", self.reason),
            (None, false) => self.reason.clone(),
            (None, true) => match (&self.expected, &self.observed) {
                (Some(expected), Some(observed)) => format!("expected {expected}; observed {observed}"),
                (Some(expected), None) => format!("expected {expected}"),
                (None, Some(observed)) => format!("observed {observed}"),
                (None, None) => format!("{}: no reason given", self.verdict.words()),
            },
        };
        super::text::one_line(&said)
    }
}

/// Formats a number with its noun: `1 check`, `2 checks`.
pub(super) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
