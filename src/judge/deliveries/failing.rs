//! What a handler does with a genuine delivery that it does not take: named as what it is, with what to do about it.

use crate::evidence::{Delivery, Outcome, TroubleKind};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{in_time, outcome, taken};
use crate::judge::duration::millis;

/// The ways to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failing {
    /// It says no: 401, say.
    Refuses,
    /// It sends the sender elsewhere.
    Redirects,
    /// 5xx, or a status that HTTP does not know.
    Crashes,
    /// The connection ends before the answer does, or the answer is none.
    BreaksOff,
    /// No whole answer came in the time that it was waited for.
    Hangs,
    /// It took the delivery too late.
    Late,
}

impl Failing {
    /// How a delivery failed that was not accepted.
    pub(super) fn of(case: &Case<'_>, delivery: &Delivery) -> Self {
        match &delivery.outcome {
            Outcome::Answered(_) if taken(case, delivery) && !in_time(case, delivery) => Failing::Late,
            Outcome::Answered(answer) if answer.redirects().is_some() => Failing::Redirects,
            Outcome::Answered(answer) if (200..500).contains(&answer.status) => Failing::Refuses,
            Outcome::Answered(_) => Failing::Crashes,
            Outcome::Trouble(trouble) => match trouble.kind {
                TroubleKind::Timeout => Failing::Hangs,
                TroubleKind::Refused
                | TroubleKind::Dns
                | TroubleKind::Connect
                | TroubleKind::Certificate
                | TroubleKind::Broken
                | TroubleKind::TooLarge
                | TroubleKind::Shape
                | TroubleKind::Redirects => Failing::BreaksOff,
            },
        }
    }

    /// What was seen.
    pub(super) fn words(self, case: &Case<'_>, delivery: &Delivery) -> String {
        let seen = outcome(case, delivery);
        match self {
            Failing::Late => format!("{seen}, too late: after {}", millis(u128::from(delivery.latency_ms))),
            Failing::Refuses | Failing::Redirects | Failing::Crashes | Failing::BreaksOff | Failing::Hangs => seen,
        }
    }

    /// What to do about it; of a refusal the check knows more.
    pub(super) fn fix(self) -> Option<&'static str> {
        match self {
            Failing::Refuses => None,
            Failing::Redirects => Some(
                "Answer the delivery where it arrives: a sender does not follow redirects. Give the provider the very address \
                 that the redirect names (mind the trailing slash and https), or let the framework serve both spellings.",
            ),
            Failing::Crashes => Some(
                "Find the error in the handler's log at the time of this delivery, and mend it. What the handler cannot work \
                 on at once it can store first: answer with success, and work on it afterwards.",
            ),
            Failing::BreaksOff => Some(
                "Find out in the handler's log why the connection ended without a whole answer: a worker that died, an \
                 exception that nobody caught, a time-out or a limit of a proxy in front.",
            ),
            Failing::Hangs | Failing::Late => Some(
                "Put the event into a queue, answer, and work on it afterwards; let nothing wait for a lock or a network.",
            ),
        }
    }
}

/// What to do about failures together. Where one of them is a refusal, what the check itself advises stays.
pub(super) fn fix(ways: &[Failing]) -> Option<String> {
    let mut advice: Vec<&str> = ways.iter().map(|way| way.fix()).collect::<Option<_>>()?;
    advice.dedup();
    (!advice.is_empty()).then(|| advice.join(" "))
}
