//! Validates the templates in a profile against the names that each can read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::pack::step::Step;
use crate::pack::{Pack, authentication};
use crate::profile::types::Profile;
use crate::template;
use crate::yaml::{Document, Problem};

/// Where a template is used, which decides what it can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TemplateContext<'p> {
    /// A command or a variable of the build.
    Build,
    /// A part of an action, by its name.
    Action(&'p str),
    /// A command of an action of the rehearsal, which can also read what the build can.
    Command(&'p str),
    /// A lookup of an event by its id.
    Processed,
    /// A lookup of events by their name.
    Received,
    /// A page that Preflight looks up after an action.
    View,
    /// The rule for a return URL.
    ReturnUrl,
}

/// Whether the text at a pointer is a template.
pub(in crate::profile) fn is_place(pointer: &str) -> bool {
    place(pointer).is_some()
}

fn place(pointer: &str) -> Option<TemplateContext<'_>> {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    match parts.as_slice() {
        ["rehearsal", "start", "command", _]
        | ["rehearsal", "env", _]
        | ["rehearsal", "variants", _, "env" | "command", _] => Some(TemplateContext::Build),
        ["rehearsal", "actions", name, "command", _] => Some(TemplateContext::Command(name)),
        ["rehearsal", "actions", name, "request" | "headers" | "json" | "form", ..]
        | ["environments", _, "actions", name, "request" | "headers" | "json" | "form" | "command", ..] => {
            Some(TemplateContext::Action(name))
        }
        ["rehearsal", "lookups", look, "request" | "headers", ..]
        | ["environments", _, "lookups", look, "request" | "headers", ..] => match *look {
            "processed" => Some(TemplateContext::Processed),
            "received" => Some(TemplateContext::Received),
            _ => Some(TemplateContext::View),
        },
        ["return_url", ..] => Some(TemplateContext::ReturnUrl),
        _ => None,
    }
}

/// The names that can be read at a place, with the names below each.
#[derive(Clone, Debug)]
enum Vocabulary {
    /// Any name may be below it.
    Open,
    Known(BTreeMap<String, Vocabulary>),
}

impl Vocabulary {
    fn from_names<'w>(names: impl IntoIterator<Item = &'w str>) -> Self {
        Vocabulary::Known(names.into_iter().map(|name| (name.to_owned(), Vocabulary::Open)).collect())
    }

    /// Adds a name, with the names that its value has.
    fn add(&mut self, name: &str, value: &Value) {
        let Vocabulary::Known(known) = self else { return };
        match (known.get_mut(name), value) {
            (Some(inner @ Vocabulary::Known(_)), Value::Object(map)) => map.iter().for_each(|(n, v)| inner.add(n, v)),
            (None, Value::Object(map)) => {
                let mut inner = Vocabulary::from_names([]);
                map.iter().for_each(|(name, value)| inner.add(name, value));
                known.insert(name.to_owned(), inner);
            }
            (_, Value::Object(_)) => {}
            (_, _) => drop(known.insert(name.to_owned(), Vocabulary::Open)),
        }
    }

    fn has(&self, dotted: &str) -> bool {
        let mut here = self;
        for part in dotted.split('.') {
            match here {
                Vocabulary::Open => return true,
                Vocabulary::Known(known) => match known.get(part) {
                    Some(inner) => here = inner,
                    None => return false,
                },
            }
        }
        true
    }

    /// Collects all names, dotted.
    fn collect_names(&self, above: &str, found: &mut Vec<String>) {
        let Vocabulary::Known(known) = self else { return };
        for (name, inner) in known {
            found.push(format!("{above}{name}"));
            inner.collect_names(&format!("{above}{name}."), found);
        }
    }
}

/// Finds templates that do not parse, or that read a name which they cannot.
///
/// `written` is the profile as it is written, with `${NAME}` for variables.
pub(in crate::profile) fn templates(
    document: &Document,
    written: &Value,
    profile: &Profile,
    pack: &Pack,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    crate::json::texts(written, &mut |pointer, text| {
        let Some(place) = place(pointer) else { return };
        // The values of variables are not examined: nothing in them is evaluated.
        let text = template::filled(text, |_| Some("1".into())).unwrap_or_default();
        problems.extend(wrong(pointer, &text, place, profile, pack).into_iter().map(|(message, near)| {
            let problem = document.problem(pointer, message);
            match near {
                Some((wrong, known, other)) => problem.nearest_or(&wrong, known.iter().map(String::as_str), &other),
                None => problem,
            }
        }));
    });
    problems
}

/// A message, and what may have been meant: the wrong name, the known names, and another hint.
type Complaint = (String, Option<(String, Vec<String>, String)>);

fn wrong(pointer: &str, text: &str, place: TemplateContext<'_>, profile: &Profile, pack: &Pack) -> Vec<Complaint> {
    let names = match template::names(text) {
        Ok(names) => names,
        Err(error) => return vec![(error.to_string(), None)],
    };
    let filters = template::unknown_filters(text).into_iter().map(|name| {
        let known: Vec<String> = template::FILTERS.map(str::to_owned).to_vec();
        let all = format!("among those that are known: {}", known.join(", "));
        (format!("there is no filter `{name}`"), Some((name, known, all)))
    });
    let tests = template::unknown_tests(text).into_iter().map(|name| (format!("there is no test `is {name}`"), None));
    let mut found: Vec<Complaint> = filters.chain(tests).collect();
    let Some(words) = vocabulary_at(pointer, place, profile, pack) else { return found };
    for name in names.into_iter().filter(|name| !words.has(name)) {
        let mut known = Vec::new();
        words.collect_names("", &mut known);
        let all = match place {
            TemplateContext::Action(_) | TemplateContext::View if name.starts_with("simulator") => {
                "use values of the simulator only in `rehearsal.env`".to_owned()
            }
            _ => format!("known here: {}", known.join(", ")),
        };
        found.push((format!("this template cannot read `{name}`"), Some((name, known, all))));
    }
    found
}

