//! Brings both sides to the state in which a check begins: first through the partner's own actions and the provider's
//! events, then by overrides.

use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::Map;

use super::context::identity::{Identity, scope_of};
use super::context::log::Log;
use super::context::run_context::RunContext;
use super::step_error::StepError;
use super::{action, event, manual_steps};
use crate::evidence::Outcome;
use crate::pack::given::{ClientSetup, CredentialFate, Dropping, Override as Word};
use crate::pack::simulator::SetupStep;
use crate::pack::types::{Environment, Span, Stage};
use crate::simulator::{Effect, Override, Simulator};

/// The result of setting up a client.
pub(super) struct SetupResult {
    /// The client, as far as the set-up got.
    pub(super) client: Identity,
    /// Why the set-up did not complete.
    pub(super) trouble: Option<StepError>,
    /// Notes that the report shows if the check is inconclusive.
    pub(super) notes: Vec<String>,
}

/// Sets up a client against the simulated provider.
pub(super) async fn begin(run: &RunContext, beginning: &ClientSetup) -> SetupResult {
    let mut setup_result = SetupResult { client: Identity::new(), trouble: None, notes: Vec::new() };
    setup_result.trouble = match run.unheard() {
        Some(observed) => Some(StepError::NeverCalled { observed }),
        None => bring(run, beginning, &mut setup_result.client, &mut setup_result.notes).await.err(),
    };
    setup_result
}

async fn bring(
    run: &RunContext,
    beginning: &ClientSetup,
    client: &mut Identity,
    notes: &mut Vec<String>,
) -> Result<(), StepError> {
    let Some((simulator, spec)) = run.provider.simulator().zip(run.plan.pack.provider.simulator.as_ref()) else {
        return Ok(());
    };
    let (start, ways) = spec.way(&beginning.is);
    simulator.prepare(&client.email, start);
    run.subscribe(simulator, &client.email);
    for step in ways {
        match step {
            SetupStep::Action(name) => act(run, simulator, client, name).await?,
            SetupStep::Event(name) => {
                let before = run.journal_mark();
                let happened = event::play(run, simulator, client, name).await;
                if !event::heard(run, &happened.sent) {
                    noticed(run, before, client).await;
                }
                if let Some(trouble) = happened.trouble {
                    return Err(StepError::SetUpEvent { trouble });
                }
                notes.extend(event::unheard(run, &happened.sent));
            }
        }
    }
    Ok(())
}

/// Gives a partner that polls time to notice the new state: until it has called about the client, or until the reaction
/// time is over.
async fn noticed(run: &RunContext, before: usize, client: &Identity) {
    let client = IndexMap::from([(String::new(), client.clone())]);
    // A partner that polls only when its user returns will do so within the check itself.
    drop(tokio::time::timeout(run.clock.reaction(), run.another_call(before, &client)).await);
}

/// Sets up a client in a real environment, through the partner's deployment and manual steps.
pub(super) async fn set_up_in(
    run: &RunContext,
    environment: Environment,
    beginning: &ClientSetup,
    log: &Log,
) -> SetupResult {
    let inside = run.plan.read.profile.environments.get(&environment);
    let spec = run.plan.pack.provider.simulator.as_ref();
    let (start, ways) = spec.map_or((beginning.is.as_str(), Vec::new()), |spec| spec.way(&beginning.is));
    let client = Identity::known_there(inside.and_then(|inside| inside.known_clients.get(start)));
    let mut setup_result = SetupResult { client, trouble: None, notes: Vec::new() };
    setup_result.trouble = bring_there(run, environment, &ways, &mut setup_result.client, log).await.err();
    setup_result
}

async fn bring_there(
    run: &RunContext,
    environment: Environment,
    ways: &[&SetupStep],
    client: &mut Identity,
    log: &Log,
) -> Result<(), StepError> {
    let inside = run.plan.read.profile.environments.get(&environment);
    let mut pages = Vec::new();
    for step in ways {
        match step {
            SetupStep::Action(name) => {
                let failed = |cause| StepError::SetUpAction { action: name.to_owned(), cause: Box::new(cause) };
                let call = inside.and_then(|inside| inside.actions.get(name));
                let place = format!("environments.{environment}.actions.{name}");
                let call =
                    call.ok_or_else(|| failed(StepError::MissingInput { advice: run.plan.bound.how_to_give(&place) }))?;
                let arguments = client.arguments(run, name, "", &Map::new());
                let stage = environment.stage();
                log.asked_for(client);
                let outcome = action::perform(run, stage, call, &scope_of(client, arguments)).await.map_err(failed)?;
                client.asked = true;
                client.capture(call, &outcome);
                pages = outcome.answer().map(action::presented).unwrap_or_default();
            }
            SetupStep::Event(name) => {
                let happened = manual_steps::bring_about(run, client, name, &pages).await;
                if let Some(trouble) = happened.trouble {
                    return Err(StepError::SetUpEvent { trouble });
                }
            }
        }
    }
    Ok(())
}

