//! Reads the partner's pages that the profile names: where clients see URLs to visit, and where users see the result of
//! an action.

use std::collections::BTreeSet;
use std::time::Instant;

use super::action;
use super::context::check_context::{CheckContext, PerformedAction};
use super::context::identity::scope_of;
use super::lookup::pause;
use crate::evidence::{EntryKind, Outcome, Page, Shown};
use crate::pack::expectations::{Expectation, ShownRule};
use crate::pack::types::Stage;
use crate::profile::{CallOut, PageLookup};

fn view<'d>(context: &CheckContext<'d>, page: Page) -> Option<&'d PageLookup> {
    let profile = &context.run.plan.read.profile;
    let inspect = match context.planned.stage.environment() {
        Some(environment) => &profile.environments.get(&environment)?.lookups,
        None => &profile.rehearsal.as_ref().filter(|_| context.planned.stage == Stage::Rehearsal)?.lookups,
    };
    match page {
        Page::Shown => inspect.shown.as_ref(),
        Page::UserMessage => inspect.user_message.as_ref(),
    }
}

/// Reads what clients are shown, after the latest action for each client. Returns whether there was a new URL.
pub(super) async fn look(context: &mut CheckContext<'_>) -> bool {
    let Some(page) = view(context, Page::Shown) else { return false };
    let mut new = false;
    for name in context.clients.keys().cloned().collect::<Vec<_>>() {
        let Some(deed) = context.done.iter().rev().find(|deed| deed.client == name).cloned() else { continue };
        let from = Instant::now();
        let Some(outcome) = ask(context, page, &deed).await else { continue };
        let known: BTreeSet<String> = context.log.read(|evidence| {
            let mine = evidence.entries.iter().filter(|entry| entry.client.as_deref() == Some(&*name));
            mine.filter_map(|entry| entry.what.shown()).flat_map(|shown| shown.presented.clone()).collect()
        });
        let mut presented = outcome.answer().map(action::presented).unwrap_or_default();
        presented.retain(|url| !known.contains(url));
        if presented.is_empty() && !known.is_empty() {
            continue;
        }
        new |= !presented.is_empty();
        let shown = Shown { page: Page::Shown, by: deed.step, presented, outcome };
        context.log.add_between(from, Instant::now(), None, Some(&name), EntryKind::Shown(shown));
    }
    new
}

/// Reads the pages for the last time. URLs get the reaction time to appear, and user messages are read if the check
/// asks for them.
pub(super) async fn settle(context: &mut CheckContext<'_>) {
    let check = &context.planned.packed.check;
    let awaited = check.assume.iter().chain(&check.then).any(wants_url);
    let (started, limit) = (Instant::now(), context.run.clock.reaction());
    while !look(context).await && awaited && view(context, Page::Shown).is_some() && started.elapsed() < limit {
        tokio::time::sleep(pause(started)).await;
    }
    let Some(page) = view(context, Page::UserMessage) else { return };
    let mut steps = BTreeSet::new();
    check.assume.iter().chain(&check.then).for_each(|expectation| told_steps(expectation, &mut steps));
    for deed in context.done.clone() {
        if deed.step.as_deref().is_none_or(|step| !steps.contains(step)) {
            continue;
        }
        let from = Instant::now();
        if let Some(outcome) = ask(context, page, &deed).await {
            let shown = Shown { page: Page::UserMessage, by: deed.step, presented: Vec::new(), outcome };
            context.log.add_between(from, Instant::now(), None, Some(&deed.client), EntryKind::Shown(shown));
        }
    }
}

async fn ask(context: &CheckContext<'_>, view: &PageLookup, deed: &PerformedAction) -> Option<Outcome> {
    let client = context.clients.get(&deed.client)?;
    let scope = scope_of(client, deed.arguments.clone());
    let call = CallOut { request: Some(view.request.clone()), headers: view.headers.clone(), ..CallOut::default() };
    // A page that cannot be requested shows nothing, and the report says so.
    action::perform(context.run, context.planned.stage, &call, &scope).await.ok()
}

fn wants_url(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Shown(e) => e.shown != ShownRule::Nothing,
        Expectation::AnyOf(e) => e.any_of.iter().any(wants_url),
        Expectation::Response(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Calls(_)
        | Expectation::UserMessage(_)
        | Expectation::ProviderRecords(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_) => false,
    }
}

fn told_steps<'e>(expectation: &'e Expectation, steps: &mut BTreeSet<&'e str>) {
    match expectation {
        Expectation::UserMessage(e) => steps.extend([e.user_message.as_str(), e.unlike.as_str()]),
        Expectation::AnyOf(e) => e.any_of.iter().for_each(|branch| told_steps(branch, steps)),
        Expectation::Response(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Shown(_)
        | Expectation::Calls(_)
        | Expectation::ProviderRecords(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_) => {}
    }
}
