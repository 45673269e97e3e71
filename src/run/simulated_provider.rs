//! The simulated provider as the units of a rehearsal use it.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use url::Url;

use super::context::identity::{Identity, scope_of};
use super::context::run_context::World;
use crate::evidence::Who;
use crate::net::client::StandIns;
use crate::pack::types::{Environment, Stage};
use crate::simulator::{Simulator, StartError};
use crate::template;

/// A partner that has made no call for so long has nothing left to do.
const CALM: Duration = Duration::from_millis(150);

impl World {
    /// Starts the simulator, where the pack describes one.
    pub(super) async fn simulate(&self) -> Result<Option<Simulator>, (Who, String)> {
        let pack = &self.plan.pack;
        if pack.provider.simulator.is_none() {
            return Ok(None);
        }
        let pages = pack.provider.environments.get(&Environment::Test).and_then(|addresses| addresses.pages.first());
        let pages = format!("https://{}", pages.map_or("pages.preflight.example", String::as_str));
        let ours = |why: String| (Who::Tool, why);
        let pages = Url::parse(&pages).map_err(|error| ours(format!("{pages}: {error}")))?;
        let client = crate::net::client::player(&StandIns::default()).map_err(ours)?;
        let mut options = crate::simulator::Options::rehearsal(self.provider.issued_key(), pages, client);
        options.credentials = self.provider.issued_credentials().clone();
        if let Some(rehearsal) = &self.plan.read.profile.rehearsal {
            options.bind = rehearsal.simulator.bind.unwrap_or(options.bind);
            options.ports.clone_from(&rehearsal.simulator.ports);
        }
        options.profile = self.plan.bound.acting(Stage::Rehearsal).remove("profile").unwrap_or_default();
        options.webhook_secret = Some(self.provider.webhook_secret().to_owned());
        let redactor = self.redactor.clone();
        options.issued = Arc::new(move |label, value| redactor.learn_issued(&format!("rehearsal.{label}"), value));
        crate::simulator::start(&pack.provider, &pack.fixtures, options).await.map(Some).map_err(|error| match error {
            // Nobody but the profile asked for this port.
            StartError::Port { api, port, error } if port != 0 => {
                let place = format!("rehearsal.simulator.ports.{api}");
                let remedy = "end the process that has it, or write another one there";
                (Who::Partner, format!("port {port}, which `{place}` asks for, cannot be had: {error}; {remedy}"))
            }
            StartError::Port { .. } | StartError::Description(_) => ours(error.to_string()),
        })
    }

    /// The body of an event about a client, as the simulated provider would write it.
    pub(super) fn letter(&self, client: &Identity, event: &str) -> Option<Value> {
        let example = &self.plan.pack.provider.simulator.as_ref()?.client.example;
        let about = template::render_json(example, &scope_of(client, Map::new())).ok()?;
        self.provider.simulator()?.letter(&client.tenant, &about, event)
    }

    /// The address of the rehearsed handler. Units that deliver are not carried out without one.
    pub(super) fn handler(&self) -> String {
        let webhook = self.plan.read.profile.rehearsal.as_ref().and_then(|rehearsal| rehearsal.webhook.as_ref());
        webhook.and_then(|webhook| webhook.url.as_ref()).map(ToString::to_string).unwrap_or_default()
    }

    /// Lets the partner finish what earlier checks left it with, a queue or a slow handler say: until no delivery waits
    /// for its answer and no call came for a moment.
    pub(super) async fn calm(&self) {
        let Some(simulator) = self.provider.simulator() else { return };
        let journal = simulator.journal();
        let patience = self.plan.pack.provider.webhooks.as_ref().map(|hooks| hooks.success.patience());
        // Each is answered or given up by then; what a slow handler has left after that is its own.
        drop(tokio::time::timeout(patience.unwrap_or_default() * 2, simulator.delivered()).await);
        let quiet = async {
            while tokio::time::timeout(CALM, journal.changed(journal.len())).await.is_ok() || simulator.is_delivering()
            {
            }
        };
        // A partner that never rests is not waited for for ever.
        drop(tokio::time::timeout(self.clock.retry().max(self.clock.reaction() * 2), quiet).await);
    }

    /// Waits for a call about one of some clients, beyond so many of the partner's calls.
    pub(super) async fn another_call(&self, mut seen: usize, clients: &IndexMap<String, Identity>) {
        let Some(simulator) = self.provider.simulator() else { return std::future::pending().await };
        let journal = simulator.journal();
        loop {
            journal.changed(seen).await;
            let new = journal.since(seen);
            let about = |email: &String| clients.values().any(|client| client.email == *email);
            if new.iter().any(|entry| entry.what.client.as_ref().is_some_and(about)) {
                return;
            }
            seen += new.len();
        }
    }

    /// Has the partner's handler hear of the events about a client, and of no other: one subscription for each, so
    /// that one that is switched off takes nothing from the others.
    pub(super) fn subscribe(&self, simulator: &Simulator, email: &str) {
        let Ok(url) = Url::parse(&self.handler()) else { return };
        let events = self.plan.bound.get("events").and_then(Value::as_array).into_iter().flatten();
        let events: Vec<String> = events.filter_map(Value::as_str).map(str::to_owned).collect();
        simulator.subscribe(&url, &events, Some(email));
    }

    /// Takes over the id by which the provider knows a client, where the partner did not tell it.
    pub(super) fn know_tenant(&self, simulator: &Simulator, client: &mut Identity) {
        // The first that was learned stays: a new one after a restart is a fault that is looked for.
        if let Some(key) = simulator.keys_of(&client.email).pop().filter(|_| !client.known) {
            client.tenant = self.redactor.text(&key);
            client.known = true;
        }
    }

    /// What the simulated provider holds about a client.
    pub(super) fn records_of(&self, client: &Identity) -> Option<Map<String, Value>> {
        let records = Value::Object(self.provider.simulator()?.records_of(&client.email));
        if let Value::Object(records) = self.redactor.json(&records) { Some(records) } else { None }
    }

    /// Takes overlays back.
    pub(super) fn restore(&self, overlays: &[u64]) {
        if let Some(simulator) = self.provider.simulator() {
            for overlay in overlays {
                simulator.restore(*overlay);
            }
        }
    }

    /// How many calls the partner has made so far.
    pub(super) fn journal_mark(&self) -> usize {
        self.provider.simulator().map_or(0, |simulator| simulator.journal().len())
    }
}
