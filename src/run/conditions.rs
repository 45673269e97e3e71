//! Evaluates the conditions of steps on the record so far, and completes the record at the end.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::context::check_context::CheckContext;
use crate::evidence::{Entry, EntryKind, Responsible};
use crate::judge::{self, Case};
use crate::pack::expectations::Expectation;
use crate::pack::types::Stage;

/// Minimum interval between evaluations of a condition while calls arrive.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Waits until an expectation holds, for at most `most`.
pub(super) async fn until(context: &CheckContext<'_>, expectation: &Expectation, most: Duration) {
    let started = Instant::now();
    loop {
        let seen = context.run.journal_mark();
        if holds(context, expectation) {
            return;
        }
        let left = most.saturating_sub(started.elapsed());
        if left.is_zero() {
            return;
        }
        // A timeout means that no call came, so the next evaluation is the last one.
        drop(tokio::time::timeout(left, context.run.another_call(seen, &context.clients)).await);
        tokio::time::sleep(POLL_INTERVAL.min(most.saturating_sub(started.elapsed()))).await;
    }
}

/// Whether an expectation holds by the record so far.
pub(super) fn holds(context: &CheckContext<'_>, expectation: &Expectation) -> bool {
    context.log.know_clients(clients(context));
    context.log.look(gather(context), |evidence| {
        judge::holds(&Case::new(&context.run.plan, context.planned, evidence), expectation)
    })
}

/// Completes the record with the partner's calls, the denied hosts and the provider's records, and states why the
/// record is incomplete if it is. `from` is when the check began.
pub(super) async fn finish(context: &CheckContext<'_>, from: Instant) {
    let gathered = gather(context);
    context.log.know_clients(clients(context));
    context.log.add_all(gathered);
    if context.planned.stage != Stage::Rehearsal {
        return;
    }
    if let Some(ended) = context.run.ended_since(from).await {
        // The report of a check that was not exercised shows only its notes.
        context.log.add_notes([ended.clone()]);
        context.log.disturbed(Responsible::Partner, ended);
    }
    if let Some(why) = context.run.cut_off(context.mark, &context.clients) {
        context.log.disturbed(Responsible::Partner, why);
    }
    if let Some(why) = context.run.forgetful().filter(|_| !context.clients.is_empty()) {
        context.log.void(Responsible::Partner, why);
    }
    let check = &context.planned.packed.check;
    if check.assume.iter().chain(&check.then).any(asks_for_refused)
        && let Some(why) = context.run.unwatched()
    {
        context.log.incomplete(Responsible::Partner, why);
    }
}

fn asks_for_refused(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::DeniedHosts(_) => true,
        Expectation::AnyOf(e) => e.any_of.iter().any(asks_for_refused),
        Expectation::Response(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Shown(_)
        | Expectation::Calls(_)
        | Expectation::UserMessage(_)
        | Expectation::ProviderRecords(_)
        | Expectation::Values(_) => false,
    }
}

/// Returns the clients of the check as templates read them.
fn clients(context: &CheckContext<'_>) -> Map<String, Value> {
    context.clients.iter().map(|(name, client)| (name.clone(), client.value())).collect()
}

/// Collects what the record lacks: the partner's calls, the denied hosts that it tried to reach, and the provider's
/// records.
fn gather(context: &CheckContext<'_>) -> Vec<Entry> {
    let (run, log) = (context.run, context.log);
    let now = Instant::now();
    let mut entries = Vec::new();
    let mut add = |from, to, client: Option<&str>, what| {
        entries.push(log.entry(from, to, None, client, what));
    };
    for (from, to, client, call) in run.calls_about(context.mark, &context.clients) {
        add(from, to, client.as_deref(), EntryKind::Call(call));
    }
    for refused in run.refused() {
        add(now, now, None, EntryKind::DeniedHost(refused));
    }
    for (name, client) in &context.clients {
        if let Some(records) = run.records_of(client) {
            add(now, now, Some(name), EntryKind::Records(records));
        }
    }
    entries
}
