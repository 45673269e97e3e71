//! Looks into the partner's software: how often an event took effect, and whether a delivery of the provider arrived.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::context::check_context::CheckContext;
use super::partner_call::{call_out, not_sent};
use super::step_error::StepError;
use crate::evidence::{EntryKind, Fact, Inspection, Outcome};
use crate::net::gate::{Draft, Purpose};
use crate::pack::step::{ConfigStep, RequestStep};
use crate::profile::Lookup;
use crate::template;

/// Timeout of a lookup.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The shortest interval between repeated lookups.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// The longest interval between repeated lookups; each lookup opens a connection.
const MAX_POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Returns the pause before the next lookup: a tenth of the time waited so far, within the two intervals above.
pub(super) fn pause(started: Instant) -> Duration {
    (started.elapsed() / 10).clamp(POLL_INTERVAL, MAX_POLL_INTERVAL)
}

/// An event that a request triggers, with the number of arrivals before it.
pub(super) struct Waiting {
    event: String,
    before: u64,
    /// The index of the exchange in the log.
    at: usize,
}

/// Performs one lookup, without recording it.
async fn ask(context: &CheckContext<'_>, look_up: &Lookup, about: &str, values: Value) -> Inspection {
    let mut scope = context.scope();
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
                outcome: Outcome::TransportError(not_sent(trouble.to_string())),
            };
        }
    };
    let purpose = Purpose::Partner { stage: context.planned.stage };
    let sent = context
        .run
        .send(Draft { purpose, method, url, headers, body, credentials: Vec::new() }, REQUEST_TIMEOUT, false, None)
        .await;
    let count = sent
        .outcome
        .answer()
        .filter(|answer| (200..300).contains(&answer.status))
        .and_then(|answer| look_up.count.first(answer.body.json()?)?.as_u64());
    Inspection { about: about.into(), count, outcome: sent.outcome }
}

/// Looks up how often an event took effect in the rehearsed build, and records the lookup. Returns `None` if the
/// profile has no lookup or it gives no count.
pub(super) async fn effects(context: &CheckContext<'_>, event_id: &str) -> Option<u64> {
    let look_up = context.run.plan.read.profile.rehearsal.as_ref()?.lookups.processed.as_ref()?;
    let from = Instant::now();
    let inspection = ask(context, look_up, event_id, json!({ "event_id": event_id })).await;
    let count = inspection.count;
    context.log.add(from, None, EntryKind::Inspection(inspection));
    count
}

/// Waits until an event has taken effect, or until the reaction time is over, and records the last lookup. Returns the
/// count, if there is one.
pub(super) async fn await_effect(context: &CheckContext<'_>, event_id: &str) -> Option<u64> {
    let look_up = context.run.plan.read.profile.rehearsal.as_ref()?.lookups.processed.as_ref()?;
    let started = Instant::now();
    let limit = context.run.clock.reaction();
    loop {
        let from = Instant::now();
        let inspection = ask(context, look_up, event_id, json!({ "event_id": event_id })).await;
        let count = inspection.count;
        let over = started.elapsed() >= limit;
        if count.is_none_or(|count| count > 0) || over {
            if count.is_some_and(|count| count > 0) {
                context.run.clock.reacted(started.elapsed());
            }
            context.log.add(from, None, EntryKind::Inspection(inspection));
            return count;
        }
        tokio::time::sleep(pause(started)).await;
    }
}

/// Looks up how often an event whose id the profile gives took effect in a deployment of the partner.
///
/// # Errors
///
/// The profile does not give the id or the lookup.
pub(super) async fn known(context: &CheckContext<'_>, step: &ConfigStep, of: &str) -> Result<Fact, StepError> {
    let id = template::render_text(of, &context.scope())?;
    let place = format!("environments.{}.lookups.processed", step.environment);
    let inside = context.run.plan.read.profile.environments.get(&step.environment);
    let look_up = inside.and_then(|inside| inside.lookups.processed.as_ref());
    let look_up =
        look_up.ok_or_else(|| StepError::MissingInput { advice: context.run.plan.bound.how_to_give(&place) })?;
    let started = Instant::now();
    loop {
        let inspection = ask(context, look_up, &id, json!({ "event_id": id })).await;
        let arrived = inspection.count.is_some_and(|count| count > 0);
        if arrived || inspection.count.is_none() || started.elapsed() >= look_up.within.0 {
            let trouble = inspection.count.is_none().then(|| match &inspection.outcome {
                Outcome::TransportError(trouble) => trouble.detail.clone(),
                Outcome::Answered(_) => {
                    let said = inspection.outcome.brief(Outcome::MAX_SENTENCE_CHARS);
                    format!("it answered {said}, without the number that `count` names")
                }
            });
            let value = inspection.count.map(|count| json!({ "count": count }));
            return Ok(Fact { place: format!("{place} of {id}"), line: None, value, trouble });
        }
        tokio::time::sleep(pause(started)).await;
    }
}

/// Looks up how many events of a name arrived before another is triggered.
pub(super) async fn before(context: &CheckContext<'_>, event: String) -> Option<Waiting> {
    let look_up = received(context)?;
    let before = ask(context, look_up, &event, json!({ "event": event })).await.count?;
    let at = context.log.read(|evidence| evidence.entries.len());
    Some(Waiting { event, before, at })
}

fn received<'d>(context: &'d CheckContext<'_>) -> Option<&'d Lookup> {
    let environment = context.planned.stage.environment()?;
    context.run.plan.read.profile.environments.get(&environment)?.lookups.received.as_ref()
}

/// Waits for all triggered events to arrive, and records in the exchanges how many arrived.
pub(super) async fn arrivals(context: &CheckContext<'_>, step: &RequestStep, waiting: Vec<Waiting>) {
    if step.counts.is_none() || waiting.is_empty() {
        return;
    }
    let Some(look_up) = received(context) else { return };
    let started = Instant::now();
    let mut open = waiting;
    while !open.is_empty() {
        let over = started.elapsed() >= look_up.within.0;
        let mut left = Vec::new();
        for one in open {
            let from = Instant::now();
            let inspection = ask(context, look_up, &one.event, json!({ "event": one.event })).await;
            let more = inspection.count.map(|count| count.saturating_sub(one.before));
            if more.is_none_or(|more| more == 0) && !over {
                left.push(one);
                continue;
            }
            context.log.add_captured(one.at, "counted", json!(more));
            context.log.add(from, None, EntryKind::Inspection(inspection));
        }
        open = left;
        if !open.is_empty() {
            tokio::time::sleep(pause(started)).await;
        }
    }
}
