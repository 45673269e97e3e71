//! The record of a check while it runs. It outlives the check's task, so that an interrupted check keeps its record so
//! far.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use serde_json::{Map, Value};

use super::identity::Identity;
use crate::evidence::{Entry, EntryKind, Evidence, Incomplete, Offset, Responsible};
use crate::pack::types::Environment;

/// A handle to the record of a check. Clones share the record.
#[derive(Clone, Debug)]
pub(in crate::run) struct Log {
    started: Arc<OnceLock<Instant>>,
    evidence: Arc<Mutex<Evidence>>,
    /// Generated clients that may exist in a real environment and are not deleted yet: a description of each, by email
    /// address.
    there: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Log {
    pub(in crate::run) fn new() -> Self {
        Log { started: Arc::default(), evidence: Arc::default(), there: Arc::default() }
    }

    /// Starts the clock of the log once the check begins.
    pub(in crate::run) fn begin(&self) {
        self.started();
    }

    fn started(&self) -> Instant {
        *self.started.get_or_init(Instant::now)
    }

    fn lock(&self) -> MutexGuard<'_, Evidence> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the offset of an instant from the start of the log, in microseconds.
    pub(in crate::run) fn offset(&self, at: Instant) -> Offset {
        Offset::try_from(at.saturating_duration_since(self.started()).as_micros()).unwrap_or(Offset::MAX)
    }

    /// Records an entry that began at an instant and ends now.
    pub(in crate::run) fn add(&self, from: Instant, step: Option<&str>, what: EntryKind) {
        self.add_between(from, Instant::now(), step, None, what);
    }

    /// Records an entry between two instants.
    pub(in crate::run) fn add_between(
        &self,
        from: Instant,
        to: Instant,
        step: Option<&str>,
        client: Option<&str>,
        what: EntryKind,
    ) {
        let entry = self.entry(from, to, step, client, what);
        self.lock().entries.push(entry);
    }

    /// Records an entry between two offsets.
    pub(in crate::run) fn add_at(&self, from: Offset, to: Offset, what: EntryKind) {
        self.lock().entries.push(Entry { from, to, step: None, client: None, what });
    }

    /// Makes an entry between two instants without recording it.
    pub(in crate::run) fn entry(
        &self,
        from: Instant,
        to: Instant,
        step: Option<&str>,
        client: Option<&str>,
        what: EntryKind,
    ) -> Entry {
        let (from, to) = (self.offset(from), self.offset(to));
        Entry { from, to, step: step.map(str::to_owned), client: client.map(str::to_owned), what }
    }

    /// Adds entries, and sorts all entries by when they ended.
    pub(in crate::run) fn add_all(&self, entries: Vec<Entry>) {
        let mut evidence = self.lock();
        evidence.entries.extend(entries);
        evidence.entries.sort_by_key(|entry| (entry.to, entry.from));
    }

    /// Records how often events took effect, by their ids. A count that is already recorded stays.
    pub(in crate::run) fn add_effects(&self, found: &[(String, u64)]) {
        for entry in &mut self.lock().entries {
            if let EntryKind::Delivery(delivery) = &mut entry.what {
                let count = found.iter().find(|(id, _)| *id == delivery.event_id).map(|(_, count)| *count);
                delivery.effects = delivery.effects.or(count);
            }
        }
    }

    /// Records a value that an exchange is found to have caused later. A value that is already recorded stays.
    pub(in crate::run) fn add_captured(&self, at: usize, name: &str, value: Value) {
        if let Some(EntryKind::Exchange(exchange)) = self.lock().entries.get_mut(at).map(|entry| &mut entry.what) {
            exchange.captured.entry(name).or_insert(value);
        }
    }

    /// Records the clients of the check as far as they are known now.
    pub(in crate::run) fn know_clients(&self, clients: Map<String, Value>) {
        self.lock().clients = clients;
    }

    /// Adds notes on the set-up, which the report shows if the check is inconclusive.
    pub(in crate::run) fn add_notes(&self, notes: impl IntoIterator<Item = String>) {
        self.lock().notes.extend(notes);
    }

    /// Adds a remark that is shown with every verdict.
    pub(in crate::run) fn add_remark(&self, remark: String) {
        self.lock().remarks.push(remark);
    }

    /// Records a quiet period, in milliseconds. The longest one counts.
    pub(in crate::run) fn add_quiet(&self, kept_ms: u64) {
        let mut evidence = self.lock();
        evidence.quiet_ms = evidence.quiet_ms.max(kept_ms);
    }

    /// Reads the record so far through `look`.
    pub(in crate::run) fn read<T>(&self, look: impl FnOnce(&Evidence) -> T) -> T {
        look(&self.lock())
    }

    /// Reads the record through `look` as if it ended now, with entries that are not recorded yet. No entry is copied,
    /// and the record is unchanged afterwards.
    pub(in crate::run) fn look<T>(&self, found: Vec<Entry>, look: impl FnOnce(&Evidence) -> T) -> T {
        let mut evidence = self.lock();
        let written = evidence.entries.len();
        let entries = std::mem::take(&mut evidence.entries).into_iter().chain(found).enumerate();
        let mut ordered: Vec<(usize, Entry)> = entries.collect();
        ordered.sort_by_key(|(_, entry)| (entry.to, entry.from));
        let places: Vec<usize> = ordered.iter().map(|(place, _)| *place).collect();
        evidence.entries = ordered.into_iter().map(|(_, entry)| entry).collect();
        let seen = look(&evidence);
        let mut entries: Vec<(usize, Entry)> = places
            .into_iter()
            .zip(std::mem::take(&mut evidence.entries))
            .filter(|(place, _)| *place < written)
            .collect();
        entries.sort_unstable_by_key(|(place, _)| *place);
        evidence.entries = entries.into_iter().map(|(_, entry)| entry).collect();
        seen
    }

    /// Records why the record is incomplete. Only the first reason counts.
    pub(in crate::run) fn incomplete(&self, responsible: Responsible, reason: impl Into<String>) {
        let mut evidence = self.lock();
        if evidence.incomplete.is_none() {
            evidence.incomplete = Some(Incomplete { reason: reason.into(), responsible, void: false });
        }
    }

    /// Records why nothing in the record counts, replacing any other reason.
    pub(in crate::run) fn void(&self, responsible: Responsible, reason: impl Into<String>) {
        self.lock().incomplete = Some(Incomplete { reason: reason.into(), responsible, void: true });
    }

    /// Records why the record is incomplete, where other checks may be the cause.
    pub(in crate::run) fn disturbed(&self, responsible: Responsible, reason: impl Into<String>) {
        self.incomplete(responsible, reason);
        self.lock().disturbed = true;
    }

    /// Records that the partner is asked to create a generated client, which may exist in a real environment from now
    /// on.
    pub(in crate::run) fn asked_for(&self, client: &Identity) {
        if client.made_up {
            self.there().insert(client.email.clone(), client.describe());
        }
    }

    /// Records that a client was deleted, or that it was reported as left behind.
    pub(in crate::run) fn seen_to(&self, client: &Identity) {
        self.there().remove(&client.email);
    }

    /// Adds a remark about the clients that were not cleaned up because the check was cut short.
    pub(in crate::run) fn left_behind(&self, environment: Option<Environment>) {
        let there = std::mem::take(&mut *self.there());
        let Some(environment) = environment.filter(|_| !there.is_empty()) else { return };
        let clients: Vec<String> = there.into_values().collect();
        let remark = format!("perhaps left behind in the {environment} environment: {}", clients.join(", "));
        self.lock().remarks.push(remark);
    }

    fn there(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Inserts the values of named steps so far, for templates.
    pub(in crate::run) fn values(&self, into: &mut Map<String, Value>) {
        for entry in &self.lock().entries {
            if let Some((name, value)) = entry.step.as_ref().zip(entry.value()) {
                into.insert(name.clone(), value);
            }
        }
    }

    /// Returns the finished record, sorted by when its entries ended, and empties the log.
    pub(in crate::run) fn finish(&self) -> Evidence {
        let mut evidence = std::mem::take(&mut *self.lock());
        evidence.entries.sort_by_key(|entry| (entry.to, entry.from));
        evidence
    }
}
