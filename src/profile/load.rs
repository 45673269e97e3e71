//! Reading a profile: variables are inserted, all problems are reported at once, and absent values are remembered with
//! the line that would change them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::call_out::CallOut;
use super::hosts::provider_hosts;
use super::loaded::LoadedProfile;
use super::secrets::{ProfileSources, learn_unread};
use super::trusted::{self, Trusted};
use super::types::{Profile, Rehearsal};
use super::validate::addresses::{addresses, is_address};
use super::validate::calls::{call_out, in_production, look_ups};
use super::validate::programs::not_there;
use super::validate::public_env::public;
use super::validate::secrets::{leaks, unknown, untidy};
use super::validate::settings;
use super::validate::simulator::played;
use super::validate::templates::{self, templates, unknown_actions};
use super::validate::trust::mistrust;
use super::variables::{self, SubstitutedProfile, Variables};
use crate::address::Host;
use crate::json::escaped;
use crate::pack::Pack;
use crate::pack::load::Catalog;
use crate::redact::Redactor;
use crate::yaml::{Document, Problem, Problems, Severity};

/// A valid address that replaces an invalid one, so that what surrounds it is validated too.
const ANY_ADDRESS: &str = "http://127.0.0.1/";

/// Reads a profile and validates it against the packs. The redactor learns its secrets before anything is reported.
///
/// # Errors
///
/// Every structural problem, or every unknown name and everything that is unsafe.
pub fn read(
    path: &Path,
    catalog: &Catalog,
    variables: Variables<'_>,
    redactor: &Redactor,
) -> Result<LoadedProfile, Problems> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let document = Document::read(path, &path.display().to_string())?.kept_by(redactor);
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let written = document.parse().inspect_err(|_| learn_unread(&document.text, &folder, variables, redactor))?;
    let mut json = written.clone();
    let mut plain = SubstitutedProfile::new(variables, &|pointer| pointer.starts_with("/return_url"));
    plain.put(&mut json, "");
    let unset = plain.unset;
    let pack = json.get("provider").and_then(Value::as_str).and_then(|id| catalog.packs.get(id));
    let open = pack.map(|pack| trusted::open(pack, catalog)).unwrap_or_default();
    let sources = ProfileSources {
        written: &written,
        json: &json,
        variables,
        pack: pack.map(Arc::as_ref),
        folder: &folder,
        open: &open,
    };
    let keys = Redactor::new();
    sources.keys(&keys);
    sources.teach(redactor);
    // Invalid texts are found before they are used, so that all of them are reported at once.
    let wrong = addresses(&document, &written, &json);
    let mut typed = written.clone();
    SubstitutedProfile::new(variables, &templates::is_place).put(&mut typed, "");
    let (pointers, mut problems): (Vec<String>, Vec<Problem>) = wrong.into_iter().unzip();
    // The problem of an address is already reported; for the rest of the profile, it counts as an address.
    for pointer in pointers.iter().filter(|pointer| is_address(pointer)) {
        typed.pointer_mut(pointer).into_iter().for_each(|address| *address = ANY_ADDRESS.into());
    }
    let mut partly = document.typed_as_far::<Profile>(typed);
    problems.extend(name_variables(std::mem::take(&mut partly.problems), &document, &unset));
    problems.extend(no_names(&document, &written, variables));
    if let Some(pack) = pack {
        problems.extend(unknown_actions(&document, &written, pack));
    }
    let Some(profile) = partly.typed.take() else { return Err(Problems(problems).sorted()) };
    if let Some(pack) = pack {
        problems.extend(templates(&document, &written, &profile, pack));
    }
    let mut lacking = BTreeMap::new();
    for (pointer, variable) in unset {
        let line = document.locate(&pointer, None).line;
        lacking.insert(pointer.trim_start_matches('/').replace('/', "."), format!("set {variable}, {name}:{line}"));
    }
    let trusted = pack.map(|pack| Trusted::determine(pack, catalog, &profile, &json)).unwrap_or_default();
    let not_there = not_there(&document, &written, &folder, &profile, variables);
    let read =
        LoadedProfile { profile, json, document, folder, lacking, keeper: redactor.clone(), keys, trusted, not_there };
    problems.extend(lint(&read, catalog, variables, &|pointer| partly.lacks(pointer)));
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        // Nothing is planned after an error, so it is unknown which of them would be needed: all are reported.
        problems.extend(read.not_there.iter().map(|one| one.problem.clone()));
        return Err(Problems(problems).sorted());
    }
    Ok(read)
}

