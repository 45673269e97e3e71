//! Makes the events from which deliveries are made.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::context::check_context::CheckContext;
use super::context::event_instance::EventInstance;
use super::context::identity::Identity;
use super::step_error::StepError;
use crate::pack::alteration::Alteration;
use crate::pack::scheme::{Documented, Event, Webhooks};
use crate::pack::step::{DeliverStep, EventChoice};
use crate::pack::types::Where;
use crate::template;
use crate::webhook::{self, DeliverySpec};

/// Returns the events that a step delivers.
pub(super) fn occasions(
    context: &CheckContext<'_>,
    hooks: &Webhooks,
    step: &DeliverStep,
) -> Result<Vec<EventInstance>, StepError> {
    match &step.deliver {
        EventChoice::Again(earlier) => {
            context.occasions.get(earlier).cloned().ok_or_else(|| StepError::NothingDelivered { step: earlier.clone() })
        }
        EventChoice::Event(name) => {
            let name = template::render_text(name, &context.scope())?;
            event_instance(context, hooks, &name).map(|one| vec![one])
        }
        EventChoice::Each => {
            let subscribed =
                context.run.plan.bound.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
            subscribed.iter().filter_map(Value::as_str).map(|name| event_instance(context, hooks, name)).collect()
        }
    }
}

/// Maximum number of attempts to make an event whose signature contains all characters that defective readers lose.
/// About one event in seventeen has such a signature.
const MAX_ATTEMPTS: usize = 200;

/// Makes a new event. Its signature contains all characters that defective readers lose, so that such a reader fails
/// for every event and not only by chance.
fn event_instance(context: &CheckContext<'_>, hooks: &Webhooks, name: &str) -> Result<EventInstance, StepError> {
    let (secret, url) = (context.run.provider.webhook_secret(), context.run.handler());
    let telling = |made: &EventInstance| {
        let order = DeliverySpec {
            scheme: hooks,
            event: name,
            body: &made.body,
            id: &made.id,
            secrets: &[secret],
            url: &url,
            sent_at: made.at,
            happened_at: made.at,
            alteration: &Alteration::default(),
        };
        // The event may be sent a second later than it was made.
        webhook::is_telling(&order) && webhook::is_telling(&DeliverySpec { sent_at: made.at + 1, ..order })
    };
    let reads_id = |text: &String| template::names(text).unwrap_or_default().iter().any(|read| read == "id");
    let signs_id = matches!(hooks.id, Where::Body(_)) || hooks.mac.iter().any(|mac| reads_id(&mac.signed_content));
    let mut made = written(context, hooks, name)?;
    for _ in 0..MAX_ATTEMPTS {
        if telling(&made) {
            break;
        }
        let before = std::mem::replace(&mut made, written(context, hooks, name)?);
        // With the same signed content, further attempts would give the same signature.
        if !signs_id && before.body == made.body {
            break;
        }
    }
    Ok(made)
}

fn written(context: &CheckContext<'_>, hooks: &Webhooks, name: &str) -> Result<EventInstance, StepError> {
    let event: &Event = hooks.events.get(name).ok_or_else(|| StepError::NoEvent { event: name.to_owned() })?;
    let run = context.run;
    let captured = run.captured_bodies.get(name);
    // If the partner knows no client, each event is about a new one.
    let (nobody, house) = (Identity::new(), run.house_client().filter(|house| house.known));
    let client = context.clients.values().next().or(house).unwrap_or(&nobody);
    let body = match (captured, run.letter(client, name)) {
        (Some(captured), _) => captured.clone(),
        (None, Some(letter)) => letter,
        (None, None) => run.plan.pack.fixtures.json(&event.body)?,
    };
    let body = template::render_json(&body, &context.scope())
        .map_err(|cause| StepError::EventBody { event: name.to_owned(), cause })?;
    // If the handler needs to know no client first, the body is about no particular client.
    let known = client.known || hooks.known_after.is_none();
    let documented = known && (captured.is_some() || event.documented == Documented::Fully);
    let (name, id, last) = (name.to_owned(), Uuid::new_v4().to_string(), Arc::new(AtomicI64::new(i64::MIN)));
    Ok(EventInstance { name, id, body, at: now(), documented, last })
}

/// Returns the current time, in seconds since 1970.
fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

impl EventInstance {
    /// Makes another event of the same kind, which happens now. Its id, content and subjects are new, because a handler
    /// may recognise repetitions by any of them.
    pub(super) fn fresh(&self, context: &CheckContext<'_>, hooks: &Webhooks) -> Self {
        let written = event_instance(context, hooks, &self.name).ok();
        written.map_or_else(|| self.clone(), |written| EventInstance { documented: self.documented, ..written })
    }

    /// Returns the same event, under the name that a delivery gave it if there is one.
    pub(super) fn named(self, name: Option<&str>) -> Self {
        EventInstance { name: name.unwrap_or(&self.name).to_owned(), ..self }
    }

    /// Returns the current second, and remembers that a delivery was in flight in it.
    pub(super) fn under_way_now(&self) -> i64 {
        let second = now();
        self.last.fetch_max(second, Ordering::Relaxed);
        second
    }

    /// Waits until the second of the last delivery is over. The provider redelivers later, too, and a handler must not
    /// recognise a redelivery by the same signature or timestamp.
    pub(super) async fn a_second_later(&self) {
        while now() <= self.last.load(Ordering::Relaxed) {
            let part = Duration::from_nanos(OffsetDateTime::now_utc().nanosecond().into());
            tokio::time::sleep(Duration::from_secs(1).saturating_sub(part)).await;
        }
    }
}
