//! What the partner's handler did with deliveries, and what events changed inside the partner.

use serde_json::json;

use super::held::{Finding, Held};
use super::matching::matches;
use super::scope::Scope;
use super::{Case, measured, millis};
use crate::catalog::expect::{DeliveryExpectation, DeliveryRule, EffectExpectation};
use crate::evidence::{Delivery, Entry, Expected, Outcome, Role, Trouble, TroubleKind, Who};

/// Whether a delivery was a success by the provider's own rule.
pub(super) fn succeeded(case: &Case<'_>, delivery: &Delivery) -> bool {
    let within = case.provider.webhooks.as_ref().and_then(|hooks| hooks.success.within);
    let in_time = within.is_none_or(|span| u128::from(delivery.latency_ms) <= span.0.as_millis());
    in_time && delivery.outcome.answer().is_some_and(|answer| case.is_success(answer.status))
}

impl Case<'_> {
    /// Whether a status alone is one that the provider takes for a success.
    fn is_success(&self, status: u16) -> bool {
        self.provider.webhooks.as_ref().is_some_and(|hooks| hooks.success.status.holds(status))
    }
}

fn success_words(case: &Case<'_>) -> String {
    case.provider.webhooks.as_ref().map_or_else(String::new, |hooks| {
        let within = hooks.success.within.map(|span| format!(" within {}", millis(span.0.as_millis())));
        format!("{}{}", hooks.success.status, within.unwrap_or_default())
    })
}

/// The deliveries that an expectation is about: those of a role, or of steps.
fn about<'c>(case: &Case<'c>, names: &[String]) -> Vec<&'c Delivery> {
    let wanted = |step: Option<&String>, delivery: &Delivery| {
        names.iter().any(|name| match name.as_str() {
            "control" => delivery.role == Role::Control,
            "varied" => matches!(delivery.role, Role::Varied { .. }),
            "each" => delivery.role == Role::Plain,
            step_name => step.is_some_and(|step| step == step_name) && !searching(&delivery.role),
        })
    };
    case.evidence
        .entries
        .iter()
        .filter_map(|entry| entry.what.delivery().filter(|delivery| wanted(entry.step.as_ref(), delivery)))
        .collect()
}

/// Whether a delivery was sent to find something out, not because the check asked for it.
fn searching(role: &Role) -> bool {
    match role {
        Role::Diagnosis(_) | Role::Probe => true,
        Role::Plain | Role::Control | Role::Varied { .. } => false,
    }
}

/// All deliveries of the unit.
pub(super) fn deliveries<'c>(case: &Case<'c>) -> impl Iterator<Item = &'c Delivery> {
    case.evidence.entries.iter().filter_map(|entry| entry.what.delivery())
}

fn title(delivery: &Delivery) -> String {
    match &delivery.role {
        Role::Varied { name, .. } => name.clone(),
        Role::Control => format!("the genuine {}", delivery.event),
        Role::Plain | Role::Diagnosis(_) | Role::Probe => delivery.event.clone(),
    }
}

fn outcome(delivery: &Delivery) -> String {
    match &delivery.outcome {
        Outcome::Answered(answer) => answer.status.to_string(),
        Outcome::Trouble(trouble) => trouble.detail.clone(),
    }
}

/// Judges `delivery: ...`.
pub(super) fn delivery(case: &Case<'_>, expectation: &DeliveryExpectation, scope: &Scope<'_>) -> Held {
    let found = about(case, &expectation.delivery.0);
    if found.is_empty() {
        return Held::Unknown(Finding::new(Who::Tool, "no such delivery was made"));
    }
    let judged: Vec<(&Delivery, Held)> = found.iter().map(|d| (*d, one(case, expectation, d, scope))).collect();
    let failed: Vec<&(&Delivery, Held)> = judged.iter().filter(|(_, held)| matches!(held, Held::No(_))).collect();
    if failed.is_empty() {
        return Held::all(judged.into_iter().map(|(_, held)| held));
    }
    let wanted = match expectation.is {
        Some(DeliveryRule::Accepted) => {
            format!("accepted ({}), {} of {}", success_words(case), found.len(), found.len())
        }
        Some(DeliveryRule::Acknowledged) => format!("acknowledged (2xx), {} of {}", found.len(), found.len()),
        Some(DeliveryRule::Refused) => format!("refused, {} of {}", found.len(), found.len()),
        Some(DeliveryRule::Expected) => "fresh deliveries accepted, the others refused".to_owned(),
        None => "another status".to_owned(),
    };
    let mut observed: Vec<String> =
        failed.iter().take(8).map(|(delivery, _)| format!("{}: {}", title(delivery), outcome(delivery))).collect();
    if failed.len() > 8 {
        observed.push(format!("{} more", failed.len() - 8));
    }
    let mut finding = Finding::contrast(Who::Partner, wanted, observed.join("; "));
    finding.because = measured::cause(case);
    Held::No(finding)
}

