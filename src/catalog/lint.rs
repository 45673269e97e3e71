//! What a schema cannot say: names that lead nowhere, checks that cannot fail, circles, and the like.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::check::Check;
use super::expect::{DeliveryRule, Expectation, Source};
use super::fixtures::Fixtures;
use super::load::PackedCheck;
use super::provider::Provider;
use super::step::{Step, Which};
use super::words::Stage;
use crate::template;
use crate::yaml::{Document, Problem};

/// Names that templates may begin with, whatever the check.
const ROOTS: [&str; 8] = ["profile", "provider", "environment", "client", "clients", "item", "simulator", "event_id"];

/// Words that `delivery` understands by itself.
const DELIVERY_WORDS: [&str; 3] = ["control", "varied", "each"];

/// Everything that is wrong with a pack as a whole.
pub(super) fn pack(
    provider: &Provider,
    facts: &Value,
    document: &Document,
    checks: &[(String, PackedCheck)],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut problems = provider_file(provider, document, checks, fixtures);
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let known: BTreeSet<&str> = checks.iter().map(|(_, other)| other.check.id.as_str()).collect();
    for (path, packed) in checks {
        if let Some(first) = seen.insert(&packed.check.id, path) {
            problems.push(at(packed, "/id", format!("`{}` is the id of {first} as well", packed.check.id)));
        }
        problems.extend(Linter { provider, facts, packed, path }.all(&known));
    }
    problems.extend(circles(checks));
    problems
}

fn at(packed: &PackedCheck, pointer: &str, message: String) -> Problem {
    packed.document.problem(pointer, message)
}

fn provider_file(
    provider: &Provider,
    document: &Document,
    checks: &[(String, PackedCheck)],
    fixtures: &Fixtures,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if checks.is_empty() {
        problems.push(
            document
                .problem("/items", "this pack has no checks")
                .hint("add one YAML file a check below a folder for its section"),
        );
    }
    let mut ids = BTreeSet::new();
    for (index, item) in provider.items.iter().enumerate() {
        let pointer = format!("/items/{index}/id");
        if !ids.insert(&item.id) {
            problems.push(document.problem(&pointer, format!("the item `{}` is listed twice", item.id)));
        }
    }
    let unserved =
        |item: &&super::provider::Item| !checks.iter().any(|(_, packed)| packed.check.items.contains(&item.id));
    let without: Vec<&str> = provider.items.iter().filter(unserved).map(|item| item.id.as_str()).collect();
    if !checks.is_empty() && !without.is_empty() {
        let message = format!("{} of {} items have no check", without.len(), provider.items.len());
        problems.push(document.problem_at_key("", "items", message).warning().hint(without.join(", ")));
    }
    for (api, rule) in &provider.apis {
        if let super::provider::Api::Bearer(bearer) = rule
            && !provider.apis.contains_key(&bearer.from)
        {
            problems.push(
                document
                    .problem(&format!("/apis/{api}/bearer/from"), format!("`{}` is not one of the apis", bearer.from)),
            );
        }
    }
    for (name, event) in provider.webhooks.iter().flat_map(|hooks| &hooks.events) {
        if let Err(error) = fixtures.json(&event.body) {
            let pointer = format!("/webhooks/events/{}/body", name.replace('/', "~1"));
            problems.push(document.problem(&pointer, error.to_string()));
        }
    }
    for name in fixtures.names().filter(|name| !name.starts_with("sample/")) {
        let stem = name.strip_suffix(".json").unwrap_or(name);
        // Fixtures may be made of others.
        let inside =
            || fixtures.all().any(|(other, text)| other != name && String::from_utf8_lossy(text).contains(stem));
        let used = document.text.contains(stem)
            || checks.iter().any(|(_, packed)| packed.document.text.contains(stem))
            || inside();
        if !used {
            problems.push(Problem::of_file(&format!("fixtures/…/{name}"), "is used by nothing in this pack").warning());
        }
    }
    problems
}

