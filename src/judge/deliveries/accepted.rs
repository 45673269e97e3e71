//! Whether a genuine delivery was taken in: answered with success, in time, and not without effect.

use super::failing::Failing;
use crate::evidence::{Delivery, Outcome, Role, Trouble, TroubleKind, Who};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{deliveries, in_time, limit, outcome, taken, title};
use crate::judge::finding::{Finding, Held};

/// Where the profile says how to look into the build.
const LOOK_UP: &str = "rehearsal.inspect.processed";

/// What settles a doubt about a body that nobody documented.
const CAPTURED: &str = "put a captured one into `rehearsal.bodies` of the profile";

/// What to do about a refusal that may be right.
const DOUBTFUL: &str = "Read what the handler answered. If it asks for what the event rightly lacks here, do what the reason \
                        names; if it asks for more than the provider promises, let it accept the event without.";

/// What to do about an event that was acknowledged and then had no effect.
const LOST: &str = "Store what an event says before it is acknowledged, or have the queue behind the handler work on it; and \
                    let the look-up count it.";

/// What to do about a handler that could not be reached.
const UNREACHED: &str =
    "Start the handler before the run, or let `rehearsal.start` do it; and correct `rehearsal.webhook.url`.";

/// A success by the provider's rule.
pub(super) fn accepted(case: &Case<'_>, delivery: &Delivery) -> Held {
    if taken(case, delivery) && !in_time(case, delivery) {
        return failed(case, delivery);
    }
    accepted_at_last(case, delivery)
}

/// A success by the provider's rule, however long it took.
pub(super) fn accepted_at_last(case: &Case<'_>, delivery: &Delivery) -> Held {
    if taken(case, delivery) { by_effect(case, delivery) } else { not_taken(case, delivery) }
}

/// Any success that HTTP knows, however long it took.
pub(super) fn acknowledged(case: &Case<'_>, delivery: &Delivery) -> Held {
    let success = |status| (200..300).contains(&status) || case.is_success(status);
    if !delivery.outcome.answer().is_some_and(|answer| success(answer.status)) {
        return not_taken(case, delivery);
    }
    match by_effect(case, delivery) {
        // Told once, by the check that comes first.
        Held::Yes(mut remarks) if !in_time(case, delivery) && case.check.needs.is_empty() => {
            remarks.push(format!("{}: {}", title(delivery), Failing::Late.words(case, delivery)));
            Held::Yes(remarks)
        }
        other => other,
    }
}

/// An answer in the time that the provider allows, whatever it says.
pub(super) fn answered_in_time(case: &Case<'_>, delivery: &Delivery) -> Held {
    match &delivery.outcome {
        Outcome::Answered(_) if in_time(case, delivery) => Held::YES,
        Outcome::Answered(_) => failed(case, delivery),
        Outcome::Trouble(trouble) if trouble.kind == TroubleKind::Timeout => {
            without_limit(case, delivery, trouble).map_or_else(|| failed(case, delivery), Held::Unknown)
        }
        Outcome::Trouble(trouble) => {
            let why = format!(
                "{} got no answer, so that nobody can tell how long one takes: {}",
                title(delivery),
                trouble.detail
            );
            Held::Unknown(Finding::new(Who::Partner, why))
        }
    }
}

fn failed(case: &Case<'_>, delivery: &Delivery) -> Held {
    let wanted = format!("{} accepted{}", title(delivery), limit(case));
    Held::No(Finding::contrast(Who::Partner, wanted, Failing::of(case, delivery).words(case, delivery)))
}

fn not_taken(case: &Case<'_>, delivery: &Delivery) -> Held {
    match &delivery.outcome {
        Outcome::Trouble(trouble) => {
            let open = not_reached(case, delivery, trouble).or_else(|| without_limit(case, delivery, trouble));
            open.map_or_else(|| failed(case, delivery), Held::Unknown)
        }
        // A handler may ask for members that nobody documented; only a refusal of the sender is then its own fault. A
        // crash, a redirect, or a success that is not the provider's is so whatever the body is.
        Outcome::Answered(answer)
            if !delivery.documented
                && (400..500).contains(&answer.status)
                && !matches!(answer.status, 401 | 403)
                && !is_content(case, delivery) =>
        {
            let seen = outcome(case, delivery);
            let why = match unknown_client(case) {
                Some(how) => format!("it may not know the client that the event is about: {how}"),
                None => format!("the provider does not document its body; {CAPTURED}"),
            };
            let why = format!("{} was answered {seen}, but {why}", title(delivery));
            Held::Unknown(advised(Finding::new(Who::Partner, why), DOUBTFUL))
        }
        Outcome::Answered(_) => failed(case, delivery),
    }
}

/// What a delivery that did not reach the handler says of it: nothing, unless it had been reached before.
fn not_reached(case: &Case<'_>, delivery: &Delivery, trouble: &Trouble) -> Option<Finding> {
    let before = || {
        case.evidence.entries.iter().map_while(|entry| match entry.what.delivery() {
            Some(this) if std::ptr::eq(this, delivery) => None,
            other => Some(other),
        })
    };
    match trouble.kind {
        TroubleKind::Timeout
        | TroubleKind::Broken
        | TroubleKind::TooLarge
        | TroubleKind::Shape
        | TroubleKind::Redirects => None,
        TroubleKind::Refused => Some(Finding::new(Who::Partner, trouble.detail.clone())),
        TroubleKind::Connect if before().flatten().any(|earlier| earlier.outcome.answer().is_some()) => None,
        TroubleKind::Dns | TroubleKind::Connect | TroubleKind::Certificate => {
            let why = &trouble.detail;
            let why = format!("the handler could not be reached: {why}; start it, or correct its URL in the profile");
            Some(advised(Finding::new(Who::Partner, why), UNREACHED))
        }
    }
}

