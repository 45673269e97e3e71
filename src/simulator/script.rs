//! A pack's simulator description, ready to run: its fixtures are loaded, and every reference is checked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::expressions::{Evaluator, ExpressionError};
use crate::pack::fixtures::Fixtures;
use crate::pack::provider::Provider;
use crate::pack::simulator::{Find, Mode, Outcome, RouteSpec, Rule, SimulatorSpec};
use crate::pack::types::Route;
use crate::template;

/// A description that can be simulated, with its settings.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) provider: Provider,
    pub(super) spec: SimulatorSpec,
    pub(super) mode: Mode,
    pub(super) api_key: String,
    pub(super) credentials: BTreeMap<String, String>,
    pub(super) words: Evaluator,
    /// The operations that the provider publishes, by API.
    pub(super) operations: BTreeMap<String, Vec<Route>>,
}

/// The settings of a simulation besides its description.
#[derive(Clone, Debug)]
pub(super) struct Setting<'a> {
    pub(super) mode: Mode,
    pub(super) api_key: &'a str,
    pub(super) credentials: &'a BTreeMap<String, String>,
    /// The partner's profile without secrets.
    pub(super) profile: &'a Value,
    /// The base URL of pages that replies link to, without a trailing `/`.
    pub(super) pages: &'a str,
    /// Changed fields of the initial records, by the name of the record.
    pub(super) overrides: &'a Map<String, Value>,
    /// Whether handlers on this machine may subscribe.
    pub(super) local_handlers: bool,
}

impl Script {
    /// Loads everything that the description names.
    ///
    /// # Errors
    ///
    /// All problems of the description, one sentence each.
    pub(super) fn new(provider: &Provider, fixtures: &Fixtures, setting: &Setting) -> Result<Self, Vec<String>> {
        let spec = provider.simulator.clone().ok_or_else(|| {
            vec!["`provider.yaml` has no `simulator` section, so the provider cannot be simulated".to_owned()]
        })?;
        let mut problems = Vec::new();
        let mut load = |name: &String| {
            fixtures.json(name).unwrap_or_else(|error| {
                problems.push(error.to_string());
                Value::Null
            })
        };
        let mut loaded: BTreeMap<String, Value> =
            included(&spec, provider).iter().map(|name| (name.clone(), load(name))).collect();
        // Fixtures may include fixtures, so this goes on until no new name appears.
        while let Some(name) = loaded.values().flat_map(inclusions).find(|name| !named(&loaded, &spec, name)) {
            let fixture = load(&name);
            loaded.insert(name, fixture);
        }
        let mut globals = Map::from_iter([
            ("facts".to_owned(), json!(provider.facts)),
            ("mode".to_owned(), json!(setting.mode.word())),
            ("profile".to_owned(), setting.profile.clone()),
            ("pages".to_owned(), json!(setting.pages)),
            ("local_handlers".to_owned(), json!(setting.local_handlers)),
        ]);
        globals.extend(spec.tables.iter().map(|(name, fixture)| (name.clone(), load(fixture))));
        let operations = spec.operations.as_ref().map(&mut load);
        for (name, fixture) in &spec.initial_records {
            let mut held = load(fixture);
            for (member, value) in setting.overrides.get(name).and_then(Value::as_object).into_iter().flatten() {
                held[member] = value.clone();
            }
            globals.insert(name.clone(), held.clone());
            loaded.insert(name.clone(), held);
        }
        if let Some(name) = loaded.keys().find(|name| includes(&loaded, name, name, &mut BTreeSet::new())) {
            return Err(vec![format!("the fixture `{name}` includes itself endlessly")]);
        }
        for (name, fixture) in &loaded {
            crate::json::texts(fixture, &mut |_, text| {
                problems
                    .extend(template::only_expressions(text).err().map(|error| format!("fixture `{name}`: {error}")));
            });
        }
        let words = Evaluator::new(&globals, loaded);
        let (api_key, credentials) = (setting.api_key.to_owned(), setting.credentials.clone());
        let operations = operations.map_or_else(BTreeMap::new, |json| read_operations(&json, &mut problems));
        let script =
            Script { provider: provider.clone(), spec, mode: setting.mode, api_key, credentials, words, operations };
        problems.extend(Checker { script: &script, problems: Vec::new() }.check());
        if problems.is_empty() { Ok(script) } else { Err(problems) }
    }
}

