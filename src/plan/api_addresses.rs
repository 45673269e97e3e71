//! Addresses of the simulator that the build does not get, so that it cannot make the calls that a check waits for.

use super::planned_check::{Plan, PlannedCheck};
use crate::pack::Pack;
use crate::pack::expectations::Expectation;
use crate::pack::traffic::{Calls, CallsExpectation, Count};
use crate::pack::types::{Route, Stage};
use crate::profile::LoadedProfile;
use crate::template;
use crate::yaml::{Problem, Problems};

/// Compares what the build gets with what the selected checks wait for. A missing address is a problem if a check needs
/// it, and otherwise a remark.
///
/// # Errors
///
/// The build does not get an address that a selected check needs.
pub(super) fn check(plan: &mut Plan) -> Result<(), Problems> {
    let (read, pack) = (&plan.read, &plan.pack);
    let Some(rehearsal) = &read.profile.rehearsal else { return Ok(()) };
    let rehearsed = plan.checks.iter().any(|planned| planned.stage == Stage::Rehearsal && planned.runs());
    // A build without actions may have no call to make.
    if rehearsal.actions.is_empty() || !rehearsed {
        return Ok(());
    }
    let fixed = &rehearsal.simulator.ports;
    let apis = pack.provider.apis.keys().filter(|api| routed(pack, api) && !fixed.contains_key(*api));
    let (mut problems, mut remarks) = (Vec::new(), Vec::new());
    for api in apis.filter(|api| !named(read, api)) {
        let word = format!("simulator.{api}_api");
        let waits = plan.checks.iter().find(|planned| waits_for(planned, api, pack));
        match (&rehearsal.start, waits) {
            (Some(_), Some(planned)) => problems.push(untold(read, &word, &planned.packed.check.id)),
            (Some(_), None) => remarks.push(format!(
                "the build does not get the address of the simulated API `{api}`: if it calls this API, pass `{word}` in \
                 `rehearsal.env`"
            )),
            (None, _) => remarks.push(format!(
                "the port of the simulated API `{api}` changes in each run: for a build that already runs, fix it under \
                 `rehearsal.simulator.ports.{api}`"
            )),
        }
    }
    plan.remarks.extend(remarks);
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

fn untold(read: &LoadedProfile, word: &str, check: &str) -> Problem {
    let pointer = if read.json.pointer("/rehearsal/env").is_some() { "/rehearsal/env" } else { "/rehearsal/start" };
    let message = format!("the build does not get `{word}`, but `{check}` waits for its calls there");
    let problem = match pointer {
        "/rehearsal/env" => read.document.problem_at_key("/rehearsal", "env", message),
        _ => read.document.problem(pointer, message),
    };
    problem.hint(format!(
        "add the variable that the build reads it from to `rehearsal.env`, `NAME: \"{{{{ {word} }}}}\"`; if the build \
         has a fixed address, set its port under `rehearsal.simulator.ports`"
    ))
}

/// Whether the simulator has any routes of an API.
fn routed(pack: &Pack, api: &str) -> bool {
    let simulator = pack.provider.simulator.as_ref();
    simulator.is_some_and(|simulator| simulator.routes.get(api).is_some_and(|routes| !routes.is_empty()))
}

/// Whether anything that the build gets contains the address.
fn named(read: &LoadedProfile, api: &str) -> bool {
    let Some(rehearsal) = &read.profile.rehearsal else { return false };
    let commands = rehearsal.start.iter().map(|start| &start.command);
    let variants = || rehearsal.variants.values();
    let commands = commands.chain(variants().filter_map(|variant| variant.command.as_ref()));
    let commands = commands.chain(rehearsal.actions.values().filter_map(|call| call.command.as_ref())).flatten();
    let env = rehearsal.env.values().chain(variants().flat_map(|variant| variant.env.values()));
    let word = format!("simulator.{api}_api");
    let mut names = commands.chain(env).flat_map(|text| template::names(text).unwrap_or_default());
    names.any(|name| name == word || name == "simulator")
}

/// Whether a check that runs needs a call to an API, for which no call to another will do.
fn waits_for(planned: &PlannedCheck, api: &str, pack: &Pack) -> bool {
    let check = &planned.packed.check;
    let mut calls = check.assume.iter().chain(&check.then).filter_map(|expectation| match expectation {
        Expectation::Calls(calls) => Some(calls),
        Expectation::Response(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Shown(_)
        | Expectation::UserMessage(_)
        | Expectation::ProviderRecords(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_)
        | Expectation::AnyOf(_) => None,
    });
    planned.stage == Stage::Rehearsal
        && planned.runs()
        && calls.any(|calls| is_needed(calls) && only_on(calls, api, pack))
}

/// Whether there must be at least one call.
fn is_needed(calls: &CallsExpectation) -> bool {
    let some = |count: &Option<Count>| count.as_ref().is_some_and(|count| *count != Count::Number(0));
    let any = calls.exactly.is_none() && calls.at_least.is_none() && calls.at_most.is_none();
    any || some(&calls.exactly) || some(&calls.at_least)
}

/// Whether such a call can only go to this API.
fn only_on(calls: &CallsExpectation, api: &str, pack: &Pack) -> bool {
    match &calls.calls {
        Calls::Where(rule) => rule.api.as_deref() == Some(api),
        Calls::Named(_) => false,
        Calls::Routes(texts) => {
            let routes = pack.provider.simulator.iter().flat_map(|simulator| &simulator.routes);
            let on = |route: &Route| -> Vec<&str> {
                let mine = routes.clone().filter(|(_, routes)| routes.contains_key(route));
                mine.map(|(name, _)| name.as_str()).collect()
            };
            texts.iter().all(|text| Route::parse(text).is_some_and(|route| on(&route) == [api]))
        }
    }
}
