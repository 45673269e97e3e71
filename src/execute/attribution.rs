//! Whom the partner's calls are about: tenant, e-mail, path, reference; what is about nobody is told too.

use std::sync::PoisonError;

use indexmap::IndexMap;

use super::log::Log;
use super::unit::Identity;
use super::world::World;
use crate::evidence::{Call, What};
use crate::secret::Redactor;

impl World {
    /// The calls that are about no client of any check, each line once: whose fault they show nobody can tell.
    pub(super) fn strays(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(simulator) = self.simulator() else { return Vec::new() };
        let about_nobody = |call: &Call| !call.about.iter().any(|id| known.contains(&id.to_lowercase()));
        let mut lines: Vec<String> = simulator
            .journal()
            .since(0)
            .iter()
            .filter(|entry| about_nobody(&entry.what))
            .map(|entry| self.redactor.text(&format!("{} {}", entry.what.request.method, entry.what.request.url)))
            .collect();
        lines.sort();
        lines.dedup();
        lines.truncate(10);
        lines
    }

    /// Remembers by what calls about a client are recognised.
    pub(super) fn know(&self, client: &Identity) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend([client.tenant.to_lowercase(), client.email.to_lowercase()]);
    }

    /// Writes the partner's calls about some clients into a log: those that carry one of their identifiers.
    pub(super) fn calls_about(&self, mark: usize, clients: &IndexMap<String, Identity>, log: &Log) {
        let Some(simulator) = self.simulator().filter(|_| !clients.is_empty()) else { return };
        clients.values().for_each(|client| self.know(client));
        for entry in simulator.journal().since(mark) {
            let about = |client: &Identity| {
                entry.what.about.iter().any(|id| *id == client.tenant || id.eq_ignore_ascii_case(&client.email))
            };
            if let Some((name, _)) = clients.iter().find(|(_, client)| about(client)) {
                log.add_between(
                    entry.from,
                    entry.to,
                    None,
                    Some(name),
                    What::Call(redacted(&self.redactor, &entry.what)),
                );
            }
        }
    }
}

/// A call of the partner without its secrets.
fn redacted(redactor: &Redactor, call: &Call) -> Call {
    let json = serde_json::to_value(call).map(|json| redactor.json(&json));
    json.and_then(serde_json::from_value).unwrap_or_else(|_| call.clone())
}
