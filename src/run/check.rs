//! Runs one check, from its first step to its finished record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use tokio::sync::Semaphore;

use super::context::check_context::CheckContext;
use super::context::log::Log;
use super::context::run_context::RunContext;
use super::step_error::StepError;
use super::{action, cleanup, client_setup, conditions, config, crash_output, deliver, event, lookup, pages, request};
use crate::evidence::{EntryKind, Outcome, Responsible};
use crate::pack::expectations::Expectation;
use crate::pack::step::{ActionStep, EventStep, Pause, Step, WaitStep};
use crate::pack::types::Stage;
use crate::plan::PlannedCheck;

/// Runs a check and records it in its log. Errors are recorded as well, not returned.
pub(super) async fn run(run: &RunContext, planned: &PlannedCheck, log: &Log, lane: &Arc<Semaphore>) {
    if planned.stage != Stage::Rehearsal {
        return carry_out(run, planned, log, lane).await;
    }
    let from = Instant::now();
    if let Err(why) = run.as_wanted(planned).await {
        return not_begun(run, log, why.into(), from).await;
    }
    let silent = tokio::select! {
        biased;
        why = run.falls_silent() => Some(why),
        () = carry_out(run, planned, log, lane) => {
            // If the build answers nothing at all, a missing response says nothing about this check.
            let answered = |outcome: &Outcome| outcome.answer().is_some();
            if !log.read(|evidence| evidence.entries.iter().filter_map(|entry| entry.what.asked()).all(answered)) {
                run.beyond_doubt().await;
            }
            run.partner.silence.found()
        }
    };
    if let Some(why) = silent {
        log.void(Responsible::Partner, why);
    }
}

/// Records why a check could not begin. If the build broke down meanwhile, other checks may be the cause.
async fn not_begun(run: &RunContext, log: &Log, why: StepError, from: Instant) {
    run.beyond_doubt().await;
    match run.ended_since(from).await {
        Some(ended) => log.disturbed(Responsible::Partner, format!("{why}; {ended}")),
        None => log.incomplete(Responsible::Partner, why.to_string()),
    }
}

async fn carry_out(run: &RunContext, planned: &PlannedCheck, log: &Log, lane: &Arc<Semaphore>) {
    let (clients, done) = (IndexMap::new(), Vec::new());
    let mut context = CheckContext { run, planned, log, lane, occasions: BTreeMap::new(), clients, done, mark: 0 };
    let from = Instant::now();
    let overrides = match begin(&mut context).await {
        Ok(overrides) => overrides,
        Err(why) => {
            cleanup::cleanup(&context).await;
            return not_begun(run, log, why, from).await;
        }
    };
    log.begin();
    tracing::info!("begins");
    for step in &planned.packed.check.when {
        tracing::debug!("step: {}", step.verb());
        let (from, before) = (Instant::now(), log.read(|evidence| evidence.entries.len()));
        if let Err(why) = run_step(&mut context, step).await {
            tracing::info!("skipped `{}`: {why}", step.verb());
            log.add(from, step.name(), EntryKind::Skipped(why.to_string()));
        }
        crash_output::listen(&context, before).await;
    }
    let before = log.read(|evidence| evidence.entries.len());
    effects(&context).await;
    crash_output::listen(&context, before).await;
    pages::settle(&mut context).await;
    conditions::finish(&context, from).await;
    cleanup::cleanup(&context).await;
    run.restore(&overrides);
}

/// Sets up all clients at the same time, then installs the overrides. Returns the numbers of the overrides.
async fn begin(context: &mut CheckContext<'_>) -> Result<Vec<u64>, StepError> {
    let (run, check) = (context.run, &context.planned.packed.check);
    let given = check.given.client_setups();
    let setup_result = given.iter().map(async |(_, beginning)| {
        let _turn = context.turn().await;
        match context.planned.stage.environment() {
            Some(environment) => client_setup::set_up_in(run, environment, beginning, context.log).await,
            None => client_setup::begin(run, beginning).await,
        }
    });
    let (mut overrides, mut trouble) = (Vec::new(), None);
    for ((name, beginning), setup_result) in given.iter().zip(futures_util::future::join_all(setup_result).await) {
        trouble = trouble.or(setup_result.trouble);
        context.log.add_notes(setup_result.notes);
        overrides.extend(
            run.provider
                .simulator()
                .map(|simulator| (simulator, setup_result.client.clone(), beginning.change.clone())),
        );
        context.clients.insert((*name).to_owned(), setup_result.client);
    }
    if let Some(why) = trouble {
        return Err(why);
    }
    context.mark = run.journal_mark();
    let arranged =
        overrides.iter().flat_map(|(simulator, client, words)| client_setup::arrange(simulator, client, &words.0));
    Ok(arranged.collect())
}

