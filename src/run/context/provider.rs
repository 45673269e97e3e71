//! The simulated provider of a run, and the credentials that it issues.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::credentials;
use crate::pack::authentication;
use crate::plan::Plan;
use crate::redact::{Redactor, Secret};
use crate::simulator::Simulator;
use crate::webhook;

/// The simulated provider. The set-up of the rehearsal starts it, if the pack describes one.
pub(in crate::run) struct SimulatedProvider {
    simulator: OnceLock<Option<Simulator>>,
    issued_key: String,
    issued_credentials: BTreeMap<String, String>,
    webhook_secret: String,
}

impl SimulatedProvider {
    /// Generates the credentials, and registers them with the redactor.
    pub(super) fn new(plan: &Plan, redactor: &Redactor) -> Self {
        let issued = |name: String| (name, credentials::credential());
        let apis = &plan.pack.provider.apis;
        let issued_credentials: BTreeMap<_, _> = authentication::credentials(apis).into_iter().map(issued).collect();
        let rehearsal = plan.read.profile.rehearsal.as_ref();
        let given = rehearsal.and_then(|r| r.webhook.as_ref()).and_then(|webhook| webhook.secret.as_ref());
        let webhook_secret = given.map_or_else(
            || webhook::issue(plan.pack.provider.webhooks.as_ref()),
            |secret: &Secret| secret.expose().to_owned(),
        );
        let told = rehearsal.and_then(|rehearsal| rehearsal.simulator.api_key.as_ref());
        let issued_key = told.map_or_else(credentials::issue, |secret| secret.expose().to_owned());
        redactor.capture("rehearsal.api_key", &issued_key);
        redactor.capture("rehearsal.webhook_secret", &webhook_secret);
        for (name, value) in &issued_credentials {
            redactor.capture(&format!("rehearsal.{name}"), value);
        }
        SimulatedProvider { simulator: OnceLock::new(), issued_key, issued_credentials, webhook_secret }
    }

    /// Takes over the started simulator. A second call has no effect.
    pub(super) fn take_over(&self, simulator: Option<Simulator>) {
        drop(self.simulator.set(simulator));
    }

    pub(in crate::run) fn simulator(&self) -> Option<&Simulator> {
        self.simulator.get().and_then(Option::as_ref)
    }

    pub(in crate::run) fn webhook_secret(&self) -> &str {
        &self.webhook_secret
    }

    pub(in crate::run) fn issued_key(&self) -> &str {
        &self.issued_key
    }

    /// Returns the credentials that the simulator issued besides the key, by the pack's names.
    pub(in crate::run) fn issued_credentials(&self) -> &BTreeMap<String, String> {
        &self.issued_credentials
    }
}
