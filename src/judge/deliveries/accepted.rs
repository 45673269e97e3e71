//! Judges whether the handler accepted a genuine delivery: with a success status, in time, and with an effect.

use super::failing::FailureKind;
use crate::evidence::{Delivery, DeliveryRole, Outcome, Responsible, TransportError, TransportErrorKind};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{deliveries, in_time, limit, outcome, taken, title};
use crate::judge::finding::{ExpectationResult, Finding};

/// The profile entry that says how to count effects in the build.
const PROCESSED_LOOKUP: &str = "rehearsal.lookups.processed";

/// The advice for a body that the provider does not document.
const CAPTURED: &str = "put a captured body into `rehearsal.bodies` of the profile";

/// The fix for a rejection that may be right.
const DOUBTFUL: &str = "Read the handler's response. If it asks for a value that the event rightly lacks here, follow the \
    reason above; if it asks for more than the provider promises, accept the event without it.";

/// The fix for an event that was acknowledged and had no effect.
const LOST: &str = "Store the event before you acknowledge it, or let the queue behind the handler process it; \
    and let the lookup count it.";

/// The fix for an unreachable handler.
const UNREACHED: &str =
    "Start the handler before the run, or let `rehearsal.start` start it; and correct `rehearsal.webhook.url`.";

/// Judges whether a delivery succeeded by the provider's rule, within its time limit.
pub(super) fn accepted(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    if taken(case, delivery) && !in_time(case, delivery) {
        return failed(case, delivery);
    }
    accepted_at_last(case, delivery)
}

/// Judges whether a delivery succeeded by the provider's rule, however long it took.
pub(super) fn accepted_at_last(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    if taken(case, delivery) { by_effect(case, delivery) } else { not_taken(case, delivery) }
}

/// Judges whether a delivery was answered with any 2xx, however long it took.
pub(super) fn acknowledged(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    let success = |status| (200..300).contains(&status) || case.is_success(status);
    if !delivery.outcome.answer().is_some_and(|answer| success(answer.status)) {
        return not_taken(case, delivery);
    }
    match by_effect(case, delivery) {
        // Only the first of several checks remarks on this.
        ExpectationResult::Yes(mut remarks) if !in_time(case, delivery) && case.check.needs.is_empty() => {
            remarks.push(format!("{}: {}", title(delivery), FailureKind::Late.describe(case, delivery)));
            ExpectationResult::Yes(remarks)
        }
        other => other,
    }
}

/// Judges whether a delivery was answered within the provider's time limit, whatever the status.
pub(super) fn answered_in_time(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    match &delivery.outcome {
        Outcome::Answered(_) if in_time(case, delivery) => ExpectationResult::YES,
        Outcome::Answered(_) => failed(case, delivery),
        Outcome::TransportError(trouble) if trouble.kind == TransportErrorKind::Timeout => {
            without_limit(case, delivery, trouble).map_or_else(|| failed(case, delivery), ExpectationResult::Unknown)
        }
        Outcome::TransportError(trouble) => {
            let why =
                format!("{} got no response, so the response time is unknown: {}", title(delivery), trouble.detail);
            ExpectationResult::Unknown(Finding::new(Responsible::Partner, why))
        }
    }
}

fn failed(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    let wanted = format!("{} accepted{}", title(delivery), limit(case));
    ExpectationResult::No(Finding::contrast(
        Responsible::Partner,
        wanted,
        FailureKind::classify(case, delivery).describe(case, delivery),
    ))
}

fn not_taken(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    match &delivery.outcome {
        Outcome::TransportError(trouble) => {
            let open = not_reached(case, delivery, trouble).or_else(|| without_limit(case, delivery, trouble));
            open.map_or_else(|| failed(case, delivery), ExpectationResult::Unknown)
        }
        // A handler may require fields that nobody documented, so a 4xx proves no defect, unless the handler rejects
        // the sender. A crash, a redirect, or a success other than the provider's is a defect whatever the body is.
        Outcome::Answered(answer)
            if !delivery.documented
                && (400..500).contains(&answer.status)
                && !matches!(answer.status, 401 | 403)
                && !is_content(case, delivery) =>
        {
            let seen = outcome(case, delivery);
            let why = match unknown_client(case) {
                Some(how) => format!("the handler may not know the client that the event is about: {how}"),
                None => format!("the provider does not document its body; {CAPTURED}"),
            };
            let why = format!("the handler answered {seen} to {}, but {why}", title(delivery));
            ExpectationResult::Unknown(advised(Finding::new(Responsible::Partner, why), DOUBTFUL))
        }
        Outcome::Answered(_) => failed(case, delivery),
    }
}

/// Returns a finding if the delivery did not reach the handler. A failed connection is the handler's failure, though,
/// if it had answered an earlier delivery.
fn not_reached(case: &Case<'_>, delivery: &Delivery, trouble: &TransportError) -> Option<Finding> {
    let before = || {
        case.evidence.entries.iter().map_while(|entry| match entry.what.delivery() {
            Some(this) if std::ptr::eq(this, delivery) => None,
            other => Some(other),
        })
    };
    match trouble.kind {
        TransportErrorKind::Timeout
        | TransportErrorKind::Broken
        | TransportErrorKind::TooLarge
        | TransportErrorKind::Shape
        | TransportErrorKind::Redirects => None,
        TransportErrorKind::Refused => Some(Finding::new(Responsible::Partner, trouble.detail.clone())),
        TransportErrorKind::Connect if before().flatten().any(|earlier| earlier.outcome.answer().is_some()) => None,
        TransportErrorKind::Dns | TransportErrorKind::Connect | TransportErrorKind::Certificate => {
            let why = &trouble.detail;
            let why = format!("the handler could not be reached: {why}; start it, or correct its URL in the profile");
            Some(advised(Finding::new(Responsible::Partner, why), UNREACHED))
        }
    }
}

