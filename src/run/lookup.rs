//! Lookups in the partner's software: how often an event took effect, and whether a delivery of the provider arrived.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use serde_json_path::JsonPath;

use super::context::check_context::Doing;
use super::partner_call::{call_out, not_sent};
use super::step_error::StepError;
use crate::evidence::{Fact, Inspection, Outcome, What};
use crate::net::gate::{Draft, Purpose};
use crate::pack::step::{ConfigStep, RequestStep};
use crate::profile::LookUp;
use crate::template;

/// Timeout of a lookup.
const PATIENCE: Duration = Duration::from_secs(10);

/// The initial interval between repeated lookups.
const PACE: Duration = Duration::from_millis(25);

/// The maximum interval between lookups; each opens a connection.
const CALM: Duration = Duration::from_millis(250);

/// The pause before the next lookup: a tenth of the time waited so far.
pub(super) fn pause(started: Instant) -> Duration {
    (started.elapsed() / 10).clamp(PACE, CALM)
}

/// A triggered event, with the count before it.
pub(super) struct Waiting {
    event: String,
    before: u64,
    /// The index of the exchange in the log.
    at: usize,
}

/// Performs one lookup and records it.
async fn ask(doing: &Doing<'_>, look_up: &LookUp, about: &str, values: Value) -> Inspection {
    let mut scope = doing.scope();
    if let (Some(scope), Value::Object(values)) = (scope.as_object_mut(), values) {
        scope.extend(values);
    }
    let rendered = call_out(&look_up.request, &look_up.headers, None, &scope);
    let (method, url, headers, body) = match rendered {
        Ok(parts) => parts,
        Err(trouble) => {
            return Inspection {
                about: about.into(),
                count: None,
                outcome: Outcome::Trouble(not_sent(trouble.to_string())),
            };
        }
    };
    let purpose = Purpose::Partner { stage: doing.unit.stage };
    let sent = doing
        .world
        .send(Draft { purpose, method, url, headers, body, credentials: Vec::new() }, PATIENCE, false, None)
        .await;
    let count = sent.outcome.answer().filter(|answer| (200..300).contains(&answer.status)).and_then(|answer| {
        let path = JsonPath::parse(&look_up.count).ok()?;
        path.query(answer.body.json()?).first()?.as_u64()
    });
    Inspection { about: about.into(), count, outcome: sent.outcome }
}

/// Looks up how often an event took effect in the rehearsed build, and records it; `None` if the profile has no lookup.
pub(super) async fn effects(doing: &Doing<'_>, event_id: &str) -> Option<u64> {
    let look_up = doing.world.plan.read.profile.rehearsal.as_ref()?.inspect.processed.as_ref()?;
    let from = Instant::now();
    let inspection = ask(doing, look_up, event_id, json!({ "event_id": event_id })).await;
    let count = inspection.count;
    doing.log.add(from, None, What::Inspection(inspection));
    count
}

/// Waits until an event took effect, or until the reaction time is over.
pub(super) async fn await_effect(doing: &Doing<'_>, event_id: &str) -> Option<u64> {
    let look_up = doing.world.plan.read.profile.rehearsal.as_ref()?.inspect.processed.as_ref()?;
    let started = Instant::now();
    let limit = doing.world.clock.reaction();
    loop {
        let from = Instant::now();
        let inspection = ask(doing, look_up, event_id, json!({ "event_id": event_id })).await;
        let count = inspection.count;
        let over = started.elapsed() >= limit;
        if count.is_none_or(|count| count > 0) || over {
            if count.is_some_and(|count| count > 0) {
                doing.world.clock.reacted(started.elapsed());
            }
            doing.log.add(from, None, What::Inspection(inspection));
            return count;
        }
        tokio::time::sleep(pause(started)).await;
    }
}

/// Looks up how often an event, whose id the profile gives, took effect in a deployment of the partner.
///
/// # Errors
///
/// The profile gives no such id.
pub(super) async fn known(doing: &Doing<'_>, step: &ConfigStep, of: &str) -> Result<Fact, StepError> {
    let id = template::render_text(of, &doing.scope())?;
    let place = format!("environments.{}.lookups.processed", step.environment);
    let inside = doing.world.plan.read.profile.environments.get(&step.environment);
    let look_up = inside.and_then(|inside| inside.inspect.processed.as_ref());
    let look_up =
        look_up.ok_or_else(|| StepError::MissingInput { advice: doing.world.plan.bound.how_to_give(&place) })?;
    let started = Instant::now();
    loop {
        let inspection = ask(doing, look_up, &id, json!({ "event_id": id })).await;
        let arrived = inspection.count.is_some_and(|count| count > 0);
        if arrived || inspection.count.is_none() || started.elapsed() >= look_up.within.0 {
            let trouble = inspection.count.is_none().then(|| match &inspection.outcome {
                Outcome::Trouble(trouble) => trouble.detail.clone(),
                Outcome::Answered(_) => {
                    let said = inspection.outcome.brief(Outcome::SENTENCE);
                    format!("it answered {said}, without the number that `count` names")
                }
            });
            let value = inspection.count.map(|count| json!({ "count": count }));
            return Ok(Fact { place: format!("{place} of {id}"), line: None, value, trouble });
        }
        tokio::time::sleep(pause(started)).await;
    }
}

/// The count of an event by name before it is triggered.
pub(super) async fn before(doing: &Doing<'_>, event: String) -> Option<Waiting> {
    let look_up = received(doing)?;
    let before = ask(doing, look_up, &event, json!({ "event": event })).await.count?;
    let at = doing.log.read(|evidence| evidence.entries.len());
    Some(Waiting { event, before, at })
}

fn received<'d>(doing: &'d Doing<'_>) -> Option<&'d LookUp> {
    let environment = doing.unit.stage.environment()?;
    doing.world.plan.read.profile.environments.get(&environment)?.inspect.received.as_ref()
}

/// Waits for all triggered events to arrive, and writes the differences of the counts into the exchanges.
pub(super) async fn arrivals(doing: &Doing<'_>, step: &RequestStep, waiting: Vec<Waiting>) {
    if step.counts.is_none() || waiting.is_empty() {
        return;
    }
    let Some(look_up) = received(doing) else { return };
    let started = Instant::now();
    let mut open = waiting;
    while !open.is_empty() {
        let over = started.elapsed() >= look_up.within.0;
        let mut left = Vec::new();
        for one in open {
            let from = Instant::now();
            let inspection = ask(doing, look_up, &one.event, json!({ "event": one.event })).await;
            let more = inspection.count.map(|count| count.saturating_sub(one.before));
            if more.is_none_or(|more| more == 0) && !over {
                left.push(one);
                continue;
            }
            doing.log.add_captured(one.at, "counted", json!(more));
            doing.log.add(from, None, What::Inspection(inspection));
        }
        open = left;
        if !open.is_empty() {
            tokio::time::sleep(pause(started)).await;
        }
    }
}
