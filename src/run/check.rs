//! Runs one check, from its first step to its finished record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use tokio::sync::Semaphore;

use super::context::check_context::Doing;
use super::context::log::Log;
use super::context::run_context::RunContext;
use super::step_error::StepError;
use super::{action, cleanup, client_setup, conditions, config, crash_output, deliver, event, lookup, pages, request};
use crate::evidence::{Outcome, What, Who};
use crate::pack::expectations::Expectation;
use crate::pack::step::{ActionStep, EventStep, Pause, Step, WaitStep};
use crate::pack::types::Stage;
use crate::plan::Unit;

/// Runs a check and writes into its log. Trouble is written down too; nothing is returned.
pub(super) async fn run(world: &RunContext, unit: &Unit, log: &Log, lane: &Arc<Semaphore>) {
    if unit.stage != Stage::Rehearsal {
        return carry_out(world, unit, log, lane).await;
    }
    let from = Instant::now();
    if let Err(why) = world.as_wanted(unit).await {
        return not_begun(world, log, why.into(), from).await;
    }
    let silent = tokio::select! {
        biased;
        why = world.falls_silent() => Some(why),
        () = carry_out(world, unit, log, lane) => {
            // A missing response says nothing if the build answers nothing at all.
            let answered = |outcome: &Outcome| outcome.answer().is_some();
            if !log.read(|evidence| evidence.entries.iter().filter_map(|entry| entry.what.asked()).all(answered)) {
                world.beyond_doubt().await;
            }
            world.partner.silence.found()
        }
    };
    if let Some(why) = silent {
        log.void(Who::Partner, why);
    }
}

/// Records why a check could not begin; other checks may be the cause, if the build broke down under them.
async fn not_begun(world: &RunContext, log: &Log, why: StepError, from: Instant) {
    world.beyond_doubt().await;
    match world.ended_since(from).await {
        Some(ended) => log.disturbed(Who::Partner, format!("{why}; {ended}")),
        None => log.incomplete(Who::Partner, why.to_string()),
    }
}

async fn carry_out(world: &RunContext, unit: &Unit, log: &Log, lane: &Arc<Semaphore>) {
    let (clients, done) = (IndexMap::new(), Vec::new());
    let mut doing = Doing { world, unit, log, lane, occasions: BTreeMap::new(), clients, done, mark: 0 };
    let from = Instant::now();
    let overlays = match begin(&mut doing).await {
        Ok(overlays) => overlays,
        Err(why) => {
            cleanup::clean_up(&doing).await;
            return not_begun(world, log, why, from).await;
        }
    };
    log.begin();
    for step in &unit.packed.check.when {
        let (from, before) = (Instant::now(), log.read(|evidence| evidence.entries.len()));
        if let Err(why) = one(&mut doing, step).await {
            log.add(from, step.name(), What::Skipped(why.to_string()));
        }
        crash_output::listen(&doing, before).await;
    }
    let before = log.read(|evidence| evidence.entries.len());
    effects(&doing).await;
    crash_output::listen(&doing, before).await;
    pages::settle(&mut doing).await;
    conditions::finish(&doing, from).await;
    cleanup::clean_up(&doing).await;
    world.restore(&overlays);
}

/// Sets all clients up at the same time, then installs overrides.
async fn begin(doing: &mut Doing<'_>) -> Result<Vec<u64>, StepError> {
    let (world, check) = (doing.world, &doing.unit.packed.check);
    let given = check.given.all();
    let begun = given.iter().map(async |(_, beginning)| {
        let _turn = doing.turn().await;
        match doing.unit.stage.environment() {
            Some(environment) => client_setup::begin_there(world, environment, beginning, doing.log).await,
            None => client_setup::begin(world, beginning).await,
        }
    });
    let (mut overlays, mut trouble) = (Vec::new(), None);
    for ((name, beginning), begun) in given.iter().zip(futures_util::future::join_all(begun).await) {
        trouble = trouble.or(begun.trouble);
        doing.log.add_notes(begun.notes);
        overlays.extend(
            world.provider.simulator().map(|simulator| (simulator, begun.client.clone(), beginning.overlay.clone())),
        );
        doing.clients.insert((*name).to_owned(), begun.client);
    }
    if let Some(why) = trouble {
        return Err(why);
    }
    doing.mark = world.journal_mark();
    let arranged =
        overlays.iter().flat_map(|(simulator, client, words)| client_setup::arrange(simulator, client, &words.0));
    Ok(arranged.collect())
}

