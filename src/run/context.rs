//! The shared context of a run: gate, HTTP client, redactor, rehearsal.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::authentication::Tokens;
use super::build::Build;
use super::from_plan::{WorldError, captured_bodies, gate, stand_ins};
use super::identity::{Identity, scope_of};
use super::manual_steps::{self, People};
use super::rehearsal;
use super::timing::Patience;
use super::unresponsive::Silence;
use crate::evidence::{Answer, Evidence, Request, Who};
use crate::net::client::{Limits, Sent, Wire};
use crate::net::gate::{Draft, Gate};
use crate::net::proxy::Proxy;
use crate::pack::authentication;
use crate::pack::expectations::Expectation;
use crate::pack::step::Step;
use crate::pack::types::{Environment, Stage};
use crate::plan::{Plan, Unit};
use crate::profile::Timing;
use crate::redact::{Redactor, Secret};
use crate::simulator::Simulator;
use crate::template;
use crate::webhook;

/// The context of a run.
pub struct World {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Knows all secrets of the run and redacts them.
    pub redactor: Redactor,
    pub(super) jobs: Option<usize>,
    pub(super) captured_bodies: BTreeMap<String, Value>,
    wire: Wire,
    gate: Arc<Gate>,
    issued_key: String,
    issued_credentials: BTreeMap<String, String>,
    pub(super) tokens: Tokens,
    webhook_secret: String,
    timing: Timing,
    slowest_ms: AtomicU64,
    pub(super) patience: Patience,
    pub(super) silence: Silence,
    simulator: OnceLock<Option<Simulator>>,
    pub(super) build: Mutex<Build>,
    pub(super) proxy: OnceLock<Proxy>,
    house: OnceLock<Identity>,
    trouble: OnceLock<(Who, String)>,
    set_up: OnceCell<()>,
    /// Generated per run, so that data kept from an earlier run matches nothing.
    run: String,
    numbers: AtomicU64,
    holds: Holds,
    pub(super) people: People,
}

/// What the caller of a run provides.
#[derive(Clone)]
pub struct Outside {
    /// Maximum number of concurrent checks against real environments.
    pub jobs: Option<usize>,
    /// Judges an expectation in the middle of a check.
    pub holds: Holds,
    /// Where manual steps go.
    pub people: People,
}

/// Whether an expectation holds by the record so far. Passed in, because running does not depend on judging.
pub type Holds = Arc<dyn Fn(&Unit, &Evidence, &Expectation) -> bool + Send + Sync>;

impl World {
    /// Creates the context of a run, before anything is sent or started.
    pub fn new(plan: Arc<Plan>, redactor: Redactor, outside: Outside) -> Result<Self, WorldError> {
        let gate = Arc::new(gate(&plan)?);
        let apis = &plan.pack.provider.apis;
        let open = &plan.read.trusted.open;
        for (environment, inside) in &plan.read.profile.environments {
            let secrets = inside.secrets().into_iter();
            let secrets = secrets.filter(|(name, _)| !authentication::is_open(open, name));
            secrets.for_each(|(_, secret)| gate.register(*environment, secret));
        }
        let issued = |name: String| (name, rehearsal::credential());
        let issued_credentials: BTreeMap<_, _> = authentication::credentials(apis).into_iter().map(issued).collect();
        let stand_ins = stand_ins(&plan)?;
        let wire = Wire::new(gate.clone(), &stand_ins, redactor.clone());
        let rehearsal = plan.read.profile.rehearsal.as_ref();
        let given = rehearsal.and_then(|r| r.webhook.as_ref()).and_then(|webhook| webhook.secret.as_ref());
        let webhook_secret = given.map_or_else(
            || webhook::issue(plan.pack.provider.webhooks.as_ref()),
            |secret: &Secret| secret.expose().to_owned(),
        );
        let told = rehearsal.and_then(|rehearsal| rehearsal.simulator.api_key.as_ref());
        let issued_key = told.map_or_else(rehearsal::issue, |secret| secret.expose().to_owned());
        redactor.learn("rehearsal.api_key", &issued_key);
        redactor.learn("rehearsal.webhook_secret", &webhook_secret);
        for (name, value) in &issued_credentials {
            redactor.learn(&format!("rehearsal.{name}"), value);
        }
        Ok(World {
            captured_bodies: captured_bodies(&plan, &redactor)?,
            timing: rehearsal.map(|r| r.timing).unwrap_or_default(),
            plan,
            redactor,
            jobs: outside.jobs,
            people: outside.people,
            wire,
            gate,
            issued_key,
            issued_credentials,
            tokens: Tokens::default(),
            webhook_secret,
            slowest_ms: AtomicU64::new(0),
            patience: Patience::default(),
            silence: Silence::default(),
            simulator: OnceLock::new(),
            build: Mutex::default(),
            proxy: OnceLock::new(),
            house: OnceLock::new(),
            trouble: OnceLock::new(),
            set_up: OnceCell::new(),
            run: format!("{:06x}", rand::random::<u32>() & 0x00ff_ffff),
            numbers: AtomicU64::new(1),
            holds: outside.holds,
        })
    }

    /// Sets up the rehearsal when its first check is due; the other rehearsal checks wait for it. Trouble is kept for
    /// them to report.
    pub(super) async fn rehearsing(&self) {
        self.set_up.get_or_init(|| self.set_up()).await;
    }