async fn run_step(context: &mut CheckContext<'_>, step: &Step) -> Result<(), StepError> {
    match step {
        Step::Request(step) => request::run(context, step).await,
        Step::Deliver(step) => {
            let _turn = context.turn().await;
            deliver::run(context, step).await
        }
        Step::Action(step) if context.run.plan.bound.leaves_out(step, context.planned.stage) => {
            let why = format!(
                "the profile has no action `{}`; Preflight assumes that another action includes it",
                step.action
            );
            context.log.add(Instant::now(), step.name.as_deref(), EntryKind::LeftOut(why));
            Ok(())
        }
        Step::Action(ActionStep { unless: Some(unless), .. }) | Step::Event(EventStep { unless: Some(unless), .. })
            if conditions::holds(context, unless) =>
        {
            let why = "not repeated: its purpose was already fulfilled".to_owned();
            context.log.add(Instant::now(), step.name(), EntryKind::LeftOut(why));
            Ok(())
        }
        Step::Action(step) => action::run(context, step).await,
        Step::Event(step) => event::run(context, step).await,
        Step::Config(step) => {
            let from = Instant::now();
            let fact = match &step.of {
                Some(of) => lookup::known(context, step, of).await?,
                None => config::read(context.run, step),
            };
            context.log.add(from, step.name.as_deref(), EntryKind::Fact(fact));
            Ok(())
        }
        Step::Ask(_) => Ok(()),
        Step::Wait(step) => {
            wait(context, step).await;
            Ok(())
        }
    }
}

/// Waits until the condition of the step holds or its time is over. Without a condition it waits the whole time.
async fn wait(context: &mut CheckContext<'_>, step: &WaitStep) {
    let from = Instant::now();
    let length = match step.wait {
        Pause::Reaction => context.run.clock.reaction(),
        Pause::Retry => context.run.clock.retry(),
    };
    let length = length.max(step.at_least.map_or(Duration::ZERO, |least| least.0));
    let patience = &context.run.clock.waits;
    match &step.until {
        Some(until) => patience.during(conditions::until(context, until, length)).await,
        None => patience.during(tokio::time::sleep(length)).await,
    }
    let kept = u64::try_from(from.elapsed().as_millis()).unwrap_or(u64::MAX);
    context.log.add_quiet(kept);
    context.log.add(from, None, EntryKind::Waited);
    pages::look(context).await;
}

/// Looks up the effects that the check asks about, one step after another. Where an effect has an upper bound, keeps a
/// quiet period and looks again.
async fn effects(context: &CheckContext<'_>) {
    let check = &context.planned.packed.check;
    let mut wanted: BTreeMap<&str, bool> = BTreeMap::new();
    for expectation in check.assume.iter().chain(&check.then) {
        if let Expectation::Effect(e) = expectation {
            *wanted.entry(&e.effect).or_default() |= e.exactly.is_some() || e.at_most.is_some();
        }
    }
    for (step, bounded) in wanted {
        let Some(event_instance) = context.occasions.get(step).and_then(|all| all.first()) else { continue };
        if lookup::await_effect(context, &event_instance.id).await.is_some() && bounded {
            let quiet = context.run.clock.reaction();
            context.run.clock.waits.during(tokio::time::sleep(quiet)).await;
            lookup::effects(context, &event_instance.id).await;
            let quiet = u64::try_from(quiet.as_millis()).unwrap_or(u64::MAX);
            context.log.add_quiet(quiet);
        }
    }
}
