//! Whether an expectation held, and what to say when it did not.

use serde::{Deserialize, Serialize};

use crate::evidence::{Offset, Who};

/// What became of one expectation.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// It held, perhaps with something worth saying.
    Yes(Vec<String>),
    /// It did not.
    No(Finding),
    /// The evidence does not say.
    Unknown(Finding),
}

/// What was wanted, what was seen, and who can change it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// One line.
    pub reason: String,
    /// Who must act.
    pub who: Who,
    /// What was wanted.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// The cause, where a diagnosis found it.
    pub because: Option<String>,
    /// What to do about it, where that is not what the check says.
    #[serde(default)]
    pub fix: Option<String>,
    /// When the exchange that it is about began, in the record.
    #[serde(default)]
    pub began: Option<Offset>,
    /// Whether a line of the profile is all that is missing, so that to try again changes nothing.
    #[serde(default)]
    pub lacks_line: bool,
    /// The JSON pointer of the expectation in the check's file; empty for the check as a whole.
    pub at: String,
}

impl Finding {
    /// A finding of one line.
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

    /// A finding that sets what was seen against what was wanted; its line says both.
    pub fn contrast(who: Who, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        let (expected, observed) = (expected.into(), observed.into());
        let mut finding = Finding::new(who, format!("expected {expected}; observed {observed}"));
        (finding.expected, finding.observed) = (Some(expected), Some(observed));
        finding
    }

    /// What is said where a line of the profile is all that is missing.
    pub fn for_want_of_a_line(reason: impl Into<String>) -> Self {
        Finding { lacks_line: true, ..Finding::new(Who::Partner, reason) }
    }

    /// The same with a cause.
    #[must_use]
    pub fn because(mut self, cause: Option<String>) -> Self {
        self.because = cause;
        self
    }
}

impl Held {
    /// It held, and there is nothing to add.
    pub const YES: Held = Held::Yes(Vec::new());

    /// Of several that must all hold: a failure beats a doubt, a doubt beats success; remarks are gathered.
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

    /// Of several of which one will do: success beats a doubt, a doubt beats failure, and a failure shows them all.
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

    /// The same, with a failure turned into a doubt.
    #[must_use]
    pub fn softened(self) -> Held {
        match self {
            Held::No(finding) | Held::Unknown(finding) => Held::Unknown(finding),
            Held::Yes(remarks) => Held::Yes(remarks),
        }
    }

    /// The same, with the place of its expectation in the check's file.
    #[must_use]
    pub fn at(self, pointer: &str) -> Held {
        self.changed(|finding| pointer.clone_into(&mut finding.at))
    }

    /// The same, said of an exchange, by when it began.
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

    /// The same, with something added that explains a failure. A doubt has a reason of its own.
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

/// What the evidence of a unit says, before anybody vouches for anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every expectation held.
    Pass,
    /// One did not.
    Fail(Finding),
    /// The evidence does not say.
    Undecided(Finding),
}

/// A verdict with what else is worth saying.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Margins, quiet periods, remarks.
    pub remarks: Vec<String>,
}