/// Where the provider names no time limit, a late answer breaks nothing that anybody wrote down.
fn without_limit(case: &Case<'_>, delivery: &Delivery, trouble: &Trouble) -> Option<Finding> {
    (trouble.kind == TroubleKind::Timeout && limit(case).is_empty()).then(|| {
        let what = format!("{}: {}", title(delivery), trouble.detail);
        Finding::new(Who::Partner, format!("{what}; the provider names no time limit, but it will not wait for ever"))
    })
}

/// How the handler can be brought to know the client whom events are about, where nothing does.
fn unknown_client(case: &Case<'_>) -> Option<String> {
    let action = case.provider.webhooks.as_ref().and_then(|hooks| hooks.known_after.as_ref())?;
    let place = format!("rehearsal.actions.{action}");
    case.bound.get(&place).is_none().then(|| case.bound.how_to_give(&place))
}

fn advised(mut finding: Finding, fix: &str) -> Finding {
    finding.fix = Some(fix.to_owned());
    finding
}

/// Whether the handler has shown that it is content with the body of an event: another delivery of the same event was
/// accepted, genuine or signed the way a mistake would expect. Then a refusal is about the signature.
fn is_content(case: &Case<'_>, delivery: &Delivery) -> bool {
    deliveries(case).any(|other| {
        let same = other.event == delivery.event && taken(case, other);
        same && match &other.role {
            Role::Plain | Role::Control | Role::Diagnosis(_) => true,
            Role::Varied { .. } | Role::Probe => false,
        }
    })
}

/// Whether what was acknowledged was also taken in, where effects are known.
fn by_effect(case: &Case<'_>, delivery: &Delivery) -> Held {
    let known = case.provider.webhooks.as_ref().is_some_and(|hooks| hooks.events.contains_key(&delivery.event));
    let later = case.bound.verifies_later;
    match delivery.effects {
        // An event that nobody could know is acknowledged, and has no effect.
        _ if !known => Held::YES,
        // A twin is there for its answer.
        Some(0) if later || delivery.role == Role::Plain => without_effect(case, delivery),
        None if later => Held::Unknown(says_nothing(case)),
        Some(_) | None => Held::YES,
    }
}

/// A delivery that was acknowledged, and had no effect by the look-up. Software may rightly take no notice of an event,
/// or of what this tool made up: it fails only where another delivery, or the profile, says that there is an effect.
fn without_effect(case: &Case<'_>, delivery: &Delivery) -> Held {
    let status = outcome(case, delivery);
    let place = format!("`{LOOK_UP}`");
    let listed = case.bound.get(&format!("{LOOK_UP}.events")).and_then(|events| events.as_array());
    let among = |events: &Vec<serde_json::Value>| events.iter().any(|event| event == &delivery.event);
    if listed.is_some_and(|events| !among(events)) {
        let remark =
            format!("{}: {status}, and not looked into: {place} does not list it under `events`", title(delivery));
        return Held::Yes(vec![remark]);
    }
    let genuine = |other: &&Delivery| matches!(other.role, Role::Plain | Role::Control);
    let effective = || deliveries(case).filter(genuine).filter(|other| other.effects.is_some_and(|count| count > 0));
    let same = effective().any(|other| other.event == delivery.event);
    let others = effective().next().is_some();
    if same || (delivery.documented && (listed.is_some() || !others)) {
        let wanted = format!("{} takes effect", title(delivery));
        let seen = format!("{status}, but it had no effect: {place} found none in the time of a reaction");
        return Held::No(advised(Finding::contrast(Who::Partner, wanted, seen), LOST));
    }
    let how = match (others, unknown_client(case)) {
        (true, _) => format!(
            "it is lost; or, if your software rightly takes no notice of it, list the events that have one as \
             `{LOOK_UP}.events`"
        ),
        (false, Some(how)) => {
            format!("it is lost; or your software does not know the client that the event is about: {how}")
        }
        (false, None) => {
            format!("it is lost; or your software has no use for a body that this tool made up: {CAPTURED}")
        }
    };
    let why = format!("{} was acknowledged with {status}, but had no effect by {place}: {how}", title(delivery));
    Held::Unknown(advised(Finding::new(Who::Partner, why), LOST))
}

/// What is said where an acknowledgement says nothing, and nobody could look further.
pub(super) fn says_nothing(case: &Case<'_>) -> Finding {
    let why = |how: String| format!("this handler verifies later, so its answer says nothing: {how}");
    match case.bound.get(LOOK_UP) {
        Some(_) => {
            let how = format!("`{LOOK_UP}` of {} gave no number", case.bound.profile_name);
            Finding::new(Who::Partner, why(how))
        }
        None => Finding::for_want_of_a_line(why(case.bound.how_to_give(LOOK_UP))),
    }
}
