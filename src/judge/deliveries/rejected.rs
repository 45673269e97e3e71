//! Whether a delivery that nobody should believe was refused.

use super::accepted::says_nothing;
use crate::evidence::{Delivery, Outcome, Role, TroubleKind, Who};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{deliveries, outcome, taken, title};
use crate::judge::finding::{Finding, Held};

/// No success, or a success without effect where the genuine twin had one.
pub(super) fn refused(case: &Case<'_>, delivery: &Delivery) -> Held {
    // What was never sent was refused by nobody, whatever is known of its effect.
    if let Outcome::Trouble(trouble) = &delivery.outcome
        && trouble.kind == TroubleKind::Refused
    {
        return Held::Unknown(Finding::new(Who::Tool, format!("{} was not sent: {}", title(delivery), trouble.detail)));
    }
    // An answer that is no success refuses, however late it comes. No answer does not: the event may have been worked
    // on all the same, and that may have gone on behind a crash.
    let unanswered = delivery.outcome.answer().is_none();
    let done = match (taken(case, delivery), unanswered) {
        (true, _) => "was acknowledged",
        (false, true) => "got no answer",
        (false, false) if crashed(delivery) => "brought the handler to a crash",
        (false, false) => return Held::YES,
    };
    if crashed(delivery) && delivery.effects.is_none_or(|effects| effects == 0) {
        return Held::YES;
    }
    let wanted = || format!("{} refused", title(delivery));
    let twin =
        deliveries(case).filter(|d| matches!(d.role, Role::Control | Role::Plain)).filter_map(|d| d.effects).max();
    match (delivery.effects, twin) {
        (Some(0), Some(1..)) => Held::Yes(vec![format!("{} {done} but had no effect", title(delivery))]),
        (None, _) if unanswered => Held::Unknown(nobody_can_tell(case, delivery)),
        (Some(0), _) => Held::Unknown(Finding::new(
            Who::Partner,
            format!(
                "{} {done}, and no effect was seen; but the genuine twin had none either, so this says nothing",
                title(delivery)
            ),
        )),
        (None, _) if case.bound.verifies_later => Held::Unknown(says_nothing(case)),
        (None, _) => {
            let seen = format!("{}: accepted with {}", title(delivery), outcome(case, delivery));
            Held::No(Finding::contrast(Who::Partner, wanted(), seen))
        }
        (Some(_), _) => {
            let seen = format!("{}: {done} ({}), and took effect", title(delivery), outcome(case, delivery));
            Held::No(Finding::contrast(Who::Partner, wanted(), seen))
        }
    }
}

fn nobody_can_tell(case: &Case<'_>, delivery: &Delivery) -> Finding {
    let how = match case.bound.get("rehearsal.inspect.processed") {
        Some(_) => "answer it with a status that is no success".to_owned(),
        None => case.bound.how_to_give("rehearsal.inspect.processed"),
    };
    let (title, outcome) = (title(delivery), outcome(case, delivery));
    let why = format!("{title} got no answer ({outcome}), so nobody can tell whether it took effect: {how}");
    Finding::new(Who::Partner, why)
}

fn crashed(delivery: &Delivery) -> bool {
    delivery.outcome.answer().is_some_and(|answer| answer.status >= 500)
}

/// What is to be said of deliveries that were refused by a crash and not by a decision.
pub(super) fn by_a_crash(case: &Case<'_>, refused: &[&Delivery]) -> Option<String> {
    let crashes: Vec<&&Delivery> = refused.iter().filter(|delivery| crashed(delivery)).collect();
    let shown: Vec<String> =
        crashes.iter().take(3).map(|delivery| format!("{}: {}", title(delivery), outcome(case, delivery))).collect();
    let more = crashes.len().saturating_sub(shown.len());
    let more = if more > 0 { format!("; {more} more") } else { String::new() };
    (!crashes.is_empty())
        .then(|| format!("refused by a crash, and not by a decision: {}{more}; answer 401 instead", shown.join("; ")))
}