async fn one(doing: &mut Doing<'_>, step: &Step) -> Result<(), StepError> {
    match step {
        Step::Request(step) => request::run(doing, step).await,
        Step::Deliver(step) => {
            let _turn = doing.turn().await;
            deliver::run(doing, step).await
        }
        Step::Action(step) if doing.world.plan.bound.leaves_out(step, doing.unit.stage) => {
            let why = format!(
                "the profile has no action `{}`; Preflight assumes that another action includes it",
                step.action
            );
            doing.log.add(Instant::now(), step.name.as_deref(), What::LeftOut(why));
            Ok(())
        }
        Step::Action(ActionStep { unless: Some(unless), .. }) | Step::Event(EventStep { unless: Some(unless), .. })
            if conditions::holds(doing, unless) =>
        {
            let why = "not asked for again: its purpose was already fulfilled".to_owned();
            doing.log.add(Instant::now(), step.name(), What::LeftOut(why));
            Ok(())
        }
        Step::Action(step) => action::run(doing, step).await,
        Step::Event(step) => event::run(doing, step).await,
        Step::Config(step) => {
            let from = Instant::now();
            let fact = match &step.of {
                Some(of) => lookup::known(doing, step, of).await?,
                None => config::read(doing.world, step),
            };
            doing.log.add(from, step.name.as_deref(), What::Fact(fact));
            Ok(())
        }
        Step::Ask(_) => Ok(()),
        Step::Wait(step) => {
            wait(doing, step).await;
            Ok(())
        }
    }
}

/// Waits, until the condition of the step holds.
async fn wait(doing: &mut Doing<'_>, step: &WaitStep) {
    let from = Instant::now();
    let length = match step.wait {
        Pause::Reaction => doing.world.clock.reaction(),
        Pause::Retry => doing.world.clock.retry(),
    };
    let length = length.max(step.at_least.map_or(Duration::ZERO, |least| least.0));
    let patience = &doing.world.clock.waits;
    match &step.until {
        Some(until) => patience.during(conditions::until(doing, until, length)).await,
        None => patience.during(tokio::time::sleep(length)).await,
    }
    let kept = u64::try_from(from.elapsed().as_millis()).unwrap_or(u64::MAX);
    doing.log.add_quiet(kept);
    doing.log.add(from, None, What::Waited);
    pages::look(doing).await;
}

/// Looks up the effects that the check asks for, all at the same time, and keeps a quiet period where an effect has an
/// upper bound.
async fn effects(doing: &Doing<'_>) {
    let check = &doing.unit.packed.check;
    let mut wanted: BTreeMap<&str, bool> = BTreeMap::new();
    for expectation in check.seen.iter().chain(&check.then) {
        if let Expectation::Effect(e) = expectation {
            *wanted.entry(&e.effect).or_default() |= e.exactly.is_some() || e.at_most.is_some();
        }
    }
    for (step, bounded) in wanted {
        let Some(occasion) = doing.occasions.get(step).and_then(|all| all.first()) else { continue };
        if lookup::await_effect(doing, &occasion.id).await.is_some() && bounded {
            let quiet = doing.world.clock.reaction();
            doing.world.clock.waits.during(tokio::time::sleep(quiet)).await;
            lookup::effects(doing, &occasion.id).await;
            let quiet = u64::try_from(quiet.as_millis()).unwrap_or(u64::MAX);
            doing.log.add_quiet(quiet);
        }
    }
}
