//! The ways in which a handler fails to accept a genuine delivery, each with its fix.

use crate::evidence::{Delivery, Outcome, TransportErrorKind};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{in_time, outcome, taken};
use crate::judge::duration::millis;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// The handler rejects the delivery, by a 4xx or by a 2xx that is no success for the provider.
    Refuses,
    /// The handler answers with a redirect.
    Redirects,
    /// The handler answers 5xx, or a status outside of HTTP.
    Crashes,
    /// The delivery could not be sent, the connection ended before the response was complete, or the response was
    /// malformed.
    BreaksOff,
    /// No complete response arrived before the timeout.
    Hangs,
    /// The handler accepted the delivery, but too late.
    Late,
}

impl FailureKind {
    /// Classifies a delivery that was not accepted.
    pub(super) fn classify(case: &Case<'_>, delivery: &Delivery) -> Self {
        match &delivery.outcome {
            Outcome::Answered(_) if taken(case, delivery) && !in_time(case, delivery) => FailureKind::Late,
            Outcome::Answered(answer) if answer.redirects().is_some() => FailureKind::Redirects,
            Outcome::Answered(answer) if (200..500).contains(&answer.status) => FailureKind::Refuses,
            Outcome::Answered(_) => FailureKind::Crashes,
            Outcome::TransportError(trouble) => match trouble.kind {
                TransportErrorKind::Timeout => FailureKind::Hangs,
                TransportErrorKind::Refused
                | TransportErrorKind::Dns
                | TransportErrorKind::Connect
                | TransportErrorKind::Certificate
                | TransportErrorKind::Broken
                | TransportErrorKind::TooLarge
                | TransportErrorKind::Shape
                | TransportErrorKind::Redirects => FailureKind::BreaksOff,
            },
        }
    }

    /// Returns the failure as the report describes it.
    pub(super) fn describe(self, case: &Case<'_>, delivery: &Delivery) -> String {
        let seen = outcome(case, delivery);
        match self {
            FailureKind::Late => format!("{seen}, too late: after {}", millis(u128::from(delivery.latency_ms))),
            FailureKind::Refuses
            | FailureKind::Redirects
            | FailureKind::Crashes
            | FailureKind::BreaksOff
            | FailureKind::Hangs => seen,
        }
    }

    /// Returns the fix. A rejection has none here, because the check's own fix is better.
    pub(super) fn fix(self) -> Option<&'static str> {
        match self {
            FailureKind::Refuses => None,
            FailureKind::Redirects => Some(
                "Answer the delivery at the URL where it arrives: senders do not follow redirects. Give the provider \
                 the exact address that the redirect names (mind the trailing slash and https), or serve both \
                 spellings.",
            ),
            FailureKind::Crashes => Some(
                "Find the error in the handler's log at the time of this delivery, and fix it. Store what the handler \
                 cannot process at once: answer with success first, process it afterwards.",
            ),
            FailureKind::BreaksOff => Some(
                "Find in the handler's log why the connection ended before a complete response: a worker that died, \
                 an uncaught exception, a timeout or a limit of a reverse proxy.",
            ),
            FailureKind::Hangs | FailureKind::Late => Some(
                "Put the event into a queue, answer, and process it afterwards; do not wait for a lock or a network \
                 before you answer.",
            ),
        }
    }
}

/// Returns the fix for several failures. If one of them is a rejection, there is none and the check's own fix stays.
pub(super) fn fix(ways: &[FailureKind]) -> Option<String> {
    let mut advice: Vec<&str> = ways.iter().map(|way| way.fix()).collect::<Option<_>>()?;
    advice.dedup();
    (!advice.is_empty()).then(|| advice.join(" "))
}
