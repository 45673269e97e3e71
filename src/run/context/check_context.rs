//! The state of one running check.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::event_instance::EventInstance;
use super::identity::Identity;
use super::log::Log;
use super::run_context::RunContext;
use super::scope::Scope;
use crate::plan::PlannedCheck;
use crate::run::step_error::StepError;

/// An action that the partner performed for a client.
#[derive(Clone, Debug)]
pub(in crate::run) struct PerformedAction {
    /// The client's name in the check.
    pub(in crate::run) client: String,
    /// The name of the step, if it has one.
    pub(in crate::run) step: Option<String>,
    pub(in crate::run) arguments: Map<String, Value>,
}

/// The state of a running check.
pub(in crate::run) struct CheckContext<'d> {
    pub(in crate::run) run: &'d RunContext,
    pub(in crate::run) planned: &'d PlannedCheck,
    pub(in crate::run) log: &'d Log,
    /// Limits how many checks have the partner act at the same time.
    pub(in crate::run) lane: &'d Semaphore,
    /// The events of named steps, for steps that redeliver them.
    pub(in crate::run) occasions: BTreeMap<String, Vec<EventInstance>>,
    /// The clients of the check, by name.
    pub(in crate::run) clients: IndexMap<String, Identity>,
    /// The actions that were performed for clients, the latest last.
    pub(in crate::run) done: Vec<PerformedAction>,
    /// The position in the journal from which the partner's calls count.
    pub(in crate::run) mark: usize,
}

impl<'d> CheckContext<'d> {
    /// Returns the values that templates can read now.
    pub(in crate::run) fn scope(&self) -> Scope {
        let mut values: Map<String, Value> = self.run.plan.bound.acting(self.planned.stage);
        self.log.values(&mut values);
        let client =
            self.clients.values().next().map(Identity::value).or_else(|| self.run.house_client().map(Identity::value));
        values.insert("client".into(), client.unwrap_or(Value::Null));
        let named = self.clients.iter().map(|(name, client)| (name.clone(), client.value()));
        values.insert("clients".into(), Value::Object(named.collect()));
        Value::Object(values)
    }

    /// Returns a client of the check by name, or the first one. A check without clients uses the rehearsal's own
    /// client.
    pub(in crate::run) fn client(&self, name: Option<&str>) -> Result<(String, Identity), StepError> {
        let found = match name {
            Some(name) => self.clients.get_key_value(name),
            None => self.clients.first(),
        };
        if let Some((name, client)) = found {
            return Ok((name.clone(), client.clone()));
        }
        let house = self.run.house_client().filter(|_| name.is_none());
        house.map(|house| ("client".to_owned(), house.clone())).ok_or(StepError::NoClient)
    }

    /// Returns the pages that the partner last showed a client.
    pub(in crate::run) fn presented_to(&self, client: &str) -> Vec<String> {
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

    /// Waits for a permit to have the partner act. A waiting check holds none, because it disturbs nobody.
    pub(in crate::run) async fn turn(&self) -> Option<SemaphorePermit<'d>> {
        self.lane.acquire().await.ok()
    }
}
