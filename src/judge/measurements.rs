//! Interprets the diagnostic deliveries and the probes, and measures response times.

use super::case::Case;
use super::delivery_outcome::{deliveries, taken};
use super::duration::millis;
use crate::evidence::DeliveryRole;

/// Returns the known defect that explains which signature the handler accepted, or the measured limits of the timestamp
/// window.
pub(super) fn cause(case: &Case<'_>) -> Option<String> {
    let mistake = deliveries(case).find_map(|delivery| match &delivery.role {
        DeliveryRole::Diagnosis(mistake) if taken(case, delivery) => Some(mistake.clone()),
        DeliveryRole::Diagnosis(_)
        | DeliveryRole::Plain
        | DeliveryRole::Control
        | DeliveryRole::Altered { .. }
        | DeliveryRole::Probe => None,
    });
    match mistake {
        Some(mistake) => Some(format!("{mistake}: the handler accepted a delivery signed that way")),
        None => window(case),
    }
}

/// Returns the limits of the timestamp window if probes measured them.
fn window(case: &Case<'_>) -> Option<String> {
    let side = |sign: i64| {
        let probes = || deliveries(case).filter(move |d| (d.role == DeliveryRole::Probe) && d.age_s * sign > 0);
        let yes = probes().filter(|d| taken(case, d)).map(|d| d.age_s * sign).max();
        let no = probes().filter(|d| !taken(case, d)).map(|d| d.age_s * sign).min();
        let place = if sign > 0 { "old" } else { "ahead" };
        match (yes, no) {
            (None, None) => None,
            (Some(yes), Some(no)) => {
                Some(format!("the handler accepts deliveries up to {yes} s {place} and rejects them from {no} s on"))
            }
            (Some(yes), None) => {
                Some(format!("the handler still accepts deliveries {yes} s {place}; no limit was found"))
            }
            (None, Some(no)) => Some(format!("the handler rejects deliveries from {no} s {place}")),
        }
    };
    let sides: Vec<String> = [side(1), side(-1)].into_iter().flatten().collect();
    (!sides.is_empty()).then(|| format!("measured: {}", sides.join("; ")))
}

/// Returns a remark about the response times of a burst and their margin to the provider's limit.
pub(super) fn latencies(case: &Case<'_>) -> Option<String> {
    let within = case.provider.webhooks.as_ref()?.success.within?.0.as_millis();
    // The few deliveries of a check without a burst say little about speed.
    if !case.check.when.iter().any(|step| step.deliver().is_some_and(|deliver| deliver.burst.is_some())) {
        return None;
    }
    let mut times: Vec<u64> = deliveries(case).filter(|d| d.outcome.answer().is_some()).map(|d| d.latency_ms).collect();
    if times.len() < 5 {
        return None;
    }
    times.sort_unstable();
    let at = |share: usize| u128::from(times[(times.len() - 1) * share / 100]);
    let (half, nearly_all, last) = (at(50), at(95), at(100));
    let margin = match within.checked_sub(last) {
        Some(left) => format!("{} away", millis(left)),
        None => format!("missed by {}", millis(last - within)),
    };
    Some(format!(
        "{} deliveries answered: half within {}, 95 % within {}, the slowest in {}; the limit is {}, {margin}",
        times.len(),
        millis(half),
        millis(nearly_all),
        millis(last),
        millis(within),
    ))
}
