//! Validates the calls to the partner's own software that a profile describes.

use super::addresses::not_called;
use crate::pack::types::Environment;
use crate::profile::call_out::{CallOut, Capture, Lookups};
use crate::profile::hosts::{called, production_hosts, without_templates};
use crate::profile::types::Profile;
use crate::yaml::{Document, Problem};

/// Finds everything that is wrong with the lookups below a pointer.
pub(in crate::profile) fn look_ups(document: &Document, pointer: &str, inspect: &Lookups) -> Vec<Problem> {
    let counts = [("processed", &inspect.processed), ("received", &inspect.received)];
    let views = [("shown", &inspect.shown), ("user_message", &inspect.user_message)];
    let mut problems = Vec::new();
    for (name, look_up) in counts {
        let Some(look_up) = look_up else { continue };
        problems.extend(request_line(document, &format!("{pointer}/{name}/request"), &look_up.request));
    }
    for (name, view) in views {
        let Some(view) = view else { continue };
        problems.extend(request_line(document, &format!("{pointer}/{name}/request"), &view.request));
    }
    problems
}

/// Finds everything that is wrong with an action.
pub(in crate::profile) fn call_out(document: &Document, pointer: &str, call: &CallOut) -> Vec<Problem> {
    let mut problems = Vec::new();
    match (&call.request, &call.command) {
        (Some(line), None) => problems.extend(request_line(document, &format!("{pointer}/request"), line)),
        (None, Some(_)) => {}
        (Some(_), Some(_)) | (None, None) => problems.push(
            document
                .problem(pointer, "an action needs either `request` or `command`")
                .hint("write `request: POST http://127.0.0.1:3000/path`, or `command: [program, argument]`"),
        ),
    }
    if call.json.is_some() && call.form.is_some() {
        problems.push(document.problem(&format!("{pointer}/form"), "a request has only one body: `json` or `form`"));
    }
    for (name, place) in &call.capture {
        let pointer = format!("{pointer}/capture/{name}");
        problems.extend(match place {
            Capture::Path(_) => None,
            Capture::Pattern(pattern) => regex::Regex::new(pattern).err().map(|error| {
                let words = error.to_string();
                let last = words.lines().last().unwrap_or_default().trim_start_matches("error: ");
                document.problem(&pointer, format!("`{pattern}` is not a regular expression: {last}"))
            }),
        });
    }
    problems
}

/// Finds actions of the test environment that would make the partner's production act.
pub(in crate::profile) fn in_production(document: &Document, profile: &Profile) -> Vec<Problem> {
    let hosts = production_hosts(profile);
    let actions = profile.environments.get(&Environment::Test).into_iter().flat_map(|inside| &inside.actions);
    let wrong = actions.filter_map(|(name, action)| Some((name, called(action).filter(|host| hosts.contains(host))?)));
    let problem = |(name, host): (&String, String)| {
        let message = format!("`{host}` is the partner's production host, so test actions would change real clients");
        let problem = document.problem(&format!("/environments/test/actions/{name}/request"), message);
        problem.hint("name the host of the deployment that uses the provider's test environment")
    };
    wrong.map(problem).collect()
}

fn request_line(document: &Document, pointer: &str, line: &str) -> Option<Problem> {
    let url = line.split_once(' ').map(|(_, url)| url.trim())?;
    // A template may stand for any part; the rest must still be a URL that can be called.
    not_called(&without_templates(url))?;
    let (message, hint) = not_called(url).unwrap_or_else(|| (format!("`{url}` is not a complete URL"), None));
    let hint = hint.unwrap_or_else(|| "write it as `GET http://127.0.0.1:3000/path`".into());
    Some(document.problem(pointer, message).hint(hint))
}
