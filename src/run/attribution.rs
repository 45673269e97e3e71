//! Attributes the partner's calls to clients, as the simulator identifies them; unattributable calls are reported too.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use indexmap::IndexMap;

use super::context::identity::Identity;
use super::context::run_context::RunContext;
use crate::evidence::RecordedCall;
use crate::net::header_case::USER_AGENT;
use crate::redact::Redactor;
use crate::simulator::LimitReached;

/// Maximum number of recorded calls about the clients of one check; a flood of calls adds no information.
const MAX_CALLS: usize = 2_000;

/// Maximum number of recorded unattributable calls per route, half from the start and half from the end: only their
/// existence and time matter.
const MAX_UNATTRIBUTED_CALLS: usize = 50;

/// A call with its start and end, and the name of its client; `None` if it is unattributable.
pub(super) type Attributed = (Instant, Instant, Option<String>, RecordedCall);

impl RunContext {
    /// Returns up to ten calls that cannot be attributed to any client, each method and URL once.
    pub(super) fn strays(&self) -> Vec<String> {
        let Some(simulator) = self.provider.simulator() else { return Vec::new() };
        let mut lines: Vec<String> = simulator
            .journal()
            .since(0)
            .iter()
            .filter(|entry| entry.what.client.is_none() && !is_ours(&entry.what))
            .map(|entry| format!("{} {}", entry.what.request.method, entry.what.request.url))
            .collect();
        lines.sort();
        lines.dedup();
        lines.truncate(10);
        lines.iter().map(|line| self.redactor.text(line)).collect()
    }

    /// Returns a remark about the operations that the partner called and the simulator does not play.
    pub(super) fn unplayed(&self) -> Option<String> {
        let entries = self.provider.simulator()?.journal().since(0);
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        for call in entries.iter().map(|entry| &entry.what).filter(|call| call.not_played && !is_ours(call)) {
            *numbers.entry(format!("{} ({})", call.route.as_deref().unwrap_or_default(), call.api)).or_default() += 1;
        }
        let listed: Vec<String> = numbers.iter().map(|(what, number)| format!("{what} × {number}")).collect();
        (!listed.is_empty()).then(|| {
            format!(
                "the simulator answered 501 to operations that it does not play; what depends on them is \
                 inconclusive: {}",
                listed.join("; ")
            )
        })
    }

    /// Returns remarks about the limits of the simulated provider that were reached.
    pub(super) fn full(&self) -> Vec<String> {
        let full = self.provider.simulator().map(crate::simulator::Simulator::full).unwrap_or_default();
        full.iter().map(|full| format!("the simulated provider reached a limit: {}", full.describe())).collect()
    }

    /// Returns remarks about the keys that exceeded their rate limit.
    pub(super) fn busy(&self) -> Vec<String> {
        let used = self.provider.simulator().map(crate::simulator::Simulator::used).unwrap_or_default();
        let beyond = used.into_iter().filter(|usage| usage.beyond > 0);
        beyond.map(|usage| format!("the provider would have answered 429: {usage}")).collect()
    }

    /// Returns the partner's calls about some clients, and its unattributable calls, since a position in the journal.
    pub(super) fn calls_about(&self, mark: usize, clients: &IndexMap<String, Identity>) -> Vec<Attributed> {
        let Some(simulator) = self.provider.simulator().filter(|_| !clients.is_empty()) else { return Vec::new() };
        let entries = simulator.journal().since(mark);
        let name_of = |call: &RecordedCall| {
            let email = call.client.as_ref()?;
            clients.iter().find(|(_, client)| client.email == *email).map(|(name, _)| name.clone())
        };
        let theirs = entries.iter().filter(|entry| !is_ours(&entry.what));
        let (strays, about): (Vec<_>, Vec<_>) = theirs.partition(|entry| entry.what.client.is_none());
        let about = about.into_iter().filter_map(|entry| Some((entry, Some(name_of(&entry.what)?)))).take(MAX_CALLS);
        let strays = ends_by_route(&strays, |entry| &entry.what).into_iter().map(|entry| (entry, None));
        about
            .chain(strays)
            .map(|(entry, name)| (entry.from, entry.to, name, redacted(&self.redactor, &entry.what)))
            .collect()
    }

