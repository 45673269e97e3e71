//! The shared context of a run: its plan, gate, redactor, simulated provider and build.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::clock::RunClock;
use super::from_plan::{SetupError, captured_bodies, gate, simulated_environments};
use super::identity::Identity;
use super::manual_step::{self, ManualStepSender};
use super::outbound::OutboundCalls;
use super::partner::PartnerProcess;
use super::provider::SimulatedProvider;
use crate::evidence::Responsible;
use crate::net::client::Sender;
use crate::pack::authentication;
use crate::pack::types::{Environment, Stage};
use crate::plan::{Plan, PlannedCheck};
use crate::redact::{Redactor, Secret};
use crate::simulator::Simulator;

/// What all checks of a run share.
pub struct RunContext {
    /// The plan that the run carries out.
    pub plan: Arc<Plan>,
    /// Knows all secrets of the run and redacts them.
    pub redactor: Redactor,
    pub(in crate::run) jobs: Option<usize>,
    pub(in crate::run) captured_bodies: BTreeMap<String, Value>,
    pub(in crate::run) outbound: OutboundCalls,
    pub(in crate::run) provider: SimulatedProvider,
    pub(in crate::run) partner: PartnerProcess,
    pub(in crate::run) clock: RunClock,
    pub(in crate::run) house: OnceLock<Identity>,
    pub(in crate::run) trouble: OnceLock<(Responsible, String)>,
    pub(in crate::run) set_up: OnceCell<()>,
    /// Generated for each run, so that data from an earlier run matches nothing.
    run: String,
    numbers: AtomicU64,
    pub(in crate::run) people: ManualStepSender,
}

/// The settings that the caller of a run provides.
#[derive(Clone)]
pub struct RunHooks {
    /// Maximum number of concurrent checks against real environments.
    pub jobs: Option<usize>,
    /// Where manual steps are sent.
    pub people: ManualStepSender,
}

impl RunContext {
    /// Creates the context of a run, before anything is sent or started.
    pub fn new(plan: Arc<Plan>, redactor: Redactor, hooks: RunHooks) -> Result<Self, SetupError> {
        let gate = Arc::new(gate(&plan)?);
        let open = &plan.read.trusted.open;
        for (environment, inside) in &plan.read.profile.environments {
            let secrets = inside.secrets().into_iter();
            let secrets = secrets.filter(|(name, _)| !authentication::is_open(open, name));
            secrets.for_each(|(_, secret)| gate.register(*environment, secret));
        }
        let wire = Sender::new(gate.clone(), &simulated_environments(&plan)?, redactor.clone());
        let timing = plan.read.profile.rehearsal.as_ref().map(|rehearsal| rehearsal.timing).unwrap_or_default();
        let provider = SimulatedProvider::new(&plan, &redactor);
        Ok(RunContext {
            captured_bodies: captured_bodies(&plan, &redactor)?,
            outbound: OutboundCalls::new(wire, gate),
            provider,
            partner: PartnerProcess::default(),
            clock: RunClock::new(timing),
            plan,
            redactor,
            jobs: hooks.jobs,
            people: hooks.people,
            house: OnceLock::new(),
            trouble: OnceLock::new(),
            set_up: OnceCell::new(),
            run: format!("{:06x}", rand::random::<u32>() & 0x00ff_ffff),
            numbers: AtomicU64::new(1),
        })
    }

    /// Takes over the simulator that the set-up started; template values name it from now on.
    pub(in crate::run) fn plays(&self, simulator: Option<Simulator>) {
        simulator.iter().flat_map(Simulator::bases).for_each(|(api, base)| self.outbound.plays(api, base));
        self.provider.take_over(simulator);
    }

    /// Returns the additional time for a check with manual steps.
    pub(in crate::run) fn for_people(&self, planned: &PlannedCheck) -> Duration {
        if planned.stage == Stage::Rehearsal {
            return Duration::ZERO;
        }
        let events = planned.packed.check.when.iter().filter(|step| step.event().is_some()).count();
        manual_step::patience(&self.plan) * u32::try_from(events + 1).unwrap_or(1)
    }

    pub(in crate::run) fn set_up_trouble(&self) -> Option<(Responsible, String)> {
        self.trouble.get().cloned()
    }

    /// Returns the client that deliveries are about.
    pub(in crate::run) fn house_client(&self) -> Option<&Identity> {
        self.house.get()
    }

    /// Registers a token that Preflight obtained: as a secret to redact, and as a secret of its environment only.
    pub(in crate::run) fn learn_token(&self, environment: Option<Environment>, token: &str) {
        let place = environment.map_or("rehearsal", Environment::word);
        self.redactor.capture(&format!("{place}.access_token"), token);
        if let Some(environment) = environment {
            self.outbound.register(environment, &Secret::new(token));
        }
    }

    /// Returns the id of this run, six hexadecimal digits.
    pub(in crate::run) fn run(&self) -> &str {
        &self.run
    }

    /// Returns a number that is unique in this run.
    pub(in crate::run) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}
