//! Finds the fields by which the pack looks up and sorts records, so that the store indexes them.

use std::collections::BTreeMap;

use super::collection::Indexed;
use super::quota::Counters;
use super::script::Script;
use super::store::Store;
use crate::pack::simulator::{Outcome, RouteSpec};

impl Script {
    /// Creates an empty store for a script. With `refuses`, the simulator answers calls beyond a quota with an error.
    pub(super) fn store(&self, refuses: bool) -> Store {
        let records = self.spec.records.values();
        let changed = records.filter_map(|record| Some((record.within.clone(), record.changed.clone()?))).collect();
        let mut store = Store::new(self.indexed(), changed);
        store.quotas = Counters::new(self.spec.quotas.as_ref(), refuses);
        store
    }

    fn indexed(&self) -> BTreeMap<String, Indexed> {
        let spec = &self.spec;
        let mut indexed = BTreeMap::new();
        for name in [spec.client.key.as_str(), "state"] {
            found_by(&mut indexed, &spec.client.within, name);
        }
        spec.subscriptions.iter().for_each(|to| found_by(&mut indexed, &to.within, &to.key));
        for find in spec.client.find.values() {
            find.members.keys().for_each(|name| found_by(&mut indexed, &find.within, name));
        }
        spec.routes.values().flat_map(|calls| calls.values()).for_each(|call| of_call(&mut indexed, call));
        let states = spec.states.values();
        states.flat_map(|state| state.calls.values().chain(state.events.values())).flatten().for_each(|outcome| {
            of_outcome(&mut indexed, outcome);
        });
        indexed
    }
}

fn found_by(indexed: &mut BTreeMap<String, Indexed>, within: &str, member: &str) {
    indexed.entry(within.to_owned()).or_default().found_by.insert(member.to_owned());
}

fn of_call(indexed: &mut BTreeMap<String, Indexed>, call: &RouteSpec) {
    for find in call.find.values() {
        find.members.keys().for_each(|name| found_by(indexed, &find.within, name));
    }
    if let Some(list) = &call.list {
        let counted = list.counts.values().flat_map(|members| members.keys());
        list.members.keys().chain(counted).for_each(|name| found_by(indexed, &list.within, name));
        let sorted = list.sort.iter().flat_map(|sort| sort.by.values());
        let within = indexed.entry(list.within.clone()).or_default();
        within.sorted_by.extend(sorted.cloned());
        within.searched.extend(list.search.iter().flat_map(|search| search.members.iter().cloned()));
    }
    call.outcomes.iter().for_each(|outcome| of_outcome(indexed, outcome));
}

fn of_outcome(indexed: &mut BTreeMap<String, Indexed>, outcome: &Outcome) {
    for change in &outcome.changes {
        change.members.keys().for_each(|name| found_by(indexed, &change.within, name));
    }
    for remove in &outcome.removes {
        remove.members.keys().for_each(|name| found_by(indexed, &remove.within, name));
    }
}