    /// Whether the partner has called the simulated provider in this run, about any client. True without a simulator.
    pub(super) fn has_called(&self) -> bool {
        self.provider
            .simulator()
            .is_none_or(|simulator| simulator.journal().since(0).iter().any(|entry| !is_ours(&entry.what)))
    }

    /// Whether the partner has called since a position in the journal.
    pub(super) fn has_called_since(&self, mark: usize) -> bool {
        self.provider
            .simulator()
            .is_some_and(|simulator| simulator.journal().since(mark).iter().any(|call| !is_ours(&call.what)))
    }

    /// Returns why the simulated provider's responses and records are no longer evidence: it had to drop some state.
    pub(super) fn forgetful(&self) -> Option<String> {
        let full = self.provider.simulator()?.full().into_iter().find(LimitReached::is_forgetful)?;
        Some(format!("the simulated provider had to drop some of its records: {}", full.describe()))
    }

    /// Returns why the record of a check lacks some calls about its clients; `None` if it is complete.
    pub(super) fn cut_off(&self, mark: usize, clients: &IndexMap<String, Identity>) -> Option<String> {
        let journal = self.provider.simulator().filter(|_| !clients.is_empty())?.journal();
        let mine = |call: &RecordedCall| clients.values().any(|client| call.client.as_ref() == Some(&client.email));
        let recorded = journal.since(mark).iter().filter(|entry| mine(&entry.what)).count();
        let dropped = clients.values().map(|client| journal.dropped(&client.email)).max().unwrap_or_default();
        (recorded > MAX_CALLS || dropped > 0).then(|| {
            let most = recorded.min(MAX_CALLS);
            format!("the partner called the provider so often that only the first {most} calls about this check's clients were recorded")
        })
    }
}

/// Whether Preflight made the call itself, to read the provider's records.
fn is_ours(call: &RecordedCall) -> bool {
    call.request.headers.iter().any(|(name, value)| name == "user-agent" && value == USER_AGENT)
}

/// Returns the first and the last calls of each route, in order.
fn ends_by_route<'e, E>(entries: &[&'e E], call: impl Fn(&E) -> &RecordedCall) -> Vec<&'e E> {
    let key = |entry: &E| (call(entry).request.method.clone(), call(entry).api.clone(), call(entry).route.clone());
    let mut counts = HashMap::new();
    for entry in entries {
        *counts.entry(key(entry)).or_insert(0_usize) += 1;
    }
    let mut seen = HashMap::new();
    let mut at_an_end = |entry: &E| {
        let key = key(entry);
        let all = counts.get(&key).copied().unwrap_or_default();
        let place = seen.entry(key).or_insert(0_usize);
        *place += 1;
        *place <= MAX_UNATTRIBUTED_CALLS / 2 || *place + MAX_UNATTRIBUTED_CALLS / 2 > all
    };
    entries.iter().copied().filter(|entry| at_an_end(entry)).collect()
}

/// Redacts a call. If that fails, only the fields that cannot contain a secret remain.
fn redacted(redactor: &Redactor, call: &RecordedCall) -> RecordedCall {
    redactor.serialized(call).unwrap_or_else(|| RecordedCall {
        client: call.client.clone(),
        api: call.api.clone(),
        route: call.route.clone(),
        not_played: call.not_played,
        ..RecordedCall::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_about_nobody_the_ends_of_each_route_are_kept() {
        let call = |route: &str, n: usize| RecordedCall {
            route: Some(route.into()),
            about: vec![n.to_string()],
            ..RecordedCall::default()
        };
        let mut calls: Vec<RecordedCall> = (0..1000).map(|n| call("GET /a", n)).collect();
        calls.insert(500, call("POST /b", 0));
        let kept = ends_by_route(&calls.iter().collect::<Vec<_>>(), |call| call);
        assert_eq!(kept.len(), MAX_UNATTRIBUTED_CALLS + 1);
        assert_eq!((kept[24].about[0].as_str(), kept[26].about[0].as_str()), ("24", "975"));
        assert_eq!(kept[25].route.as_deref(), Some("POST /b"));
    }
}