/// Performs an action, and waits until the provider knows the client.
async fn act(run: &RunContext, simulator: &Simulator, client: &mut Identity, name: &str) -> Result<(), StepError> {
    let failed = |cause| StepError::SetUpAction { action: name.to_owned(), cause: Box::new(cause) };
    let rehearsal = run.plan.read.profile.rehearsal.as_ref();
    let call = rehearsal.and_then(|rehearsal| rehearsal.actions.get(name));
    let advice = || run.plan.bound.how_to_give(&format!("rehearsal.actions.{name}"));
    let call = call.ok_or_else(|| failed(StepError::MissingInput { advice: advice() }))?;
    let arguments = client.arguments(run, name, "", &Map::new());
    let from = Instant::now();
    let outcome = action::perform(run, Stage::Rehearsal, call, &scope_of(client, arguments)).await.map_err(&failed)?;
    client.capture(call, &outcome);
    // Other checks may have filled the partner's queue, so it gets the time for a retry.
    let within = run.clock.retry();
    if !run.clock.waits.during(known_within(simulator, client, within)).await {
        let found = match &outcome {
            Outcome::Answered(_) => format!("it answered {}", outcome.brief(Outcome::MAX_SENTENCE_CHARS)),
            Outcome::TransportError(trouble) => trouble.detail.clone(),
        };
        run.beyond_doubt().await;
        // A build that has ended may still call after it is restarted.
        if run.ended_since(from).await.is_none() {
            run.clock.waits.in_vain(format!("the action {name}: {found}"));
        }
        return Err(failed(StepError::NoCallAboutClient { found, within: Span(within) }));
    }
    run.know_tenant(simulator, client);
    Ok(())
}

/// Waits up to a limit until the provider knows a client. Returns whether it does.
pub(super) async fn known_within(simulator: &Simulator, client: &Identity, limit: Duration) -> bool {
    let started = Instant::now();
    let journal = simulator.journal();
    loop {
        let seen = journal.len();
        if !simulator.keys_of(&client.email).is_empty() {
            return true;
        }
        let left = limit.saturating_sub(started.elapsed());
        if tokio::time::timeout(left, journal.changed(seen)).await.is_err() {
            return false;
        }
    }
}

/// Installs overrides for a client. Returns their numbers, by which they are removed again.
pub(super) fn arrange(simulator: &Simulator, client: &Identity, words: &[Word]) -> Vec<u64> {
    let overrides = words.iter().flat_map(|word| {
        let nth = word.nth.or(word.once.then_some(1));
        effects(word).into_iter().map(move |effect| (word.on.clone(), nth, effect))
    });
    let overrides = overrides.map(|(on, nth, effect)| Override { about: vec![client.email.clone()], on, nth, effect });
    overrides.filter_map(|change| simulator.change(change)).collect()
}

fn effects(word: &Word) -> Vec<Effect> {
    let mut effects = Vec::new();
    if word.credential == Some(CredentialFate::Expired) {
        effects.push(Effect::Expired);
    }
    if let Some(name) = &word.reply {
        effects.push(Effect::Reply { name: name.clone(), with: word.with.clone() });
    }
    if word.status.is_some() || !word.change.is_empty() {
        effects.push(Effect::Changed { status: word.status, members: word.change.clone() });
    }
    effects.extend(word.delay.map(|delay| Effect::Late(delay.0)));
    let after_processing = |dropping| match dropping {
        Dropping::AfterProcessing => true,
        Dropping::BeforeProcessing => false,
    };
    let dropped = word.drop_connection.map(after_processing);
    effects.extend(dropped.map(|after_processing| Effect::Dropped { after_processing }));
    effects
}
