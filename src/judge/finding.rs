//! The result of an expectation, and the finding if it did not hold.

use serde::{Deserialize, Serialize};

use crate::evidence::{Offset, Responsible};

/// Whether one expectation held, as far as the evidence decides.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectationResult {
    /// It held. The remarks are for the report.
    Yes(Vec<String>),
    /// It did not hold.
    No(Finding),
    /// The evidence does not decide whether it held.
    Unknown(Finding),
}

/// What was expected, what was observed, and who must act.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// The whole finding on one line.
    pub reason: String,
    /// Who must act.
    pub responsible: Responsible,
    /// What the expectation requires.
    pub expected: Option<String>,
    /// What the record shows.
    pub observed: Option<String>,
    /// The cause, if a diagnosis found it.
    pub because: Option<String>,
    /// How to fix it, if the check's own advice does not fit.
    #[serde(default)]
    pub fix: Option<String>,
    /// When the exchange in question began, as an offset in the record.
    #[serde(default)]
    pub began: Option<Offset>,
    /// Whether only a line of the profile is missing, so that a retry would change nothing.
    #[serde(default)]
    pub lacks_line: bool,
    /// The JSON pointer of the expectation in the check's file; empty if the finding is about the check as a whole.
    pub at: String,
}

impl Finding {
    /// Makes a finding that has only a reason.
    pub fn new(responsible: Responsible, reason: impl Into<String>) -> Self {
        let (expected, observed, because) = (None, None, None);
        Finding {
            reason: reason.into(),
            responsible,
            expected,
            observed,
            because,
            fix: None,
            began: None,
            lacks_line: false,
            at: String::new(),
        }
    }

    /// Makes a finding that contrasts what was expected with what was observed; its reason states both.
    pub fn contrast(responsible: Responsible, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        let (expected, observed) = (expected.into(), observed.into());
        let mut finding = Finding::new(responsible, format!("expected {expected}; observed {observed}"));
        (finding.expected, finding.observed) = (Some(expected), Some(observed));
        finding
    }

    /// Makes a finding that says that only a line of the profile is missing.
    pub fn for_want_of_a_line(reason: impl Into<String>) -> Self {
        Finding { lacks_line: true, ..Finding::new(Responsible::Partner, reason) }
    }

    /// Sets the cause.
    #[must_use]
    pub fn because(mut self, cause: Option<String>) -> Self {
        self.because = cause;
        self
    }
}

impl ExpectationResult {
    /// It held, and there is nothing to remark.
    pub const YES: ExpectationResult = ExpectationResult::Yes(Vec::new());

    /// Combines expectations that must all hold. A failure outweighs an unknown, and an unknown outweighs a success.
    /// Remarks are merged.
    pub fn all_of(parts: impl IntoIterator<Item = ExpectationResult>) -> ExpectationResult {
        let (mut remarks, mut doubt) = (Vec::new(), None);
        for part in parts {
            match part {
                ExpectationResult::Yes(more) => remarks.extend(more),
                ExpectationResult::No(finding) => return ExpectationResult::No(finding),
                ExpectationResult::Unknown(finding) => doubt = doubt.or(Some(finding)),
            }
        }
        doubt.map_or(ExpectationResult::Yes(remarks), ExpectationResult::Unknown)
    }

    /// Combines alternatives of which one must hold. A success outweighs an unknown, and an unknown outweighs a
    /// failure. If all fail, the finding lists them all.
    pub fn any(parts: impl IntoIterator<Item = ExpectationResult>) -> ExpectationResult {
        let (mut failures, mut doubt) = (Vec::new(), None);
        for part in parts {
            match part {
                ExpectationResult::Yes(remarks) => return ExpectationResult::Yes(remarks),
                ExpectationResult::No(finding) => failures.push(finding),
                ExpectationResult::Unknown(finding) => doubt = doubt.or(Some(finding)),
            }
        }
        if let Some(finding) = doubt {
            return ExpectationResult::Unknown(finding);
        }
        let words = |side: fn(&Finding) -> Option<&String>| {
            failures.iter().map(|f| side(f).unwrap_or(&f.reason).clone()).collect::<Vec<_>>()
        };
        let responsible = failures.first().map_or(Responsible::Tool, |finding| finding.responsible);
        let (expected, observed) = (words(|f| f.expected.as_ref()), words(|f| f.observed.as_ref()));
        let mut finding = Finding::contrast(responsible, expected.join(", or "), observed.join("; "));
        finding.began = failures.iter().find_map(|failure| failure.began);
        ExpectationResult::No(finding)
    }

    /// Turns a failure into an unknown.
    #[must_use]
    pub fn softened(self) -> ExpectationResult {
        match self {
            ExpectationResult::No(finding) | ExpectationResult::Unknown(finding) => ExpectationResult::Unknown(finding),
            ExpectationResult::Yes(remarks) => ExpectationResult::Yes(remarks),
        }
    }

    /// Sets the JSON pointer of the expectation.
    #[must_use]
    pub fn at_pointer(self, pointer: &str) -> ExpectationResult {
        self.changed(|finding| pointer.clone_into(&mut finding.at))
    }

    /// Sets when the exchange in question began, unless that is already set.
    #[must_use]
    pub fn about(self, began: Offset) -> ExpectationResult {
        self.changed(|finding| finding.began = finding.began.or(Some(began)))
    }

    fn changed(self, change: impl FnOnce(&mut Finding)) -> ExpectationResult {
        match self {
            ExpectationResult::Yes(remarks) => ExpectationResult::Yes(remarks),
            ExpectationResult::No(mut finding) => {
                change(&mut finding);
                ExpectationResult::No(finding)
            }
            ExpectationResult::Unknown(mut finding) => {
                change(&mut finding);
                ExpectationResult::Unknown(finding)
            }
        }
    }

    /// Adds an explanation to a failure. An unknown keeps its own reason.
    #[must_use]
    pub fn hinted(self, hint: Option<&str>) -> ExpectationResult {
        let add = |mut finding: Finding| {
            if let Some(hint) = hint {
                finding.because =
                    Some(finding.because.map_or_else(|| hint.to_owned(), |cause| format!("{cause}; {hint}")));
            }
            finding
        };
        match self {
            ExpectationResult::Yes(remarks) => ExpectationResult::Yes(remarks),
            ExpectationResult::No(finding) => ExpectationResult::No(add(finding)),
            ExpectationResult::Unknown(finding) => ExpectationResult::Unknown(finding),
        }
    }
}

/// The verdict on one check by its evidence, before attestations and waivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every expectation held.
    Pass,
    /// At least one expectation did not hold.
    Fail(Finding),
    /// The evidence does not decide.
    Inconclusive(Finding),
}

/// A verdict with its remarks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict by the evidence.
    pub verdict: Verdict,
    /// Remarks for the report: margins, quiet periods and others.
    pub remarks: Vec<String>,
}