/// Returns the names of a place; none if they are not known.
fn vocabulary_at(pointer: &str, place: TemplateContext<'_>, profile: &Profile, pack: &Pack) -> Option<Vocabulary> {
    let mut words = match place {
        TemplateContext::Build => return Some(of_build(pack)),
        TemplateContext::ReturnUrl => return None,
        TemplateContext::Processed => {
            Vocabulary::from_names(["event_id", "clients", "profile", "provider", "environment"])
        }
        TemplateContext::Received => Vocabulary::from_names(["event", "clients", "profile", "provider", "environment"]),
        TemplateContext::Action("restart") => Vocabulary::from_names(["clients", "profile", "provider", "environment"]),
        TemplateContext::Action(_) | TemplateContext::View => Vocabulary::from_names([]),
        TemplateContext::Command(_) => of_build(pack),
    };
    let learned = learned(pointer, profile);
    let client = learned.into_iter().chain(["name", "email", "tenant"]).map(|name| (name.to_owned(), Value::Null));
    words.add("client", &Value::Object(client.collect()));
    let all = actions(pack);
    let asked: Vec<&str> = match place {
        TemplateContext::Action(name) | TemplateContext::Command(name) if all.contains(name) => vec![name],
        // An unknown action is reported separately; here it may be any action.
        TemplateContext::Action(_) | TemplateContext::Command(_) | TemplateContext::View => all.into_iter().collect(),
        TemplateContext::Build
        | TemplateContext::Processed
        | TemplateContext::Received
        | TemplateContext::ReturnUrl => Vec::new(),
    };
    for name in asked {
        let own = pack.provider.actions.get(name).into_iter().flat_map(|word| &word.arguments);
        own.chain(with(pack, name)).for_each(|(name, value)| words.add(name, value));
    }
    Some(words)
}

fn of_build(pack: &Pack) -> Vocabulary {
    let apis = &pack.provider.apis;
    let credentials = authentication::credentials(apis);
    let mut simulator = Vocabulary::from_names(["api_key", "webhook_secret"]);
    apis.keys().for_each(|api| simulator.add(&format!("{api}_api"), &Value::Null));
    if !credentials.is_empty() {
        let names = credentials.into_iter().map(|name| (name, Value::Null)).collect();
        simulator.add("credentials", &Value::Object(names));
    }
    Vocabulary::Known([("preflight".to_owned(), Vocabulary::Open), ("simulator".to_owned(), simulator)].into())
}

/// Returns the names that actions capture in the same environment or in the rehearsal.
fn learned<'p>(pointer: &str, profile: &'p Profile) -> BTreeSet<&'p str> {
    let actions = match pointer.split('/').nth(1) {
        Some("rehearsal") => profile.rehearsal.as_ref().map(|rehearsal| &rehearsal.actions),
        _ => pointer.split('/').nth(2).and_then(|name| {
            let found = profile.environments.iter().find(|(environment, _)| environment.word() == name);
            found.map(|(_, inside)| &inside.actions)
        }),
    };
    actions.into_iter().flatten().flat_map(|(_, call)| call.capture.keys().map(String::as_str)).collect()
}

/// Returns the arguments that checks give an action besides those of the pack.
fn with<'p>(pack: &'p Pack, name: &'p str) -> impl Iterator<Item = (&'p String, &'p Value)> {
    let steps = pack.checks.iter().flat_map(|packed| &packed.check.when);
    steps.filter_map(Step::action).filter(move |action| action.action == name).flat_map(|action| &action.with)
}

/// Returns the names of all actions that the pack may ask for.
fn actions(pack: &Pack) -> BTreeSet<&str> {
    let provider = &pack.provider;
    let steps = pack.checks.iter().flat_map(|packed| &packed.check.when);
    let asked = steps.filter_map(|step| Some(step.action()?.action.as_str()));
    let after = provider.webhooks.iter().filter_map(|hooks| hooks.known_after.as_deref());
    provider.actions.keys().map(String::as_str).chain(asked).chain(after).chain(["restart"]).collect()
}

/// Finds actions that the pack never asks for.
pub(in crate::profile) fn unknown_actions(document: &Document, written: &Value, pack: &Pack) -> Vec<Problem> {
    let mut places = vec!["/rehearsal/actions".to_owned()];
    let environments = written.get("environments").and_then(Value::as_object);
    places.extend(environments.into_iter().flatten().map(|(name, _)| format!("/environments/{name}/actions")));
    let known = actions(pack);
    let mut problems = Vec::new();
    for place in places {
        let named = written.pointer(&place).and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name);
        for name in named.filter(|name| !known.contains(name.as_str())) {
            let problem =
                document.problem_at_key(&place, name, format!("{} has no action `{name}`", pack.provider.name));
            let all = format!("known here: {}", known.iter().copied().collect::<Vec<_>>().join(", "));
            problems.push(problem.nearest_or(name, known.iter().copied(), &all));
        }
    }
    problems
}