/// Finds what is written in `${}` and is not a name.
fn no_names(document: &Document, written: &Value, variables: Variables<'_>) -> Vec<Problem> {
    let told = |(pointer, name): (String, String)| {
        let problem = document.problem(&pointer, format!("`${{{name}}}` does not name an environment variable"));
        problem.hint("write `${NAME}` with letters, digits and `_`; profiles have no default values for variables")
    };
    variables::no_names(written, variables).into_iter().map(told).collect()
}

/// Names the variable in each problem about a required value whose variable is not set.
fn name_variables(problems: Vec<Problem>, document: &Document, unset: &[(String, String)]) -> Vec<Problem> {
    let named = |mut problem: Problem| {
        let mut here = unset.iter().filter(|(pointer, _)| document.locate(pointer, None) == problem.place);
        let Some((_, variable)) = here.next() else { return problem };
        problem.message = format!("the variable {variable} is not set, and its value is required");
        problem.hint(format!("set {variable}, or write the value here"))
    };
    problems.into_iter().map(named).collect()
}

/// Finds names in a profile that lead nowhere, and what its safety forbids.
///
/// `lacks` tells whether a value was left out at a pointer because it is wrong, which is already reported.
fn lint(
    read: &LoadedProfile,
    catalog: &Catalog,
    variables: Variables<'_>,
    lacks: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    let (profile, document) = (&read.profile, &read.document);
    let Some(pack) = catalog.packs.get(&profile.provider) else {
        if lacks("/provider") {
            return Vec::new();
        }
        let known: Vec<&str> = catalog.packs.keys().map(String::as_str).collect();
        let problem =
            document.problem("/provider", format!("there is no pack for the provider `{}`", profile.provider));
        let near = problem.clone().nearest(&profile.provider, known.iter().copied());
        return vec![if near.hint.is_some() {
            near
        } else {
            problem.hint(format!("available packs: {}", known.join(", ")))
        }];
    };
    let mut problems = against_pack(read, pack);
    problems.extend(mistrust(read, pack, catalog));
    for (environment, inside) in &profile.environments {
        problems.extend(look_ups(document, &format!("/environments/{environment}/lookups"), &inside.lookups));
        problems.extend(calls(document, &format!("/environments/{environment}/actions"), &inside.actions, lacks));
    }
    problems.extend(in_production(document, profile));
    if let Some(rehearsal) = &profile.rehearsal {
        problems.extend(look_ups(document, "/rehearsal/lookups", &rehearsal.lookups));
        problems.extend(calls(document, "/rehearsal/actions", &rehearsal.actions, lacks));
        problems.extend(started(document, rehearsal).filter(|_| !lacks("/rehearsal/start")));
        problems.extend(files(read, rehearsal));
        problems.extend(hosts(document, rehearsal));
        problems.extend(played(document, &rehearsal.simulator, pack));
        problems.extend(allow_hosts(read, rehearsal, pack));
    }
    problems.extend(public(read));
    problems.extend(unknown(read, pack));
    problems.extend(untidy(read));
    problems.extend(leaks(read, variables));
    for (host, simulated_host) in profile.simulated_environments.iter().flat_map(|word| &word.hosts) {
        if !Host::from(simulated_host.at.ip()).is_this_machine() {
            let pointer = format!("/connect_to/hosts/{host}/at");
            problems.push(document.problem(
                &pointer,
                format!("{} is not a loopback address; a simulated environment must be on one", simulated_host.at),
            ));
        }
    }
    problems
}

/// Finds everything that is wrong with actions.
fn calls(
    document: &Document,
    above: &str,
    actions: &IndexMap<String, CallOut>,
    lacks: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    let whole = actions.iter().map(|(name, call)| (format!("{above}/{}", escaped(name)), call));
    let whole = whole.filter(|(pointer, _)| !lacks(pointer));
    whole.flat_map(|(pointer, call)| call_out(document, &pointer, call)).collect()
}

