//! Reading a profile: variables put in, problems told all at once, what is absent remembered with the line that
//! would change it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::calls::{call_out, in_production, look_ups};
use super::details;
use super::hosts::provider_hosts;
use super::leaks::{leaks, unknown, untidy};
use super::mistrust::mistrust;
use super::played::played;
use super::profile::{Profile, Rehearsal};
use super::trusted::{self, Trusted};
use crate::catalog::load::{Catalog, Pack};
use crate::json::escaped;
use crate::secret::Secret;
use crate::yaml::{Document, Problem, Problems};

/// How environment variables are looked up.
pub type Variables<'v> = &'v (dyn Fn(&str) -> Option<String> + Sync);

/// A profile with its text.
#[derive(Clone, Debug)]
pub struct Read {
    /// The profile.
    pub profile: Profile,
    /// The same as JSON, with variables put in; values whose variable is not set are null.
    pub json: Value,
    /// The text.
    pub document: Document,
    /// The folder that its relative paths begin in.
    pub folder: PathBuf,
    /// How to give what is absent because a variable is not set, by dotted name.
    pub lacking: BTreeMap<String, String>,
    /// The variables that were put in, with their values: what is handed over like that may be a credential.
    pub given: Vec<Given>,
    /// What the pack may do.
    pub trusted: Trusted,
}

/// A variable that was put into a profile.
#[derive(Clone)]
pub struct Given {
    /// The JSON pointer of the text that it was put into.
    pub pointer: String,
    /// Its name.
    pub variable: String,
    /// Its value.
    pub value: Secret,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.variable, self.pointer)
    }
}

/// Reads a profile and holds it against the packs.
///
/// # Errors
///
/// Every structural problem, or every name that leads nowhere.
pub fn read(path: &Path, catalog: &Catalog, variables: Variables<'_>) -> Result<Read, Problems> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let document = Document::read(path, &path.display().to_string())?;
    let mut json = document.parse()?;
    let mut unset = Vec::new();
    let mut given = Vec::new();
    crate::json::texts(&json, &mut |pointer, text| {
        given.extend(named(text).into_iter().filter_map(|variable| {
            let value = Secret::new(variables(variable)?);
            Some(Given { pointer: pointer.to_owned(), variable: variable.to_owned(), value })
        }));
    });
    put_in(&mut json, String::new(), variables, &mut unset);
    let pack = json.get("provider").and_then(Value::as_str).and_then(|id| catalog.packs.get(id));
    let open = pack.map(|pack| trusted::open(pack, catalog)).unwrap_or_default();
    let secrets = secrets(&json, &open);
    let hide =
        |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.hiding(&secrets)).collect::<Vec<_>>();
    let typed = document.typed_from(json.clone());
    let profile: Profile = typed.map_err(|problems| Problems(hide(name_variables(problems, &document, &unset))))?;
    let mut lacking = BTreeMap::new();
    for (pointer, variable) in unset {
        let line = document.locate(&pointer, None).line;
        lacking.insert(pointer.trim_start_matches('/').replace('/', "."), format!("set {variable}, {name}:{line}"));
    }
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let pack = catalog.packs.get(&profile.provider);
    let trusted = pack.map(|pack| Trusted::of(pack, catalog, &profile, &json)).unwrap_or_default();
    let read = Read { profile, json, document, folder, lacking, given, trusted };
    let problems = Problems(hide(lint(&read, catalog, variables))).sorted();
    if problems.fatal() { Err(problems) } else { Ok(read) }
}

/// Where a value is needed whose variable is not set, the variable is what to speak of.
fn name_variables(problems: Vec<Problem>, document: &Document, unset: &[(String, String)]) -> Vec<Problem> {
    let named = |mut problem: Problem| {
        let mut here = unset.iter().filter(|(pointer, _)| document.locate(pointer, None) == problem.place);
        let Some((_, variable)) = here.next() else { return problem };
        problem.message = format!("the variable {variable} is not set, and nothing works without this value");
        problem.hint(format!("set {variable}, or write the value here"))
    };
    problems.into_iter().map(named).collect()
}

