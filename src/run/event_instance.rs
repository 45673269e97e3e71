//! The events from which deliveries are made.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::context::check_context::Doing;
use super::context::event_instance::Occasion;
use super::context::identity::Identity;
use super::step_error::StepError;
use crate::pack::alteration::Variation;
use crate::pack::scheme::{Documented, Event, Webhooks};
use crate::pack::step::{DeliverStep, Which};
use crate::pack::types::Where;
use crate::template;
use crate::webhook::{self, Order};

/// The events that a step delivers.
pub(super) fn occasions(doing: &Doing<'_>, hooks: &Webhooks, step: &DeliverStep) -> Result<Vec<Occasion>, StepError> {
    match &step.deliver {
        Which::Again(earlier) => {
            doing.occasions.get(earlier).cloned().ok_or_else(|| StepError::NothingDelivered { step: earlier.clone() })
        }
        Which::Event(name) => {
            let name = template::render_text(name, &doing.scope())?;
            occasion(doing, hooks, &name).map(|one| vec![one])
        }
        Which::Each => {
            let subscribed =
                doing.world.plan.bound.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
            subscribed.iter().filter_map(Value::as_str).map(|name| occasion(doing, hooks, name)).collect()
        }
    }
}

/// Maximum number of attempts to make an event whose signature contains what defective readers lose; one in seventeen
/// does.
const TRIES: usize = 200;

/// A new event. Its signature leaves nothing to luck: a reader that loses part of it fails for every event.
fn occasion(doing: &Doing<'_>, hooks: &Webhooks, name: &str) -> Result<Occasion, StepError> {
    let (secret, url) = (doing.world.provider.webhook_secret(), doing.world.handler());
    let telling = |made: &Occasion| {
        let order = Order {
            scheme: hooks,
            event: name,
            body: &made.body,
            id: &made.id,
            secrets: &[secret],
            url: &url,
            sent_at: made.at,
            happened_at: made.at,
            variation: &Variation::default(),
        };
        // It may be sent a moment later.
        webhook::is_telling(&order) && webhook::is_telling(&Order { sent_at: made.at + 1, ..order })
    };
    let reads_id = |text: &String| template::names(text).unwrap_or_default().iter().any(|read| read == "id");
    let signs_id = matches!(hooks.id, Where::Body(_)) || hooks.mac.iter().any(|mac| reads_id(&mac.message));
    let mut made = written(doing, hooks, name)?;
    for _ in 0..TRIES {
        if telling(&made) {
            break;
        }
        let before = std::mem::replace(&mut made, written(doing, hooks, name)?);
        // A signature over the same content would be the same again.
        if !signs_id && before.body == made.body {
            break;
        }
    }
    Ok(made)
}

fn written(doing: &Doing<'_>, hooks: &Webhooks, name: &str) -> Result<Occasion, StepError> {
    let event: &Event = hooks.events.get(name).ok_or_else(|| StepError::NoEvent { event: name.to_owned() })?;
    let world = doing.world;
    let captured = world.captured_bodies.get(name);
    // If the partner knows no client, each event is about a new one.
    let (nobody, house) = (Identity::new(), world.house_client().filter(|house| house.known));
    let client = doing.clients.values().next().or(house).unwrap_or(&nobody);
    let body = match (captured, world.letter(client, name)) {
        (Some(captured), _) => captured.clone(),
        (None, Some(letter)) => letter,
        (None, None) => world.plan.pack.fixtures.json(&event.body)?,
    };
    let body = template::render_json(&body, &doing.scope())
        .map_err(|cause| StepError::EventBody { event: name.to_owned(), cause })?;
    // If no client must be known first, a body is about no particular client.
    let known = client.known || hooks.known_after.is_none();
    let documented = known && (captured.is_some() || event.documented == Documented::Fully);
    let (name, id, last) = (name.to_owned(), Uuid::new_v4().to_string(), Arc::new(AtomicI64::new(i64::MIN)));
    Ok(Occasion { name, id, body, at: now(), documented, last })
}

/// Seconds since 1970.
fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

impl Occasion {
    /// Another event of the same kind, which happens now. Its id, content and subjects are new: a handler may recognise
    /// repetitions by any of them.
    pub(super) fn fresh(&self, doing: &Doing<'_>, hooks: &Webhooks) -> Self {
        let written = occasion(doing, hooks, &self.name).ok();
        written.map_or_else(|| self.clone(), |written| Occasion { documented: self.documented, ..written })
    }

    /// The same event under the name, if any, that a delivery gave it.
    pub(super) fn named(self, name: Option<&str>) -> Self {
        Occasion { name: name.unwrap_or(&self.name).to_owned(), ..self }
    }

    /// The current second, remembered as one in which a delivery was in flight.
    pub(super) fn under_way_now(&self) -> i64 {
        let second = now();
        self.last.fetch_max(second, Ordering::Relaxed);
        second
    }

    /// Waits until the second of the last delivery is over: the provider redelivers later, so a handler cannot
    /// recognise a redelivery by its signature or timestamp.
    pub(super) async fn a_second_later(&self) {
        while now() <= self.last.load(Ordering::Relaxed) {
            let part = Duration::from_nanos(OffsetDateTime::now_utc().nanosecond().into());
            tokio::time::sleep(Duration::from_secs(1).saturating_sub(part)).await;
        }
    }
}
