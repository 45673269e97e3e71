//! Conditions of steps on what has happened so far, and the end of a record.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::context::check_context::Doing;
use crate::evidence::{Entry, What, Who};
use crate::judge::{self, Case};
use crate::pack::expectations::Expectation;
use crate::pack::types::Stage;

/// Minimum interval between evaluations of a condition while calls arrive.
const PACE: Duration = Duration::from_millis(10);

/// Waits until an expectation holds, up to `most`.
pub(super) async fn until(doing: &Doing<'_>, expectation: &Expectation, most: Duration) {
    let started = Instant::now();
    loop {
        let seen = doing.world.journal_mark();
        if holds(doing, expectation) {
            return;
        }
        let left = most.saturating_sub(started.elapsed());
        if left.is_zero() {
            return;
        }
        // A timeout means that no call came; the next evaluation is the last one.
        drop(tokio::time::timeout(left, doing.world.another_call(seen, &doing.clients)).await);
        tokio::time::sleep(PACE.min(most.saturating_sub(started.elapsed()))).await;
    }
}

/// Whether an expectation holds by the record so far.
pub(super) fn holds(doing: &Doing<'_>, expectation: &Expectation) -> bool {
    doing.log.know_clients(clients(doing));
    doing
        .log
        .look(gather(doing), |evidence| judge::holds(&Case::new(&doing.world.plan, doing.unit, evidence), expectation))
}

/// Completes the record with the partner's calls, the denied hosts and the provider's records, and says why it is
/// incomplete, if it is. `from` is when the check began.
pub(super) async fn finish(doing: &Doing<'_>, from: Instant) {
    let gathered = gather(doing);
    doing.log.know_clients(clients(doing));
    doing.log.add_all(gathered);
    if doing.unit.stage != Stage::Rehearsal {
        return;
    }
    if let Some(ended) = doing.world.ended_since(from).await {
        // A check that was not exercised shows only its notes.
        doing.log.add_notes([ended.clone()]);
        doing.log.disturbed(Who::Partner, ended);
    }
    if let Some(why) = doing.world.cut_off(doing.mark, &doing.clients) {
        doing.log.disturbed(Who::Partner, why);
    }
    if let Some(why) = doing.world.forgetful().filter(|_| !doing.clients.is_empty()) {
        doing.log.void(Who::Partner, why);
    }
    let check = &doing.unit.packed.check;
    if check.seen.iter().chain(&check.then).any(asks_for_refused)
        && let Some(why) = doing.world.unwatched()
    {
        doing.log.incomplete(Who::Partner, why);
    }
}

fn asks_for_refused(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::DeniedHosts(_) => true,
        Expectation::Either(e) => e.either.iter().any(asks_for_refused),
        Expectation::Answer(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Presented(_)
        | Expectation::Calls(_)
        | Expectation::Told(_)
        | Expectation::Provider(_)
        | Expectation::Values(_) => false,
    }
}

/// The clients of the check as templates read them.
fn clients(doing: &Doing<'_>) -> Map<String, Value> {
    doing.clients.iter().map(|(name, client)| (name.clone(), client.value())).collect()
}

/// What the partner called, whom it tried to reach, and what the provider holds, which is in no record yet.
fn gather(doing: &Doing<'_>) -> Vec<Entry> {
    let (world, log) = (doing.world, doing.log);
    let now = Instant::now();
    let mut entries = Vec::new();
    let mut add = |from, to, client: Option<&str>, what| {
        entries.push(log.entry(from, to, None, client, what));
    };
    for (from, to, client, call) in world.calls_about(doing.mark, &doing.clients) {
        add(from, to, client.as_deref(), What::Call(call));
    }
    for refused in world.refused() {
        add(now, now, None, What::Refused(refused));
    }
    for (name, client) in &doing.clients {
        if let Some(records) = world.records_of(client) {
            add(now, now, Some(name), What::Records(records));
        }
    }
    entries
}