/// What stands where keys and secrets stand: a person may have written one down, and what is wrong with a file is shown.
fn secrets(json: &Value, open: &BTreeSet<String>) -> Vec<String> {
    match json {
        Value::Array(list) => list.iter().flat_map(|inner| secrets(inner, open)).collect(),
        Value::Object(map) => map
            .iter()
            .flat_map(|(name, inner)| match inner {
                Value::String(text) if name == "api_key" || name == "secret" => vec![text.clone()],
                Value::Number(number) if name == "api_key" || name == "secret" => vec![number.to_string()],
                Value::Object(named) if name == "credentials" => {
                    let secret = named.iter().filter(|(name, _)| !open.contains(*name));
                    secret.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect()
                }
                other => secrets(other, open),
            })
            .filter(|value| value.len() >= 4)
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// The names of the variables in a text.
fn named(text: &str) -> Vec<&str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// Puts variables into every text of a value. A text with one that is not set becomes null: absent, not empty.
fn put_in(value: &mut Value, pointer: String, variables: Variables<'_>, unset: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if text.contains("${") => match expand(text, variables) {
            Ok(full) => *text = full,
            Err(variable) => {
                unset.push((pointer, variable));
                *value = Value::Null;
            }
        },
        Value::Array(list) => {
            list.iter_mut().enumerate().for_each(|(at, v)| put_in(v, format!("{pointer}/{at}"), variables, unset));
        }
        Value::Object(map) => map.iter_mut().for_each(|(key, v)| {
            put_in(v, format!("{pointer}/{}", escaped(key)), variables, unset);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The text with each `${NAME}` replaced, or the first name that is not set (an empty variable is not set).
fn expand(text: &str, variables: Variables<'_>) -> Result<String, String> {
    let mut full = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        let name = &rest[at + 2..at + end];
        full.push_str(&rest[..at]);
        full.push_str(&variables(name).filter(|value| !value.is_empty()).ok_or_else(|| name.to_owned())?);
        rest = &rest[at + end + 1..];
    }
    full.push_str(rest);
    Ok(full)
}

/// Names in a profile that lead nowhere, and what its safety forbids.
fn lint(read: &Read, catalog: &Catalog, variables: Variables<'_>) -> Vec<Problem> {
    let (profile, document) = (&read.profile, &read.document);
    let Some(pack) = catalog.packs.get(&profile.provider) else {
        let known: Vec<&str> = catalog.packs.keys().map(String::as_str).collect();
        let problem =
            document.problem("/provider", format!("there is no pack for the provider `{}`", profile.provider));
        let near = problem.clone().nearest(&profile.provider, known.iter().copied());
        return vec![if near.hint.is_some() {
            near
        } else {
            problem.hint(format!("packs at hand: {}", known.join(", ")))
        }];
    };
    let mut problems = against_pack(read, pack);
    problems.extend(mistrust(read, pack, catalog));
    for (environment, inside) in &profile.environments {
        problems.extend(look_ups(document, &format!("/environments/{environment}/inspect"), &inside.inspect));
        for (name, action) in &inside.actions {
            problems.extend(call_out(document, &format!("/environments/{environment}/actions/{name}"), action));
        }
    }
    problems.extend(in_production(document, profile));
    if let Some(rehearsal) = &profile.rehearsal {
        problems.extend(look_ups(document, "/rehearsal/inspect", &rehearsal.inspect));
        for (name, action) in &rehearsal.actions {
            problems.extend(call_out(document, &format!("/rehearsal/actions/{name}"), action));
        }
        problems.extend(started(document, rehearsal));
        problems.extend(played(document, &rehearsal.simulator, pack));
        problems.extend(reaches(read, rehearsal, pack));
    }
    problems.extend(unknown(read, pack));
    problems.extend(untidy(read));
    problems.extend(leaks(read, variables));
    for (host, stand_in) in profile.stand_ins.iter().flat_map(|word| &word.hosts) {
        if !stand_in.at.ip().is_loopback() {
            let pointer = format!("/stand_ins/hosts/{host}/at");
            problems.push(document.problem(
                &pointer,
                format!("{} is not a loopback address, where alone a stand-in may be", stand_in.at),
            ));
        }
    }
    problems
}

/// Variants of a build that nobody starts.
fn started(document: &Document, rehearsal: &Rehearsal) -> Option<Problem> {
    let useless = rehearsal.start.is_none() && !rehearsal.variants.is_empty();
    let problem = useless.then(|| document.problem("/rehearsal/variants", "no variant can be started without `start`"));
    problem.map(|problem| problem.hint("say under `rehearsal.start` how the build is started, and when it is ready"))
}

/// Hosts that a rehearsal may not reach, and what is no host.
fn reaches(read: &Read, rehearsal: &Rehearsal, pack: &Pack) -> Vec<Problem> {
    let shut = provider_hosts(&read.trusted.environments);
    let judged = rehearsal.reaches.iter().enumerate().filter_map(|(at, text)| {
        let problem = |message: String| read.document.problem(&format!("/rehearsal/reaches/{at}"), message);
        match url::Host::parse(text.trim_end_matches('.')) {
            Err(_) => Some(
                problem(format!("`{text}` is not a host")).hint("write a name or an address alone: `mail.example.com`"),
            ),
            Ok(host) if shut.contains(&host.to_string()) => {
                let name = &pack.provider.name;
                let message =
                    format!("`{text}` belongs to the real environments of {name}, which a rehearsal never reaches");
                Some(
                    problem(message)
                        .hint("take it out; the build calls the simulator, whose addresses `rehearsal.env` gives it"),
                )
            }
            Ok(_) => None,
        }
    });
    judged.collect()
}

fn against_pack(read: &Read, pack: &Pack) -> Vec<Problem> {
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
    problems.extend(details::against(read, pack));
    let events: Vec<&str> =
        pack.provider.webhooks.iter().flat_map(|hooks| hooks.events.keys().map(String::as_str)).collect();
    let looked_up = profile.rehearsal.iter().filter_map(|rehearsal| rehearsal.inspect.processed.as_ref());
    let effective = looked_up.filter_map(|look_up| look_up.events.as_ref()).flatten().enumerate();
    let effective = effective.map(|(index, event)| (format!("/rehearsal/inspect/processed/events/{index}"), event));
    let subscribed = profile.events.iter().flatten().enumerate();
    let subscribed = subscribed.map(|(index, event)| (format!("/events/{index}"), event));
    for (pointer, event) in subscribed.chain(effective).filter(|(_, event)| !events.contains(&event.as_str())) {
        let problem = document.problem(&pointer, format!("{} has no event `{event}`", pack.provider.name));
        problems.push(problem.nearest(event, events.iter().copied()));
    }
    problems
}
