//! What events changed inside the partner.

use super::held::{Finding, Held};
use super::{Case, millis};
use crate::catalog::expect::EffectExpectation;
use crate::catalog::step::{Step, Which};
use crate::evidence::{Delivery, Inspection, Outcome, Role, Who};

/// The last look-up of the event that a step delivered, if there was one. The event of a series is that of its first
/// control, unless one comes again, beside which controls are events of their own.
fn inspection<'c>(case: &Case<'c>, name: &str) -> Result<Option<&'c Inspection>, Finding> {
    let again = case.check.when.iter().any(|step| {
        matches!(step, Step::Deliver(step) if step.name.as_deref() == Some(name) && matches!(step.deliver, Which::Again(_)))
    });
    let mine = case.evidence.entries.iter().filter(|entry| entry.step.as_deref() == Some(name));
    let mut sent: Vec<&Delivery> = mine.filter_map(|entry| entry.what.delivery()).collect();
    if sent.is_empty() {
        return Err(Finding::new(Who::Tool, "no such delivery was made"));
    }
    sent.sort_by_key(|delivery| (delivery.role == Role::Control) == again);
    let looked = || case.evidence.entries.iter().rev().filter_map(|entry| entry.what.inspection());
    Ok(sent.iter().find_map(|delivery| looked().find(|inspection| inspection.about == delivery.event_id)))
}

/// Judges `effect: ...`.
pub(super) fn effect(case: &Case<'_>, expectation: &EffectExpectation) -> Held {
    let Some(inspection) = (match inspection(case, &expectation.effect) {
        Err(nothing) => return Held::Unknown(nothing),
        Ok(found) => found,
    }) else {
        let how = case.bound.how_to_give("rehearsal.inspect.processed");
        return Held::Unknown(Finding::new(
            Who::Partner,
            format!("nobody can tell how often the event took effect: {how}"),
        ));
    };
    let Some(count) = inspection.count else {
        let why = match &inspection.outcome {
            Outcome::Trouble(trouble) => trouble.detail.clone(),
            Outcome::Answered(answer) => format!("it answered {} without the number that `count` names", answer.status),
        };
        return Held::Unknown(Finding::new(Who::Partner, format!("`inspect.processed` gave no number: {why}")));
    };
    let (exactly, least, cap) = (expectation.exactly, expectation.at_least, expectation.at_most);
    let holds =
        exactly.is_none_or(|n| n == count) && least.is_none_or(|n| count >= n) && cap.is_none_or(|n| count <= n);
    if holds {
        let quiet = (exactly.is_some() || cap.is_some())
            .then(|| format!("nothing more in a quiet period of {}", millis(u128::from(case.evidence.quiet_ms))));
        return Held::Yes(quiet.into_iter().collect());
    }
    let words = [(exactly, "exactly"), (least, "at least"), (cap, "at most")];
    let times = |n: u64| if n == 1 { "once".to_owned() } else { format!("{n} times") };
    let wanted: Vec<String> = words.iter().filter_map(|(n, word)| n.map(|n| format!("{word} {}", times(n)))).collect();
    Held::No(Finding::contrast(
        Who::Partner,
        format!("the event takes effect {}", wanted.join(" and ")),
        format!("it took effect {}", times(count)),
    ))
}