fn named(loaded: &BTreeMap<String, Value>, spec: &SimulatorSpec, name: &str) -> bool {
    loaded.contains_key(name) || spec.initial_records.contains_key(name)
}

/// Reads the published operations from a fixture, which lists `METHOD /path` by API.
fn read_operations(json: &Value, problems: &mut Vec<String>) -> BTreeMap<String, Vec<Route>> {
    let mut route = |listed: &Value| {
        let route = listed.as_str().and_then(Route::parse);
        if route.is_none() {
            problems.push(format!("`operations` lists {listed}, which is not `METHOD /path`"));
        }
        route
    };
    let apis = json.as_object().into_iter().flatten();
    apis.map(|(api, listed)| (api.clone(), listed.as_array().into_iter().flatten().filter_map(&mut route).collect()))
        .collect()
}

/// Returns the names of the fixtures that the description itself names.
fn included(spec: &SimulatorSpec, provider: &Provider) -> Vec<String> {
    let events = provider.webhooks.iter().flat_map(|webhooks| webhooks.events.values()).map(|event| event.body.clone());
    let records = spec.records.values().map(|record| record.of.clone());
    let bodies = spec.replies.values().filter_map(|reply| reply.body.as_ref());
    let replies = bodies.flat_map(|body| body.as_str().map_or_else(|| inclusions(body), |name| vec![name.to_owned()]));
    events.chain(records).chain(replies).filter(|name| !spec.initial_records.contains_key(name)).collect()
}

