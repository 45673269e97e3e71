//! Judges expectations about the effects of events in the partner's software.

use crate::evidence::{Delivery, DeliveryRole, Entry, Outcome, Responsible};
use crate::judge::case::Case;
use crate::judge::duration::millis;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::pack::expectations::EffectExpectation;
use crate::pack::step::{EventChoice, Step};

/// Judges `effect: ...`.
pub(in crate::judge) fn judge_effect(case: &Case<'_>, expectation: &EffectExpectation) -> ExpectationResult {
    let Some((entry, delivery)) = meant(case, &expectation.effect) else {
        return ExpectationResult::Unknown(Finding::new(Responsible::Tool, "no such delivery was sent"));
    };
    // The last delivery of the event carries the final count.
    let same = |entry: &&Entry| entry.what.delivery().is_some_and(|other| other.event_id == delivery.event_id);
    let last = case.evidence.entries.iter().rfind(same).unwrap_or(entry);
    often(case, expectation, &delivery.event_id).about(last.from)
}

/// Returns the delivery whose event a step is about. If several deliveries were sent, the first whose effect was looked
/// up counts. In a series, controls come first, unless the series redelivers an event and controls have events of their
/// own.
fn meant<'c>(case: &Case<'c>, name: &str) -> Option<(&'c Entry, &'c Delivery)> {
    let again = case
        .check
        .when
        .iter()
        .filter_map(Step::deliver)
        .any(|deliver| deliver.name.as_deref() == Some(name) && matches!(deliver.deliver, EventChoice::Again(_)));
    let mine = case.evidence.entries.iter().filter(|entry| entry.step.as_deref() == Some(name));
    let mut sent: Vec<_> = mine.filter_map(|entry| Some((entry, entry.what.delivery()?))).collect();
    sent.sort_by_key(|(_, delivery)| (delivery.role == DeliveryRole::Control) == again);
    let looked = |id: &str| {
        let mut looks = case.evidence.entries.iter().filter_map(|entry| entry.what.inspection());
        looks.any(|inspection| inspection.about == id)
    };
    let found = sent.iter().find(|(_, delivery)| looked(&delivery.event_id)).or(sent.first());
    found.copied()
}

fn often(case: &Case<'_>, expectation: &EffectExpectation, id: &str) -> ExpectationResult {
    let mut looked = case.evidence.entries.iter().rev().filter_map(|entry| entry.what.inspection());
    let Some(inspection) = looked.find(|inspection| inspection.about == id) else {
        let how = case.bound.how_to_give("rehearsal.lookups.processed");
        let why = format!("Preflight cannot count the effects of the event: {how}");
        return ExpectationResult::Unknown(Finding::for_want_of_a_line(why));
    };
    let Some(count) = inspection.count else {
        let why = inspection.outcome.brief(Outcome::MAX_SENTENCE_CHARS);
        let why = match &inspection.outcome {
            Outcome::TransportError(_) => why,
            Outcome::Answered(_) => format!("it answered {why}, without the number that `count` names"),
        };
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Partner,
            format!("`lookups.processed` returned no number: {why}"),
        ));
    };
    let (exactly, least, cap) = (expectation.exactly, expectation.at_least, expectation.at_most);
    let holds =
        exactly.is_none_or(|n| n == count) && least.is_none_or(|n| count >= n) && cap.is_none_or(|n| count <= n);
    if holds {
        let quiet = (exactly.is_some() || cap.is_some())
            .then(|| format!("no further effects within {}", millis(u128::from(case.evidence.quiet_ms))));
        return ExpectationResult::Yes(quiet.into_iter().collect());
    }
    let words = [(exactly, "exactly"), (least, "at least"), (cap, "at most")];
    let times = |n: u64| if n == 1 { "once".to_owned() } else { format!("{n} times") };
    let wanted: Vec<String> = words.iter().filter_map(|(n, word)| n.map(|n| format!("{word} {}", times(n)))).collect();
    ExpectationResult::No(Finding::contrast(
        Responsible::Partner,
        format!("the event takes effect {}", wanted.join(" and ")),
        format!("it took effect {}", times(count)),
    ))
}