/// Reports variants of a build that Preflight does not start.
fn started(document: &Document, rehearsal: &Rehearsal) -> Option<Problem> {
    let useless = rehearsal.start.is_none() && !rehearsal.variants.is_empty();
    let problem = useless.then(|| document.problem("/rehearsal/variants", "a variant needs `start`"));
    problem.map(|problem| problem.hint("state under `rehearsal.start` how to start the build, and when it is ready"))
}

/// Finds files of the rehearsal that do not exist.
fn files(read: &LoadedProfile, rehearsal: &Rehearsal) -> Vec<Problem> {
    let bodies = rehearsal.bodies.iter().map(|(event, path)| (format!("/rehearsal/bodies/{}", escaped(event)), path));
    let missing = bodies.filter(|(_, path)| !read.folder.join(path).exists());
    missing
        .map(|(pointer, path)| read.document.problem(&pointer, format!("there is no file {}", path.display())))
        .collect()
}

/// Finds entries of `rehearsal.hosts` that are not hosts.
fn hosts(document: &Document, rehearsal: &Rehearsal) -> Vec<Problem> {
    let wrong = rehearsal.hosts.iter().enumerate();
    let wrong = wrong.filter(|(_, text)| Host::parse(text).is_none());
    let told = |(at, text): (usize, &String)| {
        let problem = document.problem(&format!("/rehearsal/hosts/{at}"), format!("`{text}` is not a host"));
        problem.hint("write only a name or an address: `build.internal`")
    };
    wrong.map(told).collect()
}

/// Finds entries of `rehearsal.allow_hosts` that a rehearsal must not reach or that are not hosts.
fn allow_hosts(read: &LoadedProfile, rehearsal: &Rehearsal, pack: &Pack) -> Vec<Problem> {
    let shut = provider_hosts(&read.trusted.environments);
    let judgement = rehearsal.allow_hosts.iter().enumerate().filter_map(|(at, text)| {
        let problem = |message: String| read.document.problem(&format!("/rehearsal/allow_hosts/{at}"), message);
        match Host::parse(text) {
            None => Some(
                problem(format!("`{text}` is not a host")).hint("write only a name or an address: `mail.example.com`"),
            ),
            Some(host) if shut.contains(&host.to_string()) => {
                let name = &pack.provider.name;
                let message =
                    format!("`{text}` belongs to a real environment of {name}, and a rehearsal must not reach it");
                Some(
                    problem(message)
                        .hint("remove it; the build must call the simulator, with the addresses from `rehearsal.env`"),
                )
            }
            Some(_) => None,
        }
    });
    judgement.collect()
}

fn against_pack(read: &LoadedProfile, pack: &Pack) -> Vec<Problem> {
    let (profile, document) = (&read.profile, &read.document);
    let mut problems = Vec::new();
    let apis = || pack.provider.apis.keys().map(String::as_str);
    for (environment, inside) in &profile.environments {
        for api in inside.apis.keys().filter(|api| !pack.provider.apis.contains_key(*api)) {
            let pointer = format!("/environments/{environment}/apis");
            problems.push(
                document
                    .problem_at_key(&pointer, api, format!("{} has no API `{api}`", pack.provider.name))
                    .nearest(api, apis()),
            );
        }
    }
    problems.extend(settings::against(read, pack));
    let events: Vec<&str> =
        pack.provider.webhooks.iter().flat_map(|hooks| hooks.events.keys().map(String::as_str)).collect();
    let looked_up = profile.rehearsal.iter().filter_map(|rehearsal| rehearsal.lookups.processed.as_ref());
    let effective = looked_up.filter_map(|look_up| look_up.events.as_ref()).flatten().enumerate();
    let effective = effective.map(|(index, event)| (format!("/rehearsal/lookups/processed/events/{index}"), event));
    let subscribed = profile.events.iter().flatten().enumerate();
    let subscribed = subscribed.map(|(index, event)| (format!("/events/{index}"), event));
    for (pointer, event) in subscribed.chain(effective).filter(|(_, event)| !events.contains(&event.as_str())) {
        let problem = document.problem(&pointer, format!("{} has no event `{event}`", pack.provider.name));
        problems.push(problem.nearest(event, events.iter().copied()));
    }
    problems
}