/// Circles in `needs`, each told once at its first check.
fn circles(checks: &[(String, PackedCheck)]) -> Vec<Problem> {
    let needs: BTreeMap<&str, &[String]> =
        checks.iter().map(|(_, packed)| (packed.check.id.as_str(), packed.check.needs.as_slice())).collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    for (_, packed) in checks {
        let start = packed.check.id.as_str();
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut left: Vec<&str> = needs[start].iter().map(String::as_str).collect();
        while let Some(id) = left.pop() {
            if reached.insert(id) {
                left.extend(needs.get(id).copied().unwrap_or_default().iter().map(String::as_str));
            }
        }
        if reached.contains(start) && !told.contains(start) {
            told.extend(reached.iter().filter(|id| needs.contains_key(*id)));
            let names = reached.into_iter().collect::<Vec<_>>().join(", ");
            problems.push(at(packed, "/needs", format!("`{start}` needs itself, through {names}")));
        }
    }
    problems
}

/// The lints of one check.
struct Linter<'l> {
    provider: &'l Provider,
    facts: &'l Value,
    packed: &'l PackedCheck,
    path: &'l str,
}

impl Linter<'_> {
    fn check(&self) -> &Check {
        &self.packed.check
    }

    fn at(&self, pointer: &str, message: impl Into<String>) -> Problem {
        at(self.packed, pointer, message.into())
    }

    fn all(&self, known: &BTreeSet<&str>) -> Vec<Problem> {
        let mut problems = self.names(known);
        problems.extend(self.shape());
        problems.extend(self.steps());
        for (word, list) in [("seen", &self.check().seen), ("then", &self.check().then)] {
            for (index, expectation) in list.iter().enumerate() {
                problems.extend(self.expectation(&format!("/{word}/{index}"), expectation));
            }
        }
        problems.extend(self.templates());
        problems
    }

    /// The id, the items and the needs.
    fn names(&self, known: &BTreeSet<&str>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let wanted = self.path.trim_end_matches(".yaml").trim_end_matches(".yml").replace('/', ".");
        if self.check().id != wanted {
            let problem = self.at("/id", format!("`{}` does not say where the file is", self.check().id));
            problems.push(problem.hint(format!("by its path it is `{wanted}`: section, dot, name of the file")));
        }
        for (index, item) in self.check().items.iter().enumerate() {
            if !self.provider.items.iter().any(|known| known.id == *item) {
                let problem = self.at(&format!("/items/{index}"), format!("`{item}` is not an item of the provider"));
                problems.push(problem.nearest(item, self.provider.items.iter().map(|known| known.id.as_str())));
            }
        }
        if self.check().items.is_empty() {
            problems.push(self.at("/items", "a check serves at least one item"));
        }
        for (index, need) in self.check().needs.iter().enumerate() {
            if !known.contains(need.as_str()) {
                let problem = self.at(&format!("/needs/{index}"), format!("`{need}` is not a check of this pack"));
                problems.push(problem.nearest(need, known.iter().copied()));
            }
        }
        problems
    }

    /// Checks that do nothing or cannot fail.
    fn shape(&self) -> Vec<Problem> {
        let check = self.check();
        let mut problems = Vec::new();
        if check.when.is_empty() {
            problems.push(self.at("/when", "a check does at least one thing"));
        }
        if check.then.is_empty() && !check.only_asks() {
            problems.push(
                self.at("/then", "nothing must hold, so this check cannot fail")
                    .hint("say under `then` what must hold"),
            );
        }
        if check.seen.is_empty() && check.then.iter().any(Expectation::bounds_from_above) {
            let problem = self.at("/then", "this holds when nothing happens at all, so silence would pass");
            problems.push(problem.hint("say under `seen` what must have happened for the check to say anything"));
        }
        for field in ["title", "why", "fix"] {
            let text = match field {
                "title" => &check.title,
                "why" => &check.why,
                _ => &check.fix,
            };
            if text.trim().is_empty() {
                problems.push(
                    self.at(
                        &format!("/{field}"),
                        format!("`{field}` is empty: it is what a reader of the report sees"),
                    ),
                );
            }
        }
        problems
    }

    fn steps(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (index, step) in self.check().when.iter().enumerate() {
            let pointer = format!("/when/{index}");
            problems.extend(self.step(&pointer, step, &names));
            if let Some(name) = step.name() {
                let reserved = ROOTS.contains(&name) || DELIVERY_WORDS.contains(&name);
                if reserved || !names.insert(name) {
                    let why =
                        if reserved { "is a word of the language" } else { "is the name of an earlier step as well" };
                    problems.push(self.at(&format!("{pointer}/as"), format!("`{name}` {why}")));
                }
            }
        }
        problems
    }

    fn step(&self, pointer: &str, step: &Step, earlier: &BTreeSet<&str>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let allowed: &[Stage] = match step {
            Step::Request(_) => &[Stage::Test, Stage::Production],
            Step::Deliver(_) | Step::Action(_) | Step::Wait(_) => &[Stage::Rehearsal],
            Step::Config(_) | Step::Ask(_) => &Stage::ALL,
        };
        for stage in self.check().stage.0.iter().filter(|stage| !allowed.contains(stage)) {
            problems.push(self.at(pointer, format!("`{}` is not possible in the stage `{stage}`", step.verb())));
        }
        match step {
            Step::Request(request) => {
                if let Some(api) = request.api.as_ref().filter(|api| !self.provider.apis.contains_key(*api)) {
                    let problem = self.at(&format!("{pointer}/api"), format!("`{api}` is not an API of the provider"));
                    problems.push(problem.nearest(api, self.provider.apis.keys().map(String::as_str)));
                }
                for (name, path) in &request.capture {
                    problems.extend(self.json_path(&format!("{pointer}/capture/{name}"), path));
                }
            }
            Step::Deliver(deliver) => problems.extend(self.deliver(pointer, &deliver.deliver, earlier)),
            Step::Action(_) | Step::Config(_) | Step::Ask(_) | Step::Wait(_) => {}
        }
        problems
    }

    fn deliver(&self, pointer: &str, which: &Which, earlier: &BTreeSet<&str>) -> Vec<Problem> {
        let Some(hooks) = &self.provider.webhooks else {
            return vec![self.at(pointer, "the provider has no `webhooks`, so nothing can be delivered")];
        };
        let pointer = format!("{pointer}/deliver");
        match which {
            Which::Each => Vec::new(),
            Which::Event(event) if template::is_template(event) || hooks.events.contains_key(event) => Vec::new(),
            Which::Event(event) => {
                let problem = self.at(&pointer, format!("`{event}` is not an event of the provider"));
                vec![problem.nearest(event, hooks.events.keys().map(String::as_str))]
            }
            Which::Again(step) if earlier.contains(step.as_str()) => Vec::new(),
            Which::Again(step) => vec![self.at(&pointer, format!("no earlier step is called `{step}`"))],
        }
    }

    fn expectation(&self, pointer: &str, expectation: &Expectation) -> Vec<Problem> {
        match expectation {
            Expectation::Answer(e) => {
                let mut problems = self.refer(&format!("{pointer}/answer"), &e.answer.0, &[]);
                for path in e.body.keys() {
                    problems.extend(self.json_path(&format!("{pointer}/body"), path));
                }
                problems
            }
            Expectation::Delivery(e) => {
                let mut problems = self.refer(&format!("{pointer}/delivery"), &e.delivery.0, &DELIVERY_WORDS);
                let series =
                    self.check().when.iter().any(|step| matches!(step, Step::Deliver(d) if !d.vary.is_empty()));
                if !series && e.delivery.0.iter().any(|name| name == "control" || name == "varied") {
                    problems.push(self.at(
                        &format!("{pointer}/delivery"),
                        "no step has `vary`, so there is neither control nor variant",
                    ));
                }
                if e.is.is_none() && e.status.is_none() {
                    problems.push(
                        self.at(pointer, "this says nothing about the delivery")
                            .hint("add `is: accepted` or `is: refused`"),
                    );
                }
                if e.is == Some(DeliveryRule::Expected) && !self.every_variant_expects() {
                    problems.push(self.at(pointer, "`is: expected` needs an `expect` in every variant"));
                }
                problems
            }
            Expectation::Effect(e) => {
                let mut problems = self.refer(&format!("{pointer}/effect"), std::slice::from_ref(&e.effect), &[]);
                if e.exactly.is_none() && e.at_least.is_none() && e.at_most.is_none() {
                    problems.push(self.at(pointer, "this says nothing about the effect").hint("add `exactly: 1`"));
                }
                problems
            }
            Expectation::Presented(_) => Vec::new(),
            Expectation::Values(e) => {
                let mut problems = Vec::new();
                if let Source::Selection(selection) = &e.values {
                    problems.extend(self.refer(
                        &format!("{pointer}/values/of"),
                        std::slice::from_ref(&selection.of),
                        &[],
                    ));
                    for path in [&selection.select, &selection.take].into_iter().chain(selection.filter.keys()) {
                        problems.extend(self.json_path(&format!("{pointer}/values"), path));
                    }
                }
                if e.are.is_none() && e.each.is_none() {
                    problems.push(self.at(pointer, "this says nothing about the values").hint("add `are` or `each`"));
                }
                problems
            }
            Expectation::Either(e) => {
                let inner = e.either.iter().enumerate();
                inner
                    .flat_map(|(index, branch)| self.expectation(&format!("{pointer}/either/{index}"), branch))
                    .collect()
            }
        }
    }

    fn every_variant_expects(&self) -> bool {
        self.check().when.iter().all(|step| match step {
            Step::Deliver(deliver) => deliver.vary.values().all(|variant| variant.expect.is_some()),
            Step::Request(_) | Step::Action(_) | Step::Config(_) | Step::Ask(_) | Step::Wait(_) => true,
        })
    }

    /// Names of steps that do not exist.
    fn refer(&self, pointer: &str, names: &[String], words: &[&str]) -> Vec<Problem> {
        let steps: Vec<&str> = self.check().when.iter().filter_map(Step::name).collect();
        let unknown = names.iter().filter(|name| !steps.contains(&name.as_str()) && !words.contains(&name.as_str()));
        unknown
            .map(|name| {
                let known = steps.iter().chain(words).copied();
                self.at(pointer, format!("no step is called `{name}`")).nearest(name, known)
            })
            .collect()
    }

    fn json_path(&self, pointer: &str, path: &str) -> Option<Problem> {
        let error = serde_json_path::JsonPath::parse(path).err()?;
        Some(self.at(pointer, format!("`{path}` is not a JSON path: {error}")))
    }

    /// Templates that do not parse, or begin with a name that nothing has.
    fn templates(&self) -> Vec<Problem> {
        if !template::is_template(&self.packed.document.text) {
            return Vec::new();
        }
        let Ok(json) = self.packed.document.parse() else { return Vec::new() };
        let mut problems = Vec::new();
        walk(&json, String::new(), &mut |pointer, text| match template::names(text) {
            Err(error) => problems.push(self.at(pointer, error.to_string())),
            Ok(names) => problems.extend(names.iter().filter_map(|name| self.unknown_name(pointer, name))),
        });
        problems
    }

    fn unknown_name(&self, pointer: &str, name: &str) -> Option<Problem> {
        let root = name.split('.').next().unwrap_or(name);
        let steps: Vec<&str> = self.check().when.iter().filter_map(Step::name).collect();
        // Variants of a delivery are written over the words of the webhook scheme.
        let scheme = pointer.contains("/vary/") || pointer.contains("/with/");
        if scheme && ["t", "id", "event", "body", "mac", "secret"].contains(&root) {
            return None;
        }
        if let Some(fact) = name.strip_prefix("provider.").filter(|fact| template::lookup(self.facts, fact).is_none()) {
            return Some(self.at(pointer, format!("the pack's provider.yaml says nothing at `{fact}`")));
        }
        if ROOTS.contains(&root) || steps.contains(&root) {
            return None;
        }
        let known = ROOTS.iter().copied().chain(steps);
        Some(
            self.at(pointer, format!("`{root}` is neither a step of this check nor a known name")).nearest(root, known),
        )
    }
}

fn walk(value: &Value, pointer: String, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(&pointer, text),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, v)| walk(v, format!("{pointer}/{at}"), found)),
        Value::Object(map) => map
            .iter()
            .for_each(|(key, v)| walk(v, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
