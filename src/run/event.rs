//! Triggers events at the simulated provider. The partner learns of them as it would from the real provider.

use std::time::{Duration, Instant};

use super::context::check_context::CheckContext;
use super::context::identity::Identity;
use super::context::run_context::RunContext;
use super::manual_steps;
use super::step_error::StepError;
use crate::evidence::{EntryKind, OccurredEvent, Outcome, SentEvent};
use crate::pack::step::EventStep;
use crate::pack::types::Stage;
use crate::simulator::Simulator;

/// Time limit of a first delivery attempt if the pack has no webhooks.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs an `event` step.
pub(super) async fn run(context: &mut CheckContext<'_>, step: &EventStep) -> Result<(), StepError> {
    let (name, client) = context.client(step.client.as_deref())?;
    let from = Instant::now();
    let happened = if context.planned.stage == Stage::Rehearsal {
        let simulator = context.run.provider.simulator().ok_or(StepError::NotSimulated)?;
        play(context.run, simulator, &client, &step.event).await
    } else {
        let pages = context.presented_to(&name);
        manual_steps::bring_about(context.run, &client, &step.event, &pages).await
    };
    context.log.add_between(
        from,
        Instant::now(),
        step.name.as_deref(),
        Some(&name),
        EntryKind::OccurredEvent(happened),
    );
    Ok(())
}

/// Triggers an event for a client, and waits until the partner's handler has answered the resulting deliveries.
pub(super) async fn play(run: &RunContext, simulator: &Simulator, client: &Identity, event: &str) -> OccurredEvent {
    let mut happened = OccurredEvent { event: event.to_owned(), ..OccurredEvent::default() };
    let Some(key) = simulator.keys_of(&client.email).pop() else {
        happened.trouble = Some(format!("`{event}` cannot happen: the partner has not created the client"));
        return happened;
    };
    let before = simulator.deliveries().len();
    match simulator.happen(&key, event) {
        Ok(sent) => {
            happened.sent = sent
                .into_iter()
                .map(|sent| SentEvent { event: sent.event, id: sent.id, ..SentEvent::default() })
                .collect();
            answers(run, simulator, before, &mut happened.sent).await;
            if happened.sent.iter().any(|event| event.answered.is_none_or(|status| status == 0)) {
                run.doubt();
            }
        }
        Err(error) => happened.trouble = Some(error.to_string()),
    }
    happened
}

/// Waits for the first response to each event, up to the provider's time limit.
async fn answers(run: &RunContext, simulator: &Simulator, before: usize, sent: &mut [SentEvent]) {
    let hooks = run.plan.pack.provider.webhooks.as_ref();
    let limit = hooks.map_or(DELIVERY_TIMEOUT, |hooks| hooks.success.patience());
    let (started, deliveries) = (Instant::now(), simulator.deliveries());
    loop {
        let seen = deliveries.len();
        let done = deliveries.since(before);
        for event in sent.iter_mut().filter(|event| event.answered.is_none()) {
            let first = done.iter().find(|entry| entry.what.event_id == event.id);
            event.answered = first.map(|entry| entry.what.outcome.answer().map_or(0, |answer| answer.status));
            event.said = first
                .map(|entry| run.redactor.text(&entry.what.outcome.brief(Outcome::MAX_SENTENCE_CHARS)))
                .unwrap_or_default();
        }
        let left = limit.saturating_sub(started.elapsed());
        let over = sent.iter().all(|event| event.answered.is_some());
        if over || tokio::time::timeout(left, deliveries.changed(seen)).await.is_err() {
            return;
        }
    }
}

/// Whether the partner's handler accepted one of the events.
pub(super) fn heard(run: &RunContext, sent: &[SentEvent]) -> bool {
    let Some(hooks) = &run.plan.pack.provider.webhooks else { return false };
    sent.iter().any(|event| event.answered.is_some_and(|status| hooks.success.status.holds(status)))
}

/// Returns notes about the events that the partner's handler did not accept.
pub(super) fn unheard(run: &RunContext, sent: &[SentEvent]) -> Vec<String> {
    let Some(hooks) = &run.plan.pack.provider.webhooks else { return Vec::new() };
    let refused = sent.iter().filter(|event| !event.answered.is_some_and(|status| hooks.success.status.holds(status)));
    refused
        .map(|event| match event.answered {
            Some(0) => format!("during set-up the handler did not answer `{}`: {}", event.event, event.said),
            None => format!("during set-up the handler did not answer `{}`", event.event),
            Some(_) => format!("during set-up the handler answered {} to `{}`", event.said, event.event),
        })
        .collect()
}
