//! One unit, from its first step to its finished record.

use std::collections::BTreeMap;
use std::time::Instant;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::deliver::Occasion;
use super::log::Log;
use super::{Scope, World, action, config, deliver, inspect, request};
use crate::catalog::expect::Expectation;
use crate::catalog::step::{Pause, Step, WaitStep};
use crate::evidence::{Outcome, What};
use crate::plan::Unit;
use crate::plan::profile::CallOut;

/// What a unit is doing.
pub(super) struct Doing<'d> {
    pub(super) world: &'d World,
    pub(super) unit: &'d Unit,
    pub(super) log: &'d Log,
    /// The events of named steps, for those that deliver them again.
    pub(super) occasions: BTreeMap<String, Occasion>,
    /// The clients of the check, by name.
    pub(super) clients: IndexMap<String, Identity>,
}

/// A client of the partner, made up for one check. Names and domains are reserved ones.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) email: String,
    /// The partner's id for it, once it is learned.
    pub(super) tenant: String,
    /// Whether the partner knows it.
    pub(super) known: bool,
    /// Why it does not, where it was asked to take the client in.
    pub(super) unknown_because: Option<String>,
}

impl Identity {
    /// A client that nobody knows yet.
    pub(super) fn new() -> Self {
        let id = Uuid::new_v4().simple().to_string();
        Identity {
            name: format!("Preflight Client {}", &id[..8]),
            email: format!("client-{}@preflight.example", &id[..12]),
            tenant: format!("preflight-{}", &id[..12]),
            known: false,
            unknown_because: None,
        }
    }

    pub(super) fn value(&self) -> Value {
        json!({ "tenant": self.tenant, "name": self.name, "email": self.email })
    }

    /// Takes over what the partner decided itself.
    pub(super) fn learn(&mut self, call: &CallOut, outcome: &Outcome) {
        for (name, value) in action::learned(call, outcome) {
            if name == "tenant" {
                self.tenant = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.known = true;
            }
        }
    }
}

impl Doing<'_> {
    /// What templates can read now.
    pub(super) fn scope(&self) -> Scope {
        let mut values: Map<String, Value> = self.world.plan.bound.values(self.unit.stage);
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
}

/// Carries out a unit and writes into its log. Trouble is written down too; nothing is returned.
pub(super) async fn run(world: &World, unit: &Unit, log: &Log) {
    let mut doing = Doing { world, unit, log, occasions: BTreeMap::new(), clients: IndexMap::new() };
    for (name, _state) in unit.packed.check.given.all() {
        doing.clients.insert(name.to_owned(), Identity::new());
    }
    let mark = world.journal_mark();
    for step in &unit.packed.check.when {
        let from = Instant::now();
        if let Err(why) = one(&mut doing, step).await {
            log.add(from, step.name(), What::Skipped(why));
        }
    }
    effects(&doing).await;
    world.calls_about(mark, &doing.clients, log);
}

async fn one(doing: &mut Doing<'_>, step: &Step) -> Result<(), String> {
    match step {
        Step::Request(step) => request::run(doing, step).await,
        Step::Deliver(step) => deliver::run(doing, step).await,
        Step::Action(step) => action::run(doing, step).await,
        Step::Config(step) => {
            let from = Instant::now();
            let fact = config::read(doing.world, step);
            doing.log.add(from, step.name.as_deref(), What::Fact(fact));
            Ok(())
        }
        Step::Ask(_) => Ok(()),
        Step::Wait(WaitStep { wait }) => {
            let from = Instant::now();
            let length = match wait {
                Pause::Reaction => doing.world.reaction(),
                Pause::Retry => doing.world.retry(),
            };
            tokio::time::sleep(length).await;
            doing.log.add(from, None, What::Waited);
            Ok(())
        }
    }
}

/// Looks for the effects that the check wants to know, all at the same time, and keeps a quiet period where one that
/// is bounded from above must not grow.
async fn effects(doing: &Doing<'_>) {
    let check = &doing.unit.packed.check;
    let mut wanted: BTreeMap<&str, bool> = BTreeMap::new();
    for expectation in check.seen.iter().chain(&check.then) {
        if let Expectation::Effect(e) = expectation {
            *wanted.entry(&e.effect).or_default() |= e.exactly.is_some() || e.at_most.is_some();
        }
    }
    for (step, bounded) in wanted {
        let Some(occasion) = doing.occasions.get(step) else { continue };
        if inspect::await_effect(doing, occasion.id()).await.is_some() && bounded {
            let quiet = doing.world.reaction();
            tokio::time::sleep(quiet).await;
            inspect::effects(doing, occasion.id()).await;
            let quiet = u64::try_from(quiet.as_millis()).unwrap_or(u64::MAX);
            doing.log.amend(|evidence| evidence.quiet_ms = evidence.quiet_ms.max(quiet));
        }
    }
}

/// A scope that knows a client and nothing else, for what happens outside any check.
pub(super) fn client_scope(client: &Identity) -> Scope {
    json!({ "client": client.value() })
}
