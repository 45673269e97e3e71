//! Real keys and secrets where they must not be, and keys that no header can carry.

use crate::pack::types::Environment;
use crate::pack::{Pack, authentication};
use crate::profile::loaded::LoadedProfile;
use crate::profile::variables::Variables;
use crate::redact::Secret;
use crate::yaml::Problem;

/// Returns the keys and secrets of the real environments, by their dotted names.
///
/// A credential that only identifies the partner is not secret: a test account and a real one may have the same name.
fn real_secrets(read: &LoadedProfile) -> Vec<(String, &Secret)> {
    let open = &read.trusted.open;
    let environments = read.profile.environments.iter();
    let all =
        environments.flat_map(|(environment, inside)| inside.secrets().into_iter().map(move |s| (environment, s)));
    let secret = all.filter(|(_, (name, _))| !authentication::is_open(open, name));
    secret.map(|(environment, (name, secret))| (format!("environments.{environment}.{name}"), secret)).collect()
}

/// Finds keys that were copied with surrounding characters: no header can carry them.
pub(in crate::profile) fn untidy(read: &LoadedProfile) -> Vec<Problem> {
    let untidy = |secret: &Secret| {
        let text = secret.expose();
        text.trim() != text || text.contains(char::is_control)
    };
    let found = real_secrets(read).into_iter().filter(|(_, secret)| untidy(secret));
    found
        .map(|(place, _)| {
            let pointer = format!("/{}", place.replace('.', "/"));
            let problem = read.document.problem(&pointer, format!("{place} contains white space or a line break"));
            problem.hint("check the variable; the value was probably copied with surrounding characters")
        })
        .collect()
}

/// Finds credentials that no API of the provider uses.
pub(in crate::profile) fn unknown(read: &LoadedProfile, pack: &Pack) -> Vec<Problem> {
    let known = authentication::credentials(&pack.provider.apis);
    let known = || known.iter().map(String::as_str);
    let given = read.profile.environments.iter();
    let given = given.flat_map(|(environment, inside)| inside.credentials.keys().map(move |name| (environment, name)));
    let unknown = given.filter(|(_, name)| !known().any(|known| known == *name));
    let told = |(environment, name): (&Environment, &String)| {
        let pointer = format!("/environments/{environment}/credentials");
        let message = format!("no API of {} uses a credential `{name}`", pack.provider.name);
        let problem = read.document.problem_at_key(&pointer, name, message);
        match known().collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => problem.hint("remove it: the APIs of this provider use `api_key` or nothing"),
            all => problem.nearest_or(name, known(), &format!("known here: {all}")),
        }
    };
    unknown.map(told).collect()
}

/// Finds secrets of real environments that a rehearsal would get, which is forbidden: in a variable or a command of the
/// build or of a variant, in an action or in a lookup.
pub(in crate::profile) fn leaks(read: &LoadedProfile, variables: Variables<'_>) -> Vec<Problem> {
    let secrets = real_secrets(read);
    let leaks = |value: &str| {
        let found = secrets.iter().find(|(_, secret)| !secret.is_empty() && value.contains(secret.expose()));
        found.map(|(place, _)| place.as_str())
    };
    let mut problems = Vec::new();
    let passed = read.profile.rehearsal.iter().flat_map(|rehearsal| &rehearsal.pass_env).enumerate();
    for (at, name) in passed {
        if let Some(place) = variables(name).as_deref().and_then(leaks) {
            let message = format!("`{name}` would give the secret of {place} to the rehearsal");
            problems.push(read.document.problem(&format!("/rehearsal/pass_env/{at}"), message));
        }
    }
    if let Some(rehearsal) = read.json.get("rehearsal") {
        crate::json::texts(rehearsal, &mut |pointer, text| {
            problems.extend(leaks(text).map(|place| leak(read, &format!("/rehearsal{pointer}"), place)));
        });
    }
    problems
}

/// Describes a text of the rehearsal that contains the secret of a place.
fn leak(read: &LoadedProfile, pointer: &str, place: &str) -> Problem {
    let (above, name) = pointer.rsplit_once('/').unwrap_or_default();
    if pointer == "/rehearsal/webhook/secret" {
        let problem = read.document.problem(pointer, format!("the rehearsal uses the secret of {place}"));
        return problem.hint("give the rehearsed build its own secret");
    }
    if above.ends_with("/command") {
        let message = format!("this would give the secret of {place} to the rehearsal, where every process can see it");
        return read.document.problem(pointer, message);
    }
    let name = name.replace("~1", "/").replace("~0", "~");
    let message = format!("`{name}` would give the secret of {place} to the rehearsal");
    let problem = read.document.problem_at_key(above, &name, message);
    if let (true, Some((_, name))) = (above.ends_with("/env"), place.split_once(".credentials.")) {
        let message = format!("use `{{{{ simulator.credentials.{name} }}}}`: the simulator issues its own credentials");
        return problem.hint(message);
    }
    problem.hint(if above.ends_with("/env") {
        "use `{{ simulator.api_key }}` and `{{ simulator.webhook_secret }}`: the simulator issues its own key and secret"
    } else {
        "give the rehearsed build its own credential"
    })
}