/// Returns a finding if the response timed out and the provider names no time limit: then a late response breaks no
/// documented rule.
fn without_limit(case: &Case<'_>, delivery: &Delivery, trouble: &TransportError) -> Option<Finding> {
    (trouble.kind == TransportErrorKind::Timeout && limit(case).is_empty()).then(|| {
        let what = format!("{}: {}", title(delivery), trouble.detail);
        Finding::new(
            Responsible::Partner,
            format!("{what}; the provider documents no time limit, but will not wait for ever"),
        )
    })
}

/// Returns how to make the client of the events known to the handler, if nothing does so yet.
fn unknown_client(case: &Case<'_>) -> Option<String> {
    let action = case.provider.webhooks.as_ref().and_then(|hooks| hooks.known_after.as_ref())?;
    let place = format!("rehearsal.actions.{action}");
    case.bound.get(&place).is_none().then(|| case.bound.how_to_give(&place))
}

fn advised(mut finding: Finding, fix: &str) -> Finding {
    finding.fix = Some(fix.to_owned());
    finding
}

/// Whether the handler accepted another delivery of the same event, either genuine or signed as a known defect expects.
/// If so, a rejection is about the signature and not about the body.
fn is_content(case: &Case<'_>, delivery: &Delivery) -> bool {
    deliveries(case).any(|other| {
        let same = other.event == delivery.event && taken(case, other);
        same && match &other.role {
            DeliveryRole::Plain | DeliveryRole::Control | DeliveryRole::Diagnosis(_) => true,
            DeliveryRole::Altered { .. } | DeliveryRole::Probe => false,
        }
    })
}

/// Judges whether an acknowledged delivery took effect, where the profile has a lookup.
fn by_effect(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    let known = case.provider.webhooks.as_ref().is_some_and(|hooks| hooks.events.contains_key(&delivery.event));
    let later = case.bound.verifies_later;
    match delivery.effects {
        // A handler acknowledges an event that it does not know, and nothing takes effect.
        _ if !known => ExpectationResult::YES,
        // For a control, only the response counts.
        Some(0) if later || delivery.role == DeliveryRole::Plain => without_effect(case, delivery),
        None if later => ExpectationResult::Unknown(says_nothing(case)),
        Some(_) | None => ExpectationResult::YES,
    }
}

/// Judges an acknowledged delivery that had no effect by the lookup. Software may rightly ignore an event, or a body
/// that Preflight made up, so this fails only if another delivery or the profile shows that the event should have an
/// effect.
fn without_effect(case: &Case<'_>, delivery: &Delivery) -> ExpectationResult {
    let status = outcome(case, delivery);
    let place = format!("`{PROCESSED_LOOKUP}`");
    let listed = case.bound.get(&format!("{PROCESSED_LOOKUP}.events")).and_then(|events| events.as_array());
    let among = |events: &Vec<serde_json::Value>| events.iter().any(|event| event == &delivery.event);
    if listed.is_some_and(|events| !among(events)) {
        let remark =
            format!("{}: {status}, effect not looked up: {place} does not list it under `events`", title(delivery));
        return ExpectationResult::Yes(vec![remark]);
    }
    let genuine = |other: &&Delivery| matches!(other.role, DeliveryRole::Plain | DeliveryRole::Control);
    let effective = || deliveries(case).filter(genuine).filter(|other| other.effects.is_some_and(|count| count > 0));
    let same = effective().any(|other| other.event == delivery.event);
    let others = effective().next().is_some();
    if same || (delivery.documented && (listed.is_some() || !others)) {
        let wanted = format!("{} takes effect", title(delivery));
        let seen = format!("{status}, but no effect: {place} found none within the reaction time");
        return ExpectationResult::No(advised(Finding::contrast(Responsible::Partner, wanted, seen), LOST));
    }
    let how = match (others, unknown_client(case)) {
        (true, _) => format!(
            "it was lost; or, if your software rightly ignores it, list the events that have an effect as \
             `{PROCESSED_LOOKUP}.events`"
        ),
        (false, Some(how)) => {
            format!("it was lost; or your software does not know the client that the event is about: {how}")
        }
        (false, None) => {
            format!("it was lost; or your software ignores a body that Preflight made up: {CAPTURED}")
        }
    };
    let why = format!("the handler acknowledged {} with {status}, but {place} shows no effect: {how}", title(delivery));
    ExpectationResult::Unknown(advised(Finding::new(Responsible::Partner, why), LOST))
}

/// Makes the finding for an acknowledgement that says nothing, where no lookup shows the effect.
pub(super) fn says_nothing(case: &Case<'_>) -> Finding {
    let why = |how: String| format!("this handler verifies after it answers, so its response says nothing: {how}");
    match case.bound.get(PROCESSED_LOOKUP) {
        Some(_) => {
            let how = format!("`{PROCESSED_LOOKUP}` of {} returned no number", case.bound.profile_name);
            Finding::new(Responsible::Partner, why(how))
        }
        None => Finding::for_want_of_a_line(why(case.bound.how_to_give(PROCESSED_LOOKUP))),
    }
}
