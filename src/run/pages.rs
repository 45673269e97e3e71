//! The partner's pages that the profile names: where clients see URLs to visit, and where users see the result of an
//! action.

use std::collections::BTreeSet;
use std::time::Instant;

use super::action;
use super::context::check_context::{Deed, Doing};
use super::context::identity::scope_of;
use super::lookup::pause;
use crate::evidence::{Outcome, Page, Shown, What};
use crate::pack::expectations::{Expectation, PresentedRule};
use crate::pack::types::Stage;
use crate::profile::{CallOut, View};

fn view<'d>(doing: &Doing<'d>, page: Page) -> Option<&'d View> {
    let profile = &doing.world.plan.read.profile;
    let inspect = match doing.unit.stage.environment() {
        Some(environment) => &profile.environments.get(&environment)?.inspect,
        None => &profile.rehearsal.as_ref().filter(|_| doing.unit.stage == Stage::Rehearsal)?.inspect,
    };
    match page {
        Page::Presented => inspect.presented.as_ref(),
        Page::Told => inspect.told.as_ref(),
    }
}

/// Reads what clients are shown, after the latest action for each. Returns whether there was something new.
pub(super) async fn look(doing: &mut Doing<'_>) -> bool {
    let Some(page) = view(doing, Page::Presented) else { return false };
    let mut new = false;
    for name in doing.clients.keys().cloned().collect::<Vec<_>>() {
        let Some(deed) = doing.done.iter().rev().find(|deed| deed.client == name).cloned() else { continue };
        let from = Instant::now();
        let Some(outcome) = ask(doing, page, &deed).await else { continue };
        let known: BTreeSet<String> = doing.log.read(|evidence| {
            let mine = evidence.entries.iter().filter(|entry| entry.client.as_deref() == Some(&*name));
            mine.filter_map(|entry| entry.what.shown()).flat_map(|shown| shown.presented.clone()).collect()
        });
        let mut presented = outcome.answer().map(action::presented).unwrap_or_default();
        presented.retain(|url| !known.contains(url));
        if presented.is_empty() && !known.is_empty() {
            continue;
        }
        new |= !presented.is_empty();
        let shown = Shown { page: Page::Presented, by: deed.step, presented, outcome };
        doing.log.add_between(from, Instant::now(), None, Some(&name), What::Shown(shown));
    }
    new
}

/// Reads the pages for the last time: URLs get the reaction time to appear, and user messages are read if the check
/// asks for them.
pub(super) async fn settle(doing: &mut Doing<'_>) {
    let check = &doing.unit.packed.check;
    let awaited = check.seen.iter().chain(&check.then).any(wants_url);
    let (started, limit) = (Instant::now(), doing.world.clock.reaction());
    while !look(doing).await && awaited && view(doing, Page::Presented).is_some() && started.elapsed() < limit {
        tokio::time::sleep(pause(started)).await;
    }
    let Some(page) = view(doing, Page::Told) else { return };
    let mut steps = BTreeSet::new();
    check.seen.iter().chain(&check.then).for_each(|expectation| told_steps(expectation, &mut steps));
    for deed in doing.done.clone() {
        if deed.step.as_deref().is_none_or(|step| !steps.contains(step)) {
            continue;
        }
        let from = Instant::now();
        if let Some(outcome) = ask(doing, page, &deed).await {
            let shown = Shown { page: Page::Told, by: deed.step, presented: Vec::new(), outcome };
            doing.log.add_between(from, Instant::now(), None, Some(&deed.client), What::Shown(shown));
        }
    }
}

async fn ask(doing: &Doing<'_>, view: &View, deed: &Deed) -> Option<Outcome> {
    let client = doing.clients.get(&deed.client)?;
    let scope = scope_of(client, deed.arguments.clone());
    let call = CallOut { request: Some(view.request.clone()), headers: view.headers.clone(), ..CallOut::default() };
    // A page that cannot be requested shows nothing, and the report says so.
    action::perform(doing.world, doing.unit.stage, &call, &scope).await.ok()
}

fn wants_url(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Presented(e) => e.presented != PresentedRule::Nothing,
        Expectation::Either(e) => e.either.iter().any(wants_url),
        Expectation::Answer(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Calls(_)
        | Expectation::Told(_)
        | Expectation::Provider(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_) => false,
    }
}

fn told_steps<'e>(expectation: &'e Expectation, steps: &mut BTreeSet<&'e str>) {
    match expectation {
        Expectation::Told(e) => steps.extend([e.told.as_str(), e.unlike.as_str()]),
        Expectation::Either(e) => e.either.iter().for_each(|branch| told_steps(branch, steps)),
        Expectation::Answer(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Presented(_)
        | Expectation::Calls(_)
        | Expectation::Provider(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_) => {}
    }
}
