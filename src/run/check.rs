//! Runs one check, from its first step to its finished record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::{Map, Value};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::context::World;
use super::event_instance::Occasion;
use super::identity::Identity;
use super::log::Log;
use super::schedule::Scope;
use super::{action, cleanup, client_setup, conditions, config, crash_output, deliver, event, lookup, pages, request};
use crate::evidence::{Outcome, What, Who};
use crate::pack::expectations::Expectation;
use crate::pack::step::{ActionStep, EventStep, Pause, Step, WaitStep};
use crate::pack::types::Stage;
use crate::plan::Unit;

/// The state of a running check.
pub(super) struct Doing<'d> {
    pub(super) world: &'d World,
    pub(super) unit: &'d Unit,
    pub(super) log: &'d Log,
    /// Bounds how many checks have the partner act at the same time.
    pub(super) lane: &'d Semaphore,
    /// The events of named steps, for steps that redeliver them.
    pub(super) occasions: BTreeMap<String, Vec<Occasion>>,
    /// The clients of the check, by name.
    pub(super) clients: IndexMap<String, Identity>,
    /// What was done for clients, latest last.
    pub(super) done: Vec<pages::Deed>,
    /// The journal position from which the partner's calls count.
    pub(super) mark: usize,
}

impl<'d> Doing<'d> {
    /// The values that templates can read now.
    pub(super) fn scope(&self) -> Scope {
        let mut values: Map<String, Value> = self.world.plan.bound.acting(self.unit.stage);
        self.log.values(&mut values);
        let client = self
            .clients
            .values()
            .next()
            .map(Identity::value)
            .or_else(|| self.world.house_client().map(Identity::value));
        values.insert("client".into(), client.unwrap_or(Value::Null));
        let named = self.clients.iter().map(|(name, client)| (name.clone(), client.value()));
        values.insert("clients".into(), Value::Object(named.collect()));
        Value::Object(values)
    }

    /// A client of the check by name, or the first. A check without clients is about the rehearsal's own client.
    pub(super) fn client(&self, name: Option<&str>) -> Result<(String, Identity), String> {
        let found = match name {
            Some(name) => self.clients.get_key_value(name),
            None => self.clients.first(),
        };
        if let Some((name, client)) = found {
            return Ok((name.clone(), client.clone()));
        }
        let house = self.world.house_client().filter(|_| name.is_none());
        house.map(|house| ("client".to_owned(), house.clone())).ok_or_else(|| "the check has no such client".into())
    }

    /// The pages that the partner last showed a client.
    pub(super) fn presented_to(&self, client: &str) -> Vec<String> {
        self.log.read(|evidence| {
            let mine = evidence.entries.iter().rev().filter(|entry| entry.client.as_deref() == Some(client));
            let shown = mine.filter_map(|entry| match (entry.what.action(), entry.what.shown()) {
                (Some(action), _) => Some(&action.presented),
                (None, Some(shown)) => Some(&shown.presented),
                (None, None) => None,
            });
            shown.filter(|urls| !urls.is_empty()).map(Clone::clone).next().unwrap_or_default()
        })
    }

    /// A permit to have the partner act. Waits hold none: they disturb nobody.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'d>> {
        self.lane.acquire().await.ok()
    }
}

/// Runs a check and writes into its log. Trouble is written down too; nothing is returned.
pub(super) async fn run(world: &World, unit: &Unit, log: &Log, lane: &Arc<Semaphore>) {
    if unit.stage != Stage::Rehearsal {
        return carry_out(world, unit, log, lane).await;
    }
    let from = Instant::now();
    if let Err(why) = world.as_wanted(unit).await {
        return not_begun(world, log, why, from).await;
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
            world.silence.found()
        }
    };
    if let Some(why) = silent {
        log.void(Who::Partner, why);
    }
}

/// Records why a check could not begin; other checks may be the cause, if the build broke down under them.
async fn not_begun(world: &World, log: &Log, why: String, from: Instant) {
    world.beyond_doubt().await;
    match world.ended_since(from).await {
        Some(ended) => log.disturbed(Who::Partner, format!("{why}; {ended}")),
        None => log.incomplete(Who::Partner, why),
    }
}

async fn carry_out(world: &World, unit: &Unit, log: &Log, lane: &Arc<Semaphore>) {
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
            log.add(from, step.name(), What::Skipped(why));
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
async fn begin(doing: &mut Doing<'_>) -> Result<Vec<u64>, String> {
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
        doing.log.amend(|evidence| evidence.notes.extend(begun.notes));
        overlays
            .extend(world.simulator().map(|simulator| (simulator, begun.client.clone(), beginning.overlay.clone())));
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

async fn one(doing: &mut Doing<'_>, step: &Step) -> Result<(), String> {
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
        Pause::Reaction => doing.world.reaction(),
        Pause::Retry => doing.world.retry(),
    };
    let length = length.max(step.at_least.map_or(Duration::ZERO, |least| least.0));
    let patience = &doing.world.patience;
    match &step.until {
        Some(until) => patience.during(conditions::until(doing, until, length)).await,
        None => patience.during(tokio::time::sleep(length)).await,
    }
    let kept = u64::try_from(from.elapsed().as_millis()).unwrap_or(u64::MAX);
    doing.log.amend(|evidence| evidence.quiet_ms = evidence.quiet_ms.max(kept));
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
            let quiet = doing.world.reaction();
            doing.world.patience.during(tokio::time::sleep(quiet)).await;
            lookup::effects(doing, &occasion.id).await;
            let quiet = u64::try_from(quiet.as_millis()).unwrap_or(u64::MAX);
            doing.log.amend(|evidence| evidence.quiet_ms = evidence.quiet_ms.max(quiet));
        }
    }
}
