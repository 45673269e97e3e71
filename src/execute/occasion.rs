//! The events that deliveries are made of.

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::identity::Identity;
use super::unit::Doing;
use crate::catalog::scheme::{Documented, Event, Webhooks};
use crate::catalog::step::{DeliverStep, Which};
use crate::catalog::words::Where;
use crate::template;

/// An event that deliveries are made of.
#[derive(Clone, Debug)]
pub(super) struct Occasion {
    pub(super) name: String,
    /// The id that all deliveries of the event share.
    pub(super) id: String,
    pub(super) body: Value,
    /// When it happened, in seconds since 1970. A repeat has the same bytes, and only its header a new time.
    pub(super) at: i64,
    /// Whether a handler must be content with this body: it is documented or captured, and about a client it knows.
    pub(super) documented: bool,
}

/// The events that a step is about.
pub(super) fn occasions(doing: &Doing<'_>, hooks: &Webhooks, step: &DeliverStep) -> Result<Vec<Occasion>, String> {
    match &step.deliver {
        Which::Again(earlier) => {
            let occasion =
                doing.occasions.get(earlier).ok_or_else(|| format!("the step `{earlier}` delivered nothing"))?;
            Ok(vec![occasion.clone()])
        }
        Which::Event(name) => {
            let name = template::render_text(name, &doing.scope()).map_err(|error| error.to_string())?;
            occasion(doing, hooks, &name).map(|one| vec![one])
        }
        Which::Each => {
            let subscribed =
                doing.world.plan.bound.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
            subscribed.iter().filter_map(Value::as_str).map(|name| occasion(doing, hooks, name)).collect()
        }
    }
}

fn occasion(doing: &Doing<'_>, hooks: &Webhooks, name: &str) -> Result<Occasion, String> {
    let event: &Event = hooks.events.get(name).ok_or_else(|| format!("the provider has no event `{name}`"))?;
    let world = doing.world;
    let captured = world.captured_bodies.get(name);
    let nobody = Identity::new();
    let client = doing.clients.values().next().or(world.house_client()).unwrap_or(&nobody);
    let body = match (captured, world.letter(client, name)) {
        (Some(captured), _) => captured.clone(),
        (None, Some(letter)) => letter,
        (None, None) => world.plan.pack.fixtures.json(&event.body).map_err(|error| error.to_string())?,
    };
    let body = template::render_json(&body, &doing.scope()).map_err(|error| format!("the body of {name}: {error}"))?;
    // Where no client has to be known first, a body is about nobody in particular.
    let known = client.known || hooks.known_after.is_none();
    let documented = known && (captured.is_some() || event.documented == Documented::Fully);
    Ok(Occasion { name: name.to_owned(), id: Uuid::new_v4().to_string(), body, at: now(), documented })
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

impl Occasion {
    /// Another event of the same kind, which happens now.
    pub(super) fn fresh(&self, doing: &Doing<'_>, hooks: &Webhooks) -> Self {
        // Where the id is in no body, another event has other words: a handler may know repeats by those.
        let written = matches!(hooks.id, Where::Header(_)).then(|| occasion(doing, hooks, &self.name));
        let body = written.and_then(Result::ok).map_or_else(|| self.body.clone(), |written| written.body);
        Occasion { id: Uuid::new_v4().to_string(), at: now(), body, ..self.clone() }
    }
}