fn one(case: &Case<'_>, expectation: &DeliveryExpectation, delivery: &Delivery, scope: &Scope<'_>) -> Held {
    let status = expectation.status.as_ref().map_or(Held::YES, |matcher| match delivery.outcome.answer() {
        Some(answer) => {
            matches(matcher, Some(&json!(answer.status)), scope, &format!("{}: the status", title(delivery)))
        }
        None => Held::Unknown(Finding::new(
            Who::Partner,
            format!("{} got no answer: {}", title(delivery), outcome(delivery)),
        )),
    });
    let rule = match expectation.is {
        None => Held::YES,
        Some(DeliveryRule::Accepted) => accepted(case, delivery),
        Some(DeliveryRule::Acknowledged) => match delivery.outcome.answer() {
            Some(answer) if (200..300).contains(&answer.status) && !case.bound.verifies_later => Held::YES,
            Some(_) | None => accepted(case, delivery),
        },
        Some(DeliveryRule::Refused) => refused(case, delivery),
        Some(DeliveryRule::Expected) => match &delivery.role {
            Role::Varied { expect: Some(Expected::Accepted), .. } => accepted(case, delivery),
            Role::Varied { expect: Some(Expected::Refused), .. } => refused(case, delivery),
            Role::Varied { expect: None, .. } | Role::Plain | Role::Control | Role::Diagnosis(_) | Role::Probe => {
                Held::YES
            }
        },
    };
    Held::all([status, rule])
}

fn accepted(case: &Case<'_>, delivery: &Delivery) -> Held {
    if succeeded(case, delivery) {
        return if case.bound.verifies_later { by_effect(case, delivery) } else { Held::YES };
    }
    let failed = |observed: String| {
        Held::No(Finding::contrast(
            Who::Partner,
            format!("{} accepted ({})", title(delivery), success_words(case)),
            observed,
        ))
    };
    match &delivery.outcome {
        Outcome::Trouble(trouble) => {
            let open = no_answer(trouble).or_else(|| without_limit(case, delivery, trouble));
            open.map_or_else(|| failed(trouble.detail.clone()), Held::Unknown)
        }
        // A handler may ask for members that nobody documented; only a refusal of the sender, an answer that comes too
        // late, or a success that is not the provider's, is its own fault.
        Outcome::Answered(answer)
            if !delivery.documented
                && !matches!(answer.status, 401 | 403 | 200..300)
                && !case.is_success(answer.status)
                && !is_content(case, delivery) =>
        {
            Held::Unknown(Finding::new(
                Who::Partner,
                format!("{} was answered {}, but {}", title(delivery), answer.status, not_binding(case)),
            ))
        }
        Outcome::Answered(answer) => {
            failed(format!("{} after {}", answer.status, millis(u128::from(delivery.latency_ms))))
        }
    }
}

/// Whether an acknowledged delivery was accepted by a handler that verifies later: its effect tells.
fn by_effect(case: &Case<'_>, delivery: &Delivery) -> Held {
    let twin = deliveries(case).filter(|d| d.role == Role::Control).filter_map(|d| d.effects).max();
    let known = case.provider.webhooks.as_ref().is_some_and(|hooks| hooks.events.contains_key(&delivery.event));
    match (delivery.effects, twin) {
        // An event that nobody could know is acknowledged, and has no effect.
        _ if !known => Held::YES,
        (Some(1..), _) => Held::YES,
        (Some(0), Some(1..)) => Held::No(Finding::contrast(
            Who::Partner,
            format!("{} takes effect, as its genuine twin does", title(delivery)),
            "acknowledged, but without effect",
        )),
        (Some(0), _) => Held::Unknown(Finding::new(
            Who::Partner,
            format!("{} was acknowledged, but no effect was seen, and this handler verifies later", title(delivery)),
        )),
        (None, _) => Held::Unknown(says_nothing(case)),
    }
}

/// What is said where an acknowledgement says nothing, and nobody could look further.
fn says_nothing(case: &Case<'_>) -> Finding {
    const LOOK_UP: &str = "rehearsal.inspect.processed";
    let how = match case.bound.get(LOOK_UP) {
        Some(_) => format!("`{LOOK_UP}` of {} gave no number", case.bound.profile_name),
        None => case.bound.how_to_give(LOOK_UP),
    };
    Finding::new(Who::Partner, format!("this handler verifies later, so its answer says nothing: {how}"))
}

/// Why a handler may rightly refuse an event, and what would settle it.
fn not_binding(case: &Case<'_>) -> String {
    let action = case.provider.webhooks.as_ref().and_then(|hooks| hooks.known_after.as_ref());
    let place = action.map(|name| format!("rehearsal.actions.{name}"));
    match place.filter(|place| case.bound.get(place).is_none()) {
        Some(place) => {
            format!("it may not know the client that the event is about: {}", case.bound.how_to_give(&place))
        }
        None => "the provider does not document its body; put a captured one into `rehearsal.bodies` of the profile"
            .to_owned(),
    }
}

