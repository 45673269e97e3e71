//! Manual steps: asked for, waited for, and never assumed to be done.

use std::time::{Duration, Instant};

use serde_json_path::JsonPath;
use tokio::sync::oneshot;

use super::context::identity::{Identity, scope_of};
use super::context::manual_step::{Answer, Errand, patience};
use super::context::run_context::RunContext;
use super::provider_query;
use crate::evidence::Happened;
use crate::pack::actions::{Deed, Sign};
use crate::pack::types::Environment;
use crate::template;

/// Interval of queries whether the provider shows the result.
const PACE: Duration = Duration::from_secs(2);

/// How long the provider may lag behind the person.
const BEHIND: Duration = Duration::from_secs(15);

/// Has a person bring about an event for a client. `pages` are the URLs that the partner showed, redacted.
pub(super) async fn bring_about(world: &RunContext, client: &Identity, event: &str, pages: &[String]) -> Happened {
    let mut happened = Happened { event: event.to_owned(), ..Happened::default() };
    happened.trouble = asked(world, client, event, pages).await.err();
    happened
}

async fn asked(world: &RunContext, client: &Identity, event: &str, pages: &[String]) -> Result<(), String> {
    let deed = world.plan.pack.provider.people.get(event);
    let deed = deed.ok_or_else(|| format!("the pack has no manual step for `{event}`"))?;
    let scope = scope_of(client, serde_json::Map::new());
    let says = template::render_text(&deed.says, &scope).map_err(|error| error.to_string())?;
    let people = world.people.as_ref().ok_or_else(|| {
        format!(
            "a manual step is needed, and nobody is at a terminal: {says}; run it in a terminal, or attest the check"
        )
    })?;
    let within = patience(&world.plan);
    let pages = pages.iter().map(|page| world.redactor.revealed(page)).collect();
    let (answer, mut answered) = oneshot::channel();
    let (event, tenant) = (event.to_owned(), client.tenant.clone());
    people
        .send(Errand { event, tenant, says: says.clone(), pages, within, answer })
        .map_err(|_| "the terminal no longer accepts manual steps".to_owned())?;
    let started = Instant::now();
    loop {
        let left = within.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(format!("nobody did the manual step within {} s: {says}", within.as_secs()));
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
            Ok(Ok(Answer::Skip)) => return Err(format!("the manual step was skipped: {says}")),
            Ok(Err(_)) => return Err("the person at the terminal has left".to_owned()),
            Err(_) => {}
        }
    }
}

/// The person says that it is done; the provider may lag a moment.
async fn said_done(world: &RunContext, client: &Identity, deed: &Deed, says: &str) -> Result<(), String> {
    let started = Instant::now();
    while started.elapsed() < BEHIND {
        if let Some(sign) = &deed.until
            && seen(world, client, sign).await
        {
            return Ok(());
        }
        tokio::time::sleep(PACE / 2).await;
    }
    Err(format!("a person confirmed the manual step, but the provider does not show it: {says}"))
}

/// Whether the provider shows that the event happened.
async fn seen(world: &RunContext, client: &Identity, sign: &Sign) -> bool {
    let Ok(answer) = provider_query::provider(world, Environment::Test, &sign.api, &sign.request, client).await else {
        return false;
    };
    let json = answer.body.json();
    sign.body.iter().all(|(path, wanted)| {
        let value = JsonPath::parse(path).ok().and_then(|path| path.query(json?).first().cloned());
        value.as_ref() == Some(wanted)
    })
}
