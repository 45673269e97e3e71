//! Whom the partner's calls are about, as the simulator knows it; what is about nobody is told too.

use std::time::Instant;

use indexmap::IndexMap;

use super::identity::Identity;
use super::world::World;
use crate::evidence::Call;
use crate::secret::Redactor;

/// So many calls of one unit are recorded; a flood is not worth more.
const MOST: usize = 5_000;

/// A call with its times, and the name of the client that it is about; `None`: it is about nobody.
pub(super) type Attributed = (Instant, Instant, Option<String>, Call);

impl World {
    /// The calls that are about no client of any check, each line once: whose fault they show nobody can tell.
    pub(super) fn strays(&self) -> Vec<String> {
        let Some(simulator) = self.simulator() else { return Vec::new() };
        let mut lines: Vec<String> = simulator
            .journal()
            .since(0)
            .iter()
            .filter(|entry| entry.what.client.is_none())
            .map(|entry| self.redactor.text(&format!("{} {}", entry.what.request.method, entry.what.request.url)))
            .collect();
        lines.sort();
        lines.dedup();
        lines.truncate(10);
        lines
    }

    /// The partner's calls about some clients, and those about nobody, since a place in the journal.
    pub(super) fn calls_about(&self, mark: usize, clients: &IndexMap<String, Identity>) -> Vec<Attributed> {
        let Some(simulator) = self.simulator().filter(|_| !clients.is_empty()) else { return Vec::new() };
        let mut found = Vec::new();
        for entry in simulator.journal().since(mark) {
            let name = match &entry.what.client {
                None => None,
                Some(email) => match clients.iter().find(|(_, client)| client.email == *email) {
                    Some((name, _)) => Some(name.clone()),
                    None => continue,
                },
            };
            found.push((entry.from, entry.to, name, redacted(&self.redactor, &entry.what)));
            if found.len() == MOST {
                break;
            }
        }
        found
    }
}

/// A call of the partner without its secrets.
fn redacted(redactor: &Redactor, call: &Call) -> Call {
    let json = serde_json::to_value(call).map(|json| redactor.json(&json));
    json.and_then(serde_json::from_value).unwrap_or_else(|_| call.clone())
}
