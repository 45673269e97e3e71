//! Reading a profile: variables put in, problems told all at once, what is absent remembered with the line that
//! would change it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::calls::{call_out, look_ups};
use super::profile::Profile;
use crate::catalog::load::{Catalog, Pack};
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
    let secrets = secrets(&json);
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
    let read = Read { profile, json, document, folder, lacking, given };
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
fn secrets(json: &Value) -> Vec<String> {
    match json {
        Value::Array(list) => list.iter().flat_map(secrets).collect(),
        Value::Object(map) => map
            .iter()
            .flat_map(|(name, inner)| match inner {
                Value::String(text) if name == "api_key" || name == "secret" => vec![text.clone()],
                Value::Number(number) if name == "api_key" || name == "secret" => vec![number.to_string()],
                other => secrets(other),
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
            put_in(v, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), variables, unset);
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
    for (environment, inside) in &profile.environments {
        problems.extend(look_ups(document, &format!("/environments/{environment}/inspect"), &inside.inspect));
        for (name, action) in &inside.actions {
            problems.extend(call_out(document, &format!("/environments/{environment}/actions/{name}"), action));
        }
    }
    if let Some(rehearsal) = &profile.rehearsal {
        problems.extend(look_ups(document, "/rehearsal/inspect", &rehearsal.inspect));
        for (name, action) in &rehearsal.actions {
            problems.extend(call_out(document, &format!("/rehearsal/actions/{name}"), action));
        }
    }
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
    let events: Vec<&str> =
        pack.provider.webhooks.iter().flat_map(|hooks| hooks.events.keys().map(String::as_str)).collect();
    for (index, event) in profile.events.iter().flatten().enumerate() {
        if !events.contains(&event.as_str()) {
            let problem =
                document.problem(&format!("/events/{index}"), format!("{} has no event `{event}`", pack.provider.name));
            problems.push(problem.nearest(event, events.iter().copied()));
        }
    }
    let trusted = profile
        .trust
        .get(&pack.id)
        .is_some_and(|digest| digest.trim_start_matches("sha256:").eq_ignore_ascii_case(&pack.digest));
    if !pack.built_in && !trusted {
        let problem = document.problem(
            "/provider",
            format!("the pack `{}` is not built in, and this profile does not trust it", pack.id),
        );
        problems.push(problem.hint(format!(
            "read the pack; if you trust it with your keys, add `trust: {{ {}: sha256:{} }}`",
            pack.id, pack.digest
        )));
    }
    problems
}

/// The keys and secrets of the real environments, by their dotted names.
fn real_secrets(read: &Read) -> Vec<(String, &Secret)> {
    let mut secrets = Vec::new();
    for (environment, inside) in &read.profile.environments {
        secrets.extend(inside.api_key.iter().map(|secret| (format!("environments.{environment}.api_key"), secret)));
        let webhook = inside.webhook.iter().filter_map(|webhook| webhook.secret.as_ref());
        secrets.extend(webhook.map(|secret| (format!("environments.{environment}.webhook.secret"), secret)));
    }
    secrets
}

/// Keys that were copied with what stood around them: no header could carry them.
fn untidy(read: &Read) -> Vec<Problem> {
    let untidy = |secret: &Secret| {
        let text = secret.expose();
        text.trim() != text || text.contains(char::is_control)
    };
    let found = real_secrets(read).into_iter().filter(|(_, secret)| untidy(secret));
    found
        .map(|(place, _)| {
            let pointer = format!("/{}", place.replace('.', "/"));
            let problem = read.document.problem(&pointer, format!("{place} has white space or a line break in it"));
            problem.hint("it was probably copied with what stood around it; check the variable")
        })
        .collect()
}

/// A rehearsal never gets a secret of a real environment.
fn leaks(read: &Read, variables: Variables<'_>) -> Vec<Problem> {
    let secrets = real_secrets(read);
    let Some(rehearsal) = &read.profile.rehearsal else { return Vec::new() };
    let leaks = |value: &str| secrets.iter().find(|(_, secret)| !secret.is_empty() && value.contains(secret.expose()));
    let mut problems = Vec::new();
    let own = rehearsal.webhook.as_ref().and_then(|webhook| webhook.secret.as_ref());
    if let Some((place, _)) = own.and_then(|own| leaks(own.expose())) {
        let message = format!("the rehearsal uses the secret of {place}");
        let problem = read.document.problem("/rehearsal/webhook/secret", message);
        problems.push(problem.hint("give the rehearsed build a secret of its own"));
    }
    for (at, name) in rehearsal.pass.iter().enumerate() {
        if let Some((place, _)) = variables(name).as_deref().and_then(leaks) {
            let message = format!("`{name}` would hand the rehearsal the secret of {place}");
            problems.push(read.document.problem(&format!("/rehearsal/pass/{at}"), message));
        }
    }
    for (at, word) in rehearsal.start.iter().flat_map(|start| &start.command).enumerate() {
        if let Some((place, _)) = leaks(word) {
            let message =
                format!("this would hand the rehearsal the secret of {place}, where every process can see it");
            problems.push(read.document.problem(&format!("/rehearsal/start/command/{at}"), message));
        }
    }
    for (name, value) in &rehearsal.env {
        if let Some((place, _)) = leaks(value) {
            let problem = read.document.problem_at_key(
                "/rehearsal/env",
                name,
                format!("`{name}` would hand the rehearsal the secret of {place}"),
            );
            problems.push(problem.hint("the simulator issues a key and a secret of its own: use `{{ simulator.api_key }}` and `{{ simulator.webhook_secret }}`"));
        }
    }
    problems
}