/// Returns the names of the fixtures that a JSON value includes.
fn inclusions(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(name, inner)| match inner.as_str() {
                Some(fixture) if name == "$is" => vec![fixture.to_owned()],
                _ => inclusions(inner),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(inclusions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Whether a fixture includes another one, directly or indirectly.
fn includes(loaded: &BTreeMap<String, Value>, from: &str, other: &str, seen: &mut BTreeSet<String>) -> bool {
    let inner = loaded.get(from).map(inclusions).unwrap_or_default();
    inner.iter().any(|name| name == other || (seen.insert(name.clone()) && includes(loaded, name, other, seen)))
}

/// Finds references to something that does not exist, and conditions and templates that do not parse.
struct Checker<'a> {
    script: &'a Script,
    problems: Vec<String>,
}

impl Checker<'_> {
    fn check(mut self) -> Vec<String> {
        let spec = &self.script.spec;
        for (name, reply) in &spec.replies {
            let body = reply.body.as_ref().filter(|body| !body.is_string()).unwrap_or(&Value::Null);
            self.note(&format!("replies.{name}"), self.script.words.check(body));
        }
        let default_replies = &spec.default_replies;
        // A description without routes needs no default replies, and one without states needs no initial state.
        if !spec.routes.is_empty() {
            for name in [
                &default_replies.unknown_route,
                &default_replies.unauthenticated,
                &default_replies.malformed,
                &default_replies.wrong_type,
            ] {
                self.reply("default_replies", name);
            }
            self.reply("default_replies", &default_replies.too_large);
            self.reply("default_replies", &default_replies.not_here);
            let further = [&default_replies.wrong_query, &default_replies.wrong_method, &default_replies.not_played];
            further.into_iter().flatten().for_each(|name| self.reply("default_replies", name));
        }
        if !spec.states.is_empty() || !spec.client.within.is_empty() {
            self.state("client.starts", &spec.client.starts);
        }
        let told = self.script.provider.webhooks.as_ref().and_then(|hooks| hooks.disable.creates.as_ref());
        if let Some(kind) = told {
            self.record("webhooks.disable.creates", kind);
        }
        if let Some(quotas) = &spec.quotas {
            self.reply("quotas", &quotas.reply);
            self.note("quotas", self.script.words.check(&json!(quotas.with)));
        }
        for (name, rules) in &spec.rules {
            for rule in rules {
                self.rule(&format!("rules.{name}"), rule);
            }
        }
        for (api, routes) in &spec.routes {
            if !self.script.provider.apis.contains_key(api) {
                self.problems.push(format!("`routes` names the API `{api}`, which `apis` does not define"));
            }
            routes.iter().for_each(|(route, call)| self.call(&format!("routes.{api}.{route}"), call));
        }
        for (name, state) in &spec.states {
            self.note(&format!("states.{name}"), self.script.words.check(&json!(state.with)));
            let outcomes = state.calls.values().chain(state.events.values()).flatten();
            outcomes.for_each(|outcome| self.outcome(&format!("states.{name}"), outcome));
        }
        self.problems
    }

    fn call(&mut self, at: &str, call: &RouteSpec) {
        call.validate.iter().for_each(|rule| self.rule(at, rule));
        call.find.values().for_each(|find| self.find(at, find));
        self.note(at, self.script.words.check(&json!(call.computes)));
        if let Some(repeats) = &call.idempotency {
            self.reply(at, &repeats.conflict);
            repeats.too_long.iter().for_each(|name| self.reply(at, name));
        }
        call.query.values().filter_map(|parameter| parameter.means.as_ref()).for_each(|means| {
            self.note(at, self.script.words.check(&json!(means)));
        });
        if let Some(list) = &call.list {
            let search = list.search.as_ref().map(|search| &search.text);
            self.note(at, self.script.words.check(&json!([list.members, list.from, list.to, search, list.counts])));
        }
        call.outcomes.iter().for_each(|outcome| self.outcome(at, outcome));
    }

    fn find(&mut self, at: &str, find: &Find) {
        find.otherwise.iter().for_each(|name| self.reply(at, name));
        find.creates.iter().for_each(|name| self.record(at, name));
        self.note(at, self.script.words.check(&json!(find.members)));
    }

    fn rule(&mut self, at: &str, rule: &Rule) {
        if let Some(condition) = &rule.condition {
            self.note(at, self.script.words.check_condition(condition));
        }
        match (&rule.rules, &rule.reply) {
            (Some(name), _) if !self.script.spec.rules.contains_key(name) => {
                self.problems.push(format!("{at}: `rules.{name}` does not exist"));
            }
            (None, None) => self.problems.push(format!("{at}: a rule needs a `reply`")),
            (_, Some(name)) => self.reply(at, name),
            (Some(_), None) => {}
        }
        self.note(at, self.script.words.check(&json!(rule.with)));
    }

    fn outcome(&mut self, at: &str, outcome: &Outcome) {
        if let Some(condition) = &outcome.condition {
            self.note(at, self.script.words.check_condition(condition));
        }
        self.note(at, self.script.words.check(&json!([outcome.with, outcome.sends])));
        for refused in &outcome.rejects {
            self.note(at, self.script.words.check_condition(&refused.condition));
            self.note(at, self.script.words.check(&json!(refused.with)));
        }
        for change in &outcome.changes {
            self.note(at, self.script.words.check(&json!([change.members, change.set])));
        }
        for remove in &outcome.removes {
            self.note(at, self.script.words.check(&json!(remove.members)));
        }
        outcome.creates.iter().for_each(|name| self.record(at, name));
        outcome.new_state.iter().for_each(|name| self.state(at, name));
        outcome.reply.iter().for_each(|name| self.reply(at, name));
    }

    fn note(&mut self, at: &str, found: Result<(), ExpressionError>) {
        self.problems.extend(found.err().map(|problem| format!("{at}: {problem}")));
    }

    fn reply(&mut self, at: &str, name: &str) {
        self.exists(at, "replies", name, self.script.spec.replies.contains_key(name));
    }

    fn record(&mut self, at: &str, name: &str) {
        self.exists(at, "records", name, self.script.spec.records.contains_key(name));
    }

    fn state(&mut self, at: &str, name: &str) {
        self.exists(at, "states", name, self.script.spec.states.contains_key(name));
    }

    fn exists(&mut self, at: &str, section: &str, name: &str, there: bool) {
        if !there {
            self.problems.push(format!("{at}: `{section}.{name}` does not exist"));
        }
    }
}
