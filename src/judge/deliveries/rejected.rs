//! Judges whether the handler rejected a delivery that it must not trust.

use super::accepted::says_nothing;
use crate::evidence::{Delivery, DeliveryRole, Outcome, Responsible, TransportErrorKind};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{deliveries, outcome, taken, title};
use crate::judge::finding::{ExpectationResult, Finding};

/// Judges whether a delivery was rejected: it got no success status, or it had no effect where the genuine twin had
/// one.
pub(super) fn rejected(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    // A delivery that was never sent was not rejected.
    if let Outcome::TransportError(trouble) = &delivery.outcome
        && trouble.kind == TransportErrorKind::Refused
    {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            format!("{} was not sent: {}", title(delivery), trouble.detail),
        ));
    }
    // A response without success is a rejection, however late it comes. A missing response is none, because the handler
    // may have processed the event all the same. Nor is a crash, if the event took effect.
    let unanswered = delivery.outcome.answer().is_none();
    let done = match (taken(case, delivery), unanswered) {
        (true, _) => "was acknowledged",
        (false, true) => "got no answer",
        (false, false) if crashed(delivery) => "crashed the handler",
        (false, false) => return ExpectationResult::YES,
    };
    if crashed(delivery) && delivery.effects.is_none_or(|effects| effects == 0) {
        return ExpectationResult::YES;
    }
    let wanted = || format!("{} rejected", title(delivery));
    let twin = deliveries(case)
        .filter(|d| matches!(d.role, DeliveryRole::Control | DeliveryRole::Plain))
        .filter_map(|d| d.effects)
        .max();
    match (delivery.effects, twin) {
        (Some(0), Some(1..)) => ExpectationResult::Yes(vec![format!("{} {done} but had no effect", title(delivery))]),
        (None, _) if unanswered => ExpectationResult::Unknown(nobody_can_tell(case, delivery)),
        (Some(0), _) => ExpectationResult::Unknown(Finding::new(
            Responsible::Partner,
            format!(
                "{} {done} and had no effect, but the genuine twin had none either, so this says nothing",
                title(delivery)
            ),
        )),
        (None, _) if case.bound.verifies_later => ExpectationResult::Unknown(says_nothing(case)),
        (None, _) => {
            let seen = format!("{}: accepted with {}", title(delivery), outcome(case, delivery));
            ExpectationResult::No(Finding::contrast(Responsible::Partner, wanted(), seen))
        }
        (Some(_), _) => {
            let seen = format!("{}: {done} ({}) and took effect", title(delivery), outcome(case, delivery));
            ExpectationResult::No(Finding::contrast(Responsible::Partner, wanted(), seen))
        }
    }
}

fn nobody_can_tell(case: &Case<'_>, delivery: &Delivery) -> Finding {
    let how = match case.bound.get("rehearsal.lookups.processed") {
        Some(_) => "answer it with an error status".to_owned(),
        None => case.bound.how_to_give("rehearsal.lookups.processed"),
    };
    let (title, outcome) = (title(delivery), outcome(case, delivery));
    let why = format!("{title} got no response ({outcome}), so Preflight cannot tell whether it took effect: {how}");
    Finding::new(Responsible::Partner, why)
}

fn crashed(delivery: &Delivery) -> bool {
    delivery.outcome.answer().is_some_and(|answer| answer.status >= 500)
}

/// Returns a remark about the deliveries that were rejected by a crash and not by a decision.
pub(super) fn by_a_crash(case: &Case<'_>, refused: &[&Delivery]) -> Option<String> {
    let crashes: Vec<&&Delivery> = refused.iter().filter(|delivery| crashed(delivery)).collect();
    let shown: Vec<String> =
        crashes.iter().take(3).map(|delivery| format!("{}: {}", title(delivery), outcome(case, delivery))).collect();
    let more = crashes.len().saturating_sub(shown.len());
    let more = if more > 0 { format!("; {more} more") } else { String::new() };
    (!crashes.is_empty())
        .then(|| format!("rejected by a crash, not by a decision: {}{more}; answer 401 instead", shown.join("; ")))
}
