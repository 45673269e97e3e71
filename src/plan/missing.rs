//! What a check needs from the profile and does not get, known before anything runs.

use super::planned_check::PlannedCheck;
use crate::pack::simulator::SetupStep;
use crate::pack::step::{EventChoice, Step};
use crate::pack::types::Stage;
use crate::pack::{Pack, authentication};
use crate::profile::email::lacks;
use crate::profile::{Inputs, LoadedProfile};
use crate::template;

/// Returns how to provide each value that a check needs and the profile lacks.
pub(super) fn missing_inputs(planned: &PlannedCheck, bound: &Inputs, read: &LoadedProfile, pack: &Pack) -> Vec<String> {
    let mut names = needed(planned, bound, pack);
    for step in &planned.packed.check.when {
        if let Some(config) = step.config()
            && let Some(email) = config.config.strip_prefix("emails.")
        {
            names.extend(lacks(read, bound, pack, email, config.environment));
        }
    }
    let mut found: Vec<String> = Vec::new();
    for name in names.iter().filter(|name| bound.get(name).is_none()) {
        let how = bound.how_to_give(name);
        if !found.contains(&how) {
            found.push(how);
        }
    }
    found
}

/// Returns the dotted names of everything in the profile that a check needs.
pub(super) fn needed(planned: &PlannedCheck, bound: &Inputs, pack: &Pack) -> Vec<String> {
    let steps = planned.packed.check.when.iter().flat_map(|step| needs(step, planned, pack, bound));
    beginnings(planned, pack).into_iter().chain(steps).collect()
}

/// Returns the dotted names of what the set-up of a check needs.
fn beginnings(planned: &PlannedCheck, pack: &Pack) -> Vec<String> {
    let given = &planned.packed.check.given;
    let Some(spec) = &pack.provider.simulator else { return Vec::new() };
    let surroundings = Inputs::surroundings(planned.stage);
    let mut names: Vec<String> = given.variant.iter().map(|name| format!("rehearsal.variants.{name}")).collect();
    for (_, beginning) in given.client_setups() {
        let (start, steps) = spec.way(&beginning.is);
        // A rehearsal simulates every state; elsewhere, a client that starts in another than the initial one must
        // be known.
        if planned.stage != Stage::Rehearsal && start != spec.client.starts {
            names.push(format!("{surroundings}.known_clients.{start}"));
        }
        names.extend(steps.into_iter().filter_map(|step| match step {
            SetupStep::Action(name) => Some(format!("{surroundings}.actions.{name}")),
            SetupStep::Event(_) => None,
        }));
    }
    names
}

/// Returns the dotted names that a step reads from the profile.
fn needs(step: &Step, planned: &PlannedCheck, pack: &Pack, bound: &Inputs) -> Vec<String> {
    let surroundings = Inputs::surroundings(planned.stage);
    let mut names = Vec::new();
    if let Some(request) = step.request() {
        let environment = request.environment.or(planned.stage.environment());
        if let (Some(environment), Some(api)) = (environment, &request.api) {
            let needed = authentication::needs(&pack.provider.apis, api);
            names.extend(needed.into_iter().map(|name| format!("environments.{environment}.{name}")));
        }
        names.extend(read_by(&surroundings, &request.request));
        names.extend(request.for_each.iter().flat_map(|each| read_by(&surroundings, each)));
        if let Some(json) = &request.json {
            crate::json::texts(json, &mut |_, text| names.extend(read_by(&surroundings, text)));
        }
    }
    if let Some(deliver) = step.deliver() {
        names.push("rehearsal.webhook.url".into());
        // If Preflight does not start the build, the profile must contain the secret that the build uses.
        let starts = bound.get("rehearsal.start").is_some();
        names.extend((!starts).then(|| "rehearsal.webhook.secret".into()));
        match &deliver.deliver {
            EventChoice::Each => names.push("events".into()),
            EventChoice::Event(event) => names.extend(read_by(&surroundings, event)),
            EventChoice::Again(_) => {}
        }
    }
    if let Some(action) = step.action() {
        names.extend(bound.lacks_action(action, planned.stage).filter(|_| !bound.leaves_out(action, planned.stage)));
    }
    if let Some(config) = step.config()
        && !config.optional
        && !config.config.starts_with("emails.")
    {
        names.push(config.dotted());
        names.extend(config.of.iter().flat_map(|of| read_by(&surroundings, of)));
    }
    names
}

/// Returns the dotted names of the profile that a template reads.
fn read_by(surroundings: &str, text: &str) -> Vec<String> {
    let names = template::names(text).unwrap_or_default();
    names
        .iter()
        .filter_map(|name| match name.strip_prefix("environment.") {
            Some(rest) => Some(format!("{surroundings}.{rest}")),
            None => name.strip_prefix("profile.").map(str::to_owned),
        })
        .collect()
}
