//! Reads the deliveries in a record, and describes their outcomes for the report.

use super::case::Case;
use super::duration::millis;
use crate::evidence::{Delivery, DeliveryRole, Entry, Outcome};

/// Returns all deliveries of the check.
pub(super) fn deliveries<'c>(case: &Case<'c>) -> impl Iterator<Item = &'c Delivery> {
    case.evidence.entries.iter().filter_map(|entry| entry.what.delivery())
}

impl Case<'_> {
    /// Whether the provider counts this status as a success.
    pub(super) fn is_success(&self, status: u16) -> bool {
        self.provider.webhooks.as_ref().is_some_and(|hooks| hooks.success.status.holds(status))
    }
}

/// Whether the handler answered a delivery with success, however long it took.
pub(super) fn taken(case: &Case<'_>, delivery: &Delivery) -> bool {
    delivery.outcome.answer().is_some_and(|answer| case.is_success(answer.status))
}

/// Whether the handler answered within the provider's time limit.
pub(super) fn in_time(case: &Case<'_>, delivery: &Delivery) -> bool {
    let within = case.provider.webhooks.as_ref().and_then(|hooks| hooks.success.within);
    within.is_none_or(|span| u128::from(delivery.latency_ms) <= span.0.as_millis())
}

/// Returns the provider's time limit as a phrase (` within 5 s`), which is empty if the provider names none.
pub(super) fn limit(case: &Case<'_>) -> String {
    let within = case.provider.webhooks.as_ref().and_then(|hooks| hooks.success.within);
    within.map(|span| format!(" within {}", millis(span.0.as_millis()))).unwrap_or_default()
}

/// Returns a delivery as the report names it.
pub(super) fn title(delivery: &Delivery) -> String {
    match &delivery.role {
        DeliveryRole::Altered { name, .. } => name.clone(),
        DeliveryRole::Control => format!("the genuine {}", delivery.event),
        DeliveryRole::Plain | DeliveryRole::Diagnosis(_) | DeliveryRole::Probe => delivery.event.clone(),
    }
}

/// Returns the outcome of a delivery for the report. For an accepted delivery, this is only the status.
pub(super) fn outcome(case: &Case<'_>, delivery: &Delivery) -> String {
    match &delivery.outcome {
        Outcome::Answered(answer) if case.is_success(answer.status) => answer.status.to_string(),
        other => other.brief(Outcome::MAX_SENTENCE_CHARS),
    }
}

/// Returns the last lines that the build wrote while an action failed, with the outcome of the action.
pub(super) fn crash_of_an_action(case: &Case<'_>) -> Option<String> {
    case.evidence.entries.iter().find_map(|entry| {
        let action = entry.what.action().filter(|action| action.outcome.failed())?;
        let (name, said) = (&action.name, action.outcome.brief(Outcome::MAX_SENTENCE_CHARS));
        Some(format!("while the action {name} failed ({said}), the build wrote:\n{}", wrote(case, entry)?))
    })
}

/// Returns the last lines that the build wrote while an exchange failed.
pub(super) fn wrote<'c>(case: &Case<'c>, failed: &Entry) -> Option<&'c str> {
    let around = |entry: &&Entry| entry.from <= failed.from && failed.to <= entry.to;
    case.evidence.entries.iter().filter(around).find_map(|entry| entry.what.wrote())
}