/// What an outcome without an answer says about the handler: nothing, unless the time ran out on an open connection.
fn no_answer(trouble: &Trouble) -> Option<Finding> {
    match trouble.kind {
        TroubleKind::Timeout
        | TroubleKind::Broken
        | TroubleKind::TooLarge
        | TroubleKind::Shape
        | TroubleKind::Redirects => None,
        TroubleKind::Refused => Some(Finding::new(Who::Partner, trouble.detail.clone())),
        TroubleKind::Dns | TroubleKind::Connect | TroubleKind::Certificate => Some(Finding::new(
            Who::Partner,
            format!(
                "the handler could not be reached: {}; start it, or correct its URL in the profile",
                trouble.detail
            ),
        )),
    }
}

/// Where the provider names no time limit, a late answer breaks nothing that anybody wrote down.
fn without_limit(case: &Case<'_>, delivery: &Delivery, trouble: &Trouble) -> Option<Finding> {
    let limit = case.provider.webhooks.as_ref().and_then(|hooks| hooks.success.within);
    (trouble.kind == TroubleKind::Timeout && limit.is_none()).then(|| {
        let what = format!("{}: {}", title(delivery), trouble.detail);
        Finding::new(Who::Partner, format!("{what}; the provider names no time limit, but it will not wait for ever"))
    })
}

fn refused(case: &Case<'_>, delivery: &Delivery) -> Held {
    // An answer that is no success refuses. No answer does not: the event may have been worked on all the same.
    let unanswered = delivery.outcome.answer().is_none();
    // What was never sent was refused by nobody, whatever is known of its effect.
    if let Outcome::Trouble(trouble) = &delivery.outcome
        && trouble.kind == TroubleKind::Refused
    {
        return Held::Unknown(Finding::new(Who::Tool, format!("{} was not sent: {}", title(delivery), trouble.detail)));
    }
    if !succeeded(case, delivery) && !unanswered {
        return Held::YES;
    }
    let done = if unanswered { "got no answer" } else { "was acknowledged" };
    let observed = || format!("{}: {done} ({}), and took effect", title(delivery), outcome(delivery));
    let twin =
        deliveries(case).filter(|d| matches!(d.role, Role::Control | Role::Plain)).filter_map(|d| d.effects).max();
    match (delivery.effects, twin) {
        (Some(0), Some(1..)) => Held::Yes(vec![format!("{} {done} but had no effect", title(delivery))]),
        (None, _) if unanswered => Held::Unknown(Finding::new(
            Who::Partner,
            format!(
                "{} got no answer ({}), so nobody can tell whether it took effect: {}",
                title(delivery),
                outcome(delivery),
                match case.bound.get("rehearsal.inspect.processed") {
                    Some(_) => "answer it with a status that is no success".to_owned(),
                    None => case.bound.how_to_give("rehearsal.inspect.processed"),
                }
            ),
        )),
        (Some(0), _) => Held::Unknown(Finding::new(
            Who::Partner,
            format!(
                "{} {done}, and no effect was seen; but the genuine twin had none either, so this says nothing",
                title(delivery)
            ),
        )),
        (None, _) if case.bound.verifies_later => Held::Unknown(says_nothing(case)),
        (None, _) => {
            let seen = format!("{}: accepted with {}", title(delivery), outcome(delivery));
            Held::No(Finding::contrast(Who::Partner, format!("{} refused", title(delivery)), seen))
        }
        (Some(_), _) => Held::No(Finding::contrast(Who::Partner, format!("{} refused", title(delivery)), observed())),
    }
}

/// Whether the handler has shown that it is content with the body of an event: another delivery of the same event was
/// accepted, genuine or signed the way a mistake would expect. Then a refusal is about the signature.
fn is_content(case: &Case<'_>, delivery: &Delivery) -> bool {
    deliveries(case).any(|other| {
        let same = other.event == delivery.event && succeeded(case, other);
        same && match &other.role {
            Role::Plain | Role::Control | Role::Diagnosis(_) => true,
            Role::Varied { .. } | Role::Probe => false,
        }
    })
}

/// Judges `effect: ...`.
pub(super) fn effect(case: &Case<'_>, expectation: &EffectExpectation) -> Held {
    let mine = |entry: &&Entry| entry.step.as_deref() == Some(expectation.effect.as_str());
    let id = case.evidence.entries.iter().filter(mine).find_map(|entry| entry.what.delivery()).map(|d| &d.event_id);
    let Some(id) = id else { return Held::Unknown(Finding::new(Who::Tool, "no such delivery was made")) };
    let mut looked = case.evidence.entries.iter().rev().filter_map(|entry| entry.what.inspection());
    let last = looked.find(|inspection| inspection.about == *id);
    let Some(inspection) = last else {
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
