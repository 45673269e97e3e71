//! What only a person can do: asked for, waited for, and never taken for granted.

use std::time::{Duration, Instant};

use serde_json_path::JsonPath;
use tokio::sync::oneshot;

use super::context::identity::{Identity, scope_of};
use super::context::manual_step::{Answer, Errand, patience};
use super::context::run_context::World;
use super::provider_query;
use crate::evidence::Happened;
use crate::pack::actions::{Deed, Sign};
use crate::pack::types::Environment;
use crate::template;

/// How often the provider is asked whether it has happened.
const PACE: Duration = Duration::from_secs(2);

/// How far the provider may be behind a person.
const BEHIND: Duration = Duration::from_secs(15);

/// Has a person bring something about for a client. `pages`: what the partner presented to it, without secrets.
pub(super) async fn bring_about(world: &World, client: &Identity, event: &str, pages: &[String]) -> Happened {
    let mut happened = Happened { event: event.to_owned(), ..Happened::default() };
    happened.trouble = asked(world, client, event, pages).await.err();
    happened
}

async fn asked(world: &World, client: &Identity, event: &str, pages: &[String]) -> Result<(), String> {
    let deed = world.plan.pack.provider.people.get(event);
    let deed = deed.ok_or_else(|| format!("the pack does not say how a person brings `{event}` about"))?;
    let scope = scope_of(client, serde_json::Map::new());
    let says = template::render_text(&deed.says, &scope).map_err(|error| error.to_string())?;
    let people = world.people.as_ref().ok_or_else(|| {
        format!("a person must act, and nobody is at a terminal: {says}; run it in a terminal, or give its evidence")
    })?;
    let within = patience(&world.plan);
    let pages = pages.iter().map(|page| world.redactor.revealed(page)).collect();
    let (answer, mut answered) = oneshot::channel();
    let (event, tenant) = (event.to_owned(), client.tenant.clone());
    people
        .send(Errand { event, tenant, says: says.clone(), pages, within, answer })
        .map_err(|_| "nobody listens at the terminal any more".to_owned())?;
    let started = Instant::now();
    loop {
        let left = within.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(format!("nobody did it within {} s: {says}", within.as_secs()));
        }
        let said = tokio::time::timeout(PACE.min(left), &mut answered).await;
        if let Some(sign) = &deed.until
            && seen(world, client, sign).await
        {
            return Ok(());
        }
        match said {
            Ok(Ok(Answer::Done)) if deed.until.is_none() => return Ok(()),
            Ok(Ok(Answer::Done)) => return said_done(world, client, deed, &says).await,
            Ok(Ok(Answer::Skip)) => return Err(format!("it was skipped: {says}")),
            Ok(Err(_)) => return Err("the person at the terminal is gone".to_owned()),
            Err(_) => {}
        }
    }
}

/// A person said that it is done; a provider may be a moment behind.
async fn said_done(world: &World, client: &Identity, deed: &Deed, says: &str) -> Result<(), String> {
    let started = Instant::now();
    while started.elapsed() < BEHIND {
        if let Some(sign) = &deed.until
            && seen(world, client, sign).await
        {
            return Ok(());
        }
        tokio::time::sleep(PACE / 2).await;
    }
    Err(format!("a person said that it is done, and the provider does not say so: {says}"))
}

/// Whether the provider says that it has happened.
async fn seen(world: &World, client: &Identity, sign: &Sign) -> bool {
    let Ok(answer) = provider_query::provider(world, Environment::Test, &sign.api, &sign.request, client).await else {
        return false;
    };
    let json = answer.body.json();
    sign.body.iter().all(|(path, wanted)| {
        let value = JsonPath::parse(path).ok().and_then(|path| path.query(json?).first().cloned());
        value.as_ref() == Some(wanted)
    })
}
