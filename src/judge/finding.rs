//! The result of an expectation, with the finding if it did not hold.

use serde::{Deserialize, Serialize};

use crate::evidence::{Offset, Who};

/// The result of one expectation.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// It held; the remarks are for the report.
    Yes(Vec<String>),
    /// It did not hold.
    No(Finding),
    /// The evidence does not decide.
    Unknown(Finding),
}

/// What was expected, what was observed, and who must act.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// The finding on one line.
    pub reason: String,
    /// Who must act.
    pub who: Who,
    /// What the expectation requires.
    pub expected: Option<String>,
    /// What the record shows.
    pub observed: Option<String>,
    /// The cause, if a diagnosis found it.
    pub because: Option<String>,
    /// How to fix it, if the check's own advice does not fit.
    #[serde(default)]
    pub fix: Option<String>,
    /// When the exchange in question began, in the record.
    #[serde(default)]
    pub began: Option<Offset>,
    /// Whether only a line of the profile is missing; a retry would change nothing.
    #[serde(default)]
    pub lacks_line: bool,
    /// The JSON pointer of the expectation in the check's file; empty if the finding is about the check as a whole.
    pub at: String,
}

impl Finding {
    /// A finding with a reason only.
    pub fn new(who: Who, reason: impl Into<String>) -> Self {
        let (expected, observed, because) = (None, None, None);
        Finding {
            reason: reason.into(),
            who,
            expected,
            observed,
            because,
            fix: None,
            began: None,
            lacks_line: false,
            at: String::new(),
        }
    }

    /// A finding that contrasts expected and observed; its reason states both.
    pub fn contrast(who: Who, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        let (expected, observed) = (expected.into(), observed.into());
        let mut finding = Finding::new(who, format!("expected {expected}; observed {observed}"));
        (finding.expected, finding.observed) = (Some(expected), Some(observed));
        finding
    }

    /// A finding for which only a line of the profile is missing.
    pub fn for_want_of_a_line(reason: impl Into<String>) -> Self {
        Finding { lacks_line: true, ..Finding::new(Who::Partner, reason) }
    }

    /// Sets the cause.
    #[must_use]
    pub fn because(mut self, cause: Option<String>) -> Self {
        self.because = cause;
        self
    }
}

impl Held {
    /// Success without remarks.
    pub const YES: Held = Held::Yes(Vec::new());

    /// Combines expectations that must all hold: a failure outweighs an unknown, an unknown outweighs success; remarks
    /// are merged.
    pub fn all(parts: impl IntoIterator<Item = Held>) -> Held {
        let (mut remarks, mut doubt) = (Vec::new(), None);
        for part in parts {
            match part {
                Held::Yes(more) => remarks.extend(more),
                Held::No(finding) => return Held::No(finding),
                Held::Unknown(finding) => doubt = doubt.or(Some(finding)),
            }
        }
        doubt.map_or(Held::Yes(remarks), Held::Unknown)
    }

    /// Combines alternatives of which one must hold: success outweighs an unknown, an unknown outweighs a failure; a
    /// failure lists them all.
    pub fn any(parts: impl IntoIterator<Item = Held>) -> Held {
        let (mut failures, mut doubt) = (Vec::new(), None);
        for part in parts {
            match part {
                Held::Yes(remarks) => return Held::Yes(remarks),
                Held::No(finding) => failures.push(finding),
                Held::Unknown(finding) => doubt = doubt.or(Some(finding)),
            }
        }
        if let Some(finding) = doubt {
            return Held::Unknown(finding);
        }
        let words = |side: fn(&Finding) -> Option<&String>| {
            failures.iter().map(|f| side(f).unwrap_or(&f.reason).clone()).collect::<Vec<_>>()
        };
        let who = failures.first().map_or(Who::Tool, |finding| finding.who);
        let (expected, observed) = (words(|f| f.expected.as_ref()), words(|f| f.observed.as_ref()));
        let mut finding = Finding::contrast(who, expected.join(", or "), observed.join("; "));
        finding.began = failures.iter().find_map(|failure| failure.began);
        Held::No(finding)
    }

    /// Turns a failure into an unknown.
    #[must_use]
    pub fn softened(self) -> Held {
        match self {
            Held::No(finding) | Held::Unknown(finding) => Held::Unknown(finding),
            Held::Yes(remarks) => Held::Yes(remarks),
        }
    }

    /// Sets the JSON pointer of the expectation.
    #[must_use]
    pub fn at(self, pointer: &str) -> Held {
        self.changed(|finding| pointer.clone_into(&mut finding.at))
    }

    /// Sets when the exchange in question began.
    #[must_use]
    pub fn about(self, began: Offset) -> Held {
        self.changed(|finding| finding.began = finding.began.or(Some(began)))
    }

    fn changed(self, change: impl FnOnce(&mut Finding)) -> Held {
        match self {
            Held::Yes(remarks) => Held::Yes(remarks),
            Held::No(mut finding) => {
                change(&mut finding);
                Held::No(finding)
            }
            Held::Unknown(mut finding) => {
                change(&mut finding);
                Held::Unknown(finding)
            }
        }
    }

    /// Adds an explanation to a failure. An unknown keeps its own reason.
    #[must_use]
    pub fn hinted(self, hint: Option<&str>) -> Held {
        let add = |mut finding: Finding| {
            if let Some(hint) = hint {
                finding.because =
                    Some(finding.because.map_or_else(|| hint.to_owned(), |cause| format!("{cause}; {hint}")));
            }
            finding
        };
        match self {
            Held::Yes(remarks) => Held::Yes(remarks),
            Held::No(finding) => Held::No(add(finding)),
            Held::Unknown(finding) => Held::Unknown(finding),
        }
    }
}

/// The verdict of the evidence on one check, before attestations and waivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every expectation held.
    Pass,
    /// At least one expectation did not hold.
    Fail(Finding),
    /// The evidence does not decide: inconclusive.
    Inconclusive(Finding),
}

/// A verdict with its remarks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Margins, quiet periods and other remarks.
    pub remarks: Vec<String>,
}