    async fn set_up(&self) {
        let Some(rehearsal) = &self.plan.read.profile.rehearsal else { return };
        match rehearsal::set_up(self, rehearsal).await {
            // Set only here; a second set-up would be a defect of Preflight and changes nothing.
            Ok(house) => drop(self.house.set(house)),
            Err(trouble) => drop(self.trouble.set(trouble)),
        }
    }

    /// Takes over the simulator that the set-up started; template values name it from now on.
    pub(super) fn plays(&self, simulator: Option<Simulator>) {
        simulator.iter().flat_map(Simulator::bases).for_each(|(api, base)| self.gate.plays(api, base));
        drop(self.simulator.set(simulator));
    }

    /// Records that this run created what a call would delete.
    pub(super) fn created(&self, environment: Environment, line: &str, client: &Identity) {
        let line = template::render_text(line, &scope_of(client, serde_json::Map::new())).unwrap_or_default();
        if let Some((_, path)) = line.split_once(' ') {
            self.gate.created(environment, path);
        }
    }

    /// Additional time for a check with manual steps.
    pub(super) fn for_people(&self, unit: &Unit) -> Duration {
        if unit.stage == Stage::Rehearsal {
            return Duration::ZERO;
        }
        let events = unit.packed.check.when.iter().filter(|step| matches!(step, Step::Event(_))).count();
        manual_steps::patience(&self.plan) * u32::try_from(events + 1).unwrap_or(1)
    }

    /// Sends what the gate permits; a denied call becomes trouble of the kind `refused`.
    pub(super) async fn send(&self, draft: Draft, patience: Duration, follow: bool, keep: Option<Vec<String>>) -> Sent {
        let purpose = draft.purpose.clone();
        // Boxed: every step awaits one, and none needs the space before.
        self.awaited(&purpose, Box::pin(self.sent(draft, patience, follow, keep))).await
    }

    /// Sends without raising a doubt about the build if no response comes.
    pub(super) async fn sent(&self, draft: Draft, patience: Duration, follow: bool, keep: Option<Vec<String>>) -> Sent {
        let limits = Limits { follow, keep, ..Limits::within(patience) };
        self.wire.call(draft, limits).await
    }

    /// Remembers what this run created in a test environment and may therefore change and delete.
    pub(super) fn note_created(&self, environment: Environment, request: &Request, answer: &Answer) {
        if environment != Environment::Test || request.method != "POST" || !(200..300).contains(&answer.status) {
            return;
        }
        let id = answer.body.json().and_then(|json| json.get("id")).and_then(Value::as_str);
        if let Some((url, id)) = url::Url::parse(&request.url).ok().zip(id) {
            self.gate.created(environment, &format!("{}/{id}", url.path().trim_end_matches('/')));
        }
    }

    pub(super) fn simulator(&self) -> Option<&Simulator> {
        self.simulator.get().and_then(Option::as_ref)
    }

    pub(super) fn set_up_trouble(&self) -> Option<(Who, String)> {
        self.trouble.get().cloned()
    }

    /// The remarks about the rehearsal as a whole.
    pub fn remarks(&self) -> Vec<String> {
        let unknown = self.house.get().and_then(|house| house.unknown_because.as_ref());
        let unknown =
            unknown.map(|why| format!("deliveries were about a client that the partner does not know: {why}"));
        let strays = self.strays();
        let strays = (!strays.is_empty())
            .then(|| format!("calls of the partner that cannot be attributed to any client: {}", strays.join(", ")));
        let own = self.unplayed().into_iter().chain(self.busy()).chain(self.full());
        let more = [self.unheard(), self.default_timing()].into_iter().flatten();
        unknown.into_iter().chain(strays).chain(own).chain(self.refusals()).chain(more).collect()
    }

    /// The client that deliveries are about.
    pub(super) fn house_client(&self) -> Option<&Identity> {
        self.house.get()
    }

    pub(super) fn webhook_secret(&self) -> &str {
        &self.webhook_secret
    }

    pub(super) fn issued_key(&self) -> &str {
        &self.issued_key
    }

    /// The credentials that the simulator issued besides the key, by the pack's names.
    pub(super) fn issued_credentials(&self) -> &BTreeMap<String, String> {
        &self.issued_credentials
    }

    /// Registers a token that Preflight obtained: as a secret, and as one for this environment only.
    pub(super) fn learn_token(&self, environment: Option<Environment>, token: &str) {
        let place = environment.map_or("rehearsal", Environment::word);
        self.redactor.learn(&format!("{place}.access_token"), token);
        if let Some(environment) = environment {
            self.gate.register(environment, &Secret::new(token));
        }
    }

    /// The time for an automatic reaction: the profile's, or twice the slowest one seen.
    pub(super) fn reaction(&self) -> Duration {
        let slowest = Duration::from_millis(self.slowest_ms.load(Ordering::Relaxed));
        self.timing.reacts_within.0.max(slowest * 2)
    }

    /// The time for an action.
    pub(super) fn answers_within(&self) -> Duration {
        self.timing.answers_within.0
    }

    /// The time for an automatic retry.
    pub(super) fn retry(&self) -> Duration {
        self.timing.retries_within.0.max(self.reaction())
    }

    pub(super) fn reacted(&self, after: Duration) {
        self.slowest_ms.fetch_max(u64::try_from(after.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether an expectation of a check holds by the record so far.
    pub(super) fn holds(&self, unit: &Unit, evidence: &Evidence, expectation: &Expectation) -> bool {
        (self.holds)(unit, evidence, expectation)
    }

    /// An id of this run, six hexadecimal digits.
    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// A number that is unique in this run.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}
