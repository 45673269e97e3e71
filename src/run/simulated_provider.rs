//! The simulated provider, as the checks of a rehearsal use it.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use url::Url;

use super::context::identity::{Identity, scope_of};
use super::context::run_context::RunContext;
use crate::evidence::Responsible;
use crate::net::client::SimulatedEnvironments;
use crate::pack::types::{Environment, Stage};
use crate::simulator::{Simulator, StartError};
use crate::template;

/// A partner that makes no call for this long is considered idle.
const QUIET_PERIOD: Duration = Duration::from_millis(150);

impl RunContext {
    /// Starts the simulator, if the pack describes one.
    pub(super) async fn simulate(&self) -> Result<Option<Simulator>, (Responsible, String)> {
        let pack = &self.plan.pack;
        if pack.provider.simulator.is_none() {
            return Ok(None);
        }
        let pages = pack.provider.environments.get(&Environment::Test).and_then(|addresses| addresses.pages.first());
        let pages = format!("https://{}", pages.map_or("pages.preflight.example", String::as_str));
        let ours = |why: String| (Responsible::Tool, why);
        let pages = Url::parse(&pages).map_err(|error| ours(format!("{pages}: {error}")))?;
        let client =
            crate::net::client::player(&SimulatedEnvironments::default()).map_err(|error| ours(error.to_string()))?;
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
            // Only the profile can ask for a particular port.
            StartError::Port { api, port, error } if port != 0 => {
                let place = format!("rehearsal.simulator.ports.{api}");
                let remedy = "end the process that uses it, or choose another port there";
                (
                    Responsible::Partner,
                    format!("port {port}, which `{place}` names, cannot be opened: {error}; {remedy}"),
                )
            }
            StartError::Port { .. } | StartError::Description(_) => ours(error.to_string()),
        })
    }

    /// Writes the body of an event about a client, as the simulated provider would.
    pub(super) fn letter(&self, client: &Identity, event: &str) -> Option<Value> {
        let example = &self.plan.pack.provider.simulator.as_ref()?.client.example;
        let about = template::render_json(example, &scope_of(client, Map::new())).ok()?;
        self.provider.simulator()?.letter(&client.tenant, &about, event)
    }

    /// Returns the URL of the rehearsed handler. Checks that deliver do not run without one.
    pub(super) fn handler(&self) -> String {
        let webhook = self.plan.read.profile.rehearsal.as_ref().and_then(|rehearsal| rehearsal.webhook.as_ref());
        webhook.and_then(|webhook| webhook.url.as_ref()).map(ToString::to_string).unwrap_or_default()
    }

    /// Lets the partner finish work that earlier checks left, such as a queue: waits until no delivery is pending and
    /// no call has come for a moment.
    pub(super) async fn calm(&self) {
        let Some(simulator) = self.provider.simulator() else { return };
        let journal = simulator.journal();
        let patience = self.plan.pack.provider.webhooks.as_ref().map(|hooks| hooks.success.patience());
        // By then, each delivery is answered or given up. What a slow handler does afterwards is not waited for.
        drop(tokio::time::timeout(patience.unwrap_or_default() * 2, simulator.delivered()).await);
        let quiet = async {
            while tokio::time::timeout(QUIET_PERIOD, journal.changed(journal.len())).await.is_ok()
                || simulator.is_delivering()
            {}
        };
        // The wait is bounded, because a partner may never become idle.
        drop(tokio::time::timeout(self.clock.retry().max(self.clock.reaction() * 2), quiet).await);
    }

    /// Waits for a further call about one of some clients.
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

    /// Subscribes the partner's handler to the events about one client only, so that disabling one subscription does
    /// not affect other clients.
    pub(super) fn subscribe(&self, simulator: &Simulator, email: &str) {
        let Ok(url) = Url::parse(&self.handler()) else { return };
        let events = self.plan.bound.get("events").and_then(Value::as_array).into_iter().flatten();
        let events: Vec<String> = events.filter_map(Value::as_str).map(str::to_owned).collect();
        simulator.subscribe(&url, &events, Some(email));
    }

    /// Takes over the provider's id for a client if the partner did not return it.
    pub(super) fn know_tenant(&self, simulator: &Simulator, client: &mut Identity) {
        // The first id stays: if an id changes after a restart, that is a defect to be found.
        if let Some(key) = simulator.keys_of(&client.email).pop().filter(|_| !client.known) {
            client.tenant = self.redactor.text(&key);
            client.known = true;
        }
    }

    /// Returns the simulated provider's records about a client, redacted.
    pub(super) fn records_of(&self, client: &Identity) -> Option<Map<String, Value>> {
        let records = Value::Object(self.provider.simulator()?.records_of(&client.email));
        if let Value::Object(records) = self.redactor.json(&records) { Some(records) } else { None }
    }

    /// Removes the overrides with these numbers.
    pub(super) fn restore(&self, overrides: &[u64]) {
        if let Some(simulator) = self.provider.simulator() {
            for change in overrides {
                simulator.restore(*change);
            }
        }
    }

    /// Returns the number of calls that the partner has made so far.
    pub(super) fn journal_mark(&self) -> usize {
        self.provider.simulator().map_or(0, |simulator| simulator.journal().len())
    }
}
