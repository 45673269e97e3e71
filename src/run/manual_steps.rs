//! Asks a person to do manual steps, waits for them, and never assumes that they are done.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::context::identity::{Identity, scope_of};
use super::context::manual_step::{ManualStep, ManualStepResponse, patience};
use super::context::run_context::RunContext;
use super::manual_step_error::ManualStepError;
use super::provider_query;
use crate::evidence::OccurredEvent;
use crate::pack::actions::{DetectionRule, ManualStepSpec};
use crate::pack::types::Environment;
use crate::template;

/// Interval at which the provider is asked whether the event has happened.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How long the provider may take to show what the person did.
const PROVIDER_LAG: Duration = Duration::from_secs(15);

/// Has a person bring about an event for a client. `pages` are the URLs that the partner showed, redacted.
pub(super) async fn bring_about(run: &RunContext, client: &Identity, event: &str, pages: &[String]) -> OccurredEvent {
    let mut happened = OccurredEvent { event: event.to_owned(), ..OccurredEvent::default() };
    happened.trouble = asked(run, client, event, pages).await.err().map(|why| why.to_string());
    happened
}

async fn asked(run: &RunContext, client: &Identity, event: &str, pages: &[String]) -> Result<(), ManualStepError> {
    let deed = run.plan.pack.provider.manual_steps.get(event);
    let deed = deed.ok_or_else(|| ManualStepError::Unknown { event: event.to_owned() })?;
    let scope = scope_of(client, serde_json::Map::new());
    let says = template::render_text(&deed.instructions, &scope)?;
    let instructions = || says.clone();
    let nobody = || ManualStepError::NobodyThere { instructions: instructions() };
    let people = run.people.as_ref().ok_or_else(nobody)?;
    let within = patience(&run.plan);
    let pages = pages.iter().map(|page| run.redactor.revealed(page)).collect();
    let (answer, mut answered) = oneshot::channel();
    let (event, tenant) = (event.to_owned(), client.tenant.clone());
    people
        .send(ManualStep { event, tenant, says: says.clone(), pages, within, answer })
        .map_err(|_| ManualStepError::TerminalClosed)?;
    let started = Instant::now();
    loop {
        let left = within.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(ManualStepError::TooLate { seconds: within.as_secs(), instructions: instructions() });
        }
        let said = tokio::time::timeout(POLL_INTERVAL.min(left), &mut answered).await;
        if let Some(sign) = &deed.until
            && seen(run, client, sign).await
        {
            return Ok(());
        }
        match said {
            Ok(Ok(ManualStepResponse::Done)) if deed.until.is_none() => return Ok(()),
            Ok(Ok(ManualStepResponse::Done)) => return said_done(run, client, deed, &says).await,
            Ok(Ok(ManualStepResponse::Skip)) => return Err(ManualStepError::Skipped { instructions: instructions() }),
            Ok(Err(_)) => return Err(ManualStepError::PersonLeft),
            Err(_) => {}
        }
    }
}

/// Waits until the provider shows what the person says to have done; the provider may lag a moment.
async fn said_done(
    run: &RunContext,
    client: &Identity,
    deed: &ManualStepSpec,
    says: &str,
) -> Result<(), ManualStepError> {
    let started = Instant::now();
    while started.elapsed() < PROVIDER_LAG {
        if let Some(sign) = &deed.until
            && seen(run, client, sign).await
        {
            return Ok(());
        }
        tokio::time::sleep(POLL_INTERVAL / 2).await;
    }
    Err(ManualStepError::NotShown { instructions: says.to_owned() })
}

/// Whether the provider shows that the event has happened.
async fn seen(run: &RunContext, client: &Identity, sign: &DetectionRule) -> bool {
    let Ok(answer) = provider_query::provider(run, Environment::Test, &sign.api, &sign.request, client).await else {
        return false;
    };
    let json = answer.body.json();
    sign.body.iter().all(|(path, wanted)| json.and_then(|json| path.first(json)) == Some(wanted))
}
