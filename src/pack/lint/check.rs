//! The lints of one check.

use std::collections::BTreeSet;

use super::linter::{Linter, ROOTS};
use crate::pack::expectations::{DeliveryRule, Expectation, Source};
use crate::pack::step::{EventChoice, Step};
use crate::template::{self, TemplateError};
use crate::yaml::Problem;

/// The lookup that a `config` step may query.
const INSPECTED: &str = "lookups.processed";

/// Words with a meaning of their own in `delivery`, which are not names of steps.
const DELIVERY_WORDS: [&str; 3] = ["control", "altered", "each"];

impl Linter<'_> {
    /// Finds everything that is wrong with the check.
    pub(super) fn lint_all(&self) -> Vec<Problem> {
        let mut problems = self.names();
        problems.extend(self.shape());
        problems.extend(self.lint_prose());
        problems.extend(self.idle());
        problems.extend(self.contrary());
        problems.extend(self.optional());
        problems.extend(self.steps());
        for (word, list) in [("assume", &self.check().assume), ("then", &self.check().then)] {
            for (index, expectation) in list.iter().enumerate() {
                problems.extend(self.expectation(&format!("/{word}/{index}"), expectation));
            }
        }
        problems.extend(self.rehearsed());
        problems.extend(self.templates());
        problems
    }

    /// Finds an id that does not match the path, and items and `needs` that do not exist.
    fn names(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let wanted = self.read.path.trim_end_matches(".yaml").trim_end_matches(".yml").replace('/', ".");
        if self.check().id != wanted {
            let problem = self.problem_at("/id", format!("`{}` does not match the path of the file", self.check().id));
            problems.push(problem.hint(format!("by the path it must be `{wanted}`: section, dot, file name")));
        }
        for (index, item) in self.check().items.iter().enumerate() {
            if !self.items.contains(item.as_str()) {
                let problem =
                    self.problem_at(&format!("/items/{index}"), format!("`{item}` is not an item of the provider"));
                problems.push(problem.nearest(item, self.items.iter().copied()));
            }
        }
        if self.check().items.is_empty() {
            problems.push(self.problem_at("/items", "a check must serve at least one item"));
        }
        for (index, need) in self.check().needs.iter().enumerate() {
            if !self.known.contains(need.as_str()) {
                let problem =
                    self.problem_at(&format!("/needs/{index}"), format!("`{need}` is not a check of this pack"));
                problems.push(problem.nearest(need, self.known.iter().copied()));
            }
        }
        problems
    }

    /// Finds what makes the check do nothing or unable to fail.
    fn shape(&self) -> Vec<Problem> {
        let check = self.check();
        let mut problems = Vec::new();
        if check.when.is_empty() {
            problems.push(self.problem_at("/when", "a check needs at least one step"));
        }
        if check.then.is_empty() && !check.only_asks() {
            problems.push(
                self.problem_at("/then", "there is no expectation, so this check cannot fail")
                    .hint("state under `then` what must hold"),
            );
        }
        if check.assume.is_empty() && check.then.iter().any(Expectation::bounds_from_above) {
            let problem = self.problem_at("/then", "this holds when nothing happens, so a silent partner would pass");
            problems
                .push(problem.hint("state under `assume` what must have happened for the check to decide anything"));
        }
        if let Some(applies) = &check.applies
            && let Err(error) = template::check_condition(&applies.condition)
        {
            let (TemplateError::Invalid(why) | TemplateError::Missing(why)) = error;
            problems.push(self.problem_at("/applies/if", format!("the condition is invalid: {why}")));
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
                    let why = if reserved { "is a reserved word" } else { "is already the name of an earlier step" };
                    problems.push(self.problem_at(&format!("{pointer}/as"), format!("`{name}` {why}")));
                }
            }
        }
        problems
    }

    fn step(&self, pointer: &str, step: &Step, earlier: &BTreeSet<&str>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for stage in self.check().stage.0.iter().filter(|stage| !step.stages().contains(stage)) {
            problems
                .push(self.problem_at(pointer, format!("`{}` is not possible in the stage `{stage}`", step.verb())));
        }
        if let Some(api) = step.request().and_then(|request| request.api.as_ref())
            && !self.provider.apis.contains_key(api)
        {
            let problem = self.problem_at(&format!("{pointer}/api"), format!("`{api}` is not an API of the provider"));
            problems.push(problem.nearest(api, self.provider.apis.keys().map(String::as_str)));
        }
        if let Some(deliver) = step.deliver() {
            problems.extend(self.deliver(pointer, &deliver.deliver, earlier));
            problems.extend(self.alterations(pointer, deliver));
        }
        if let Some(action) = step.action() {
            problems.extend(self.action(&format!("{pointer}/action"), &action.action));
        }
        if let Some(config) = step.config() {
            problems.extend(self.config(&format!("{pointer}/config"), &config.config));
            if (config.config == INSPECTED) != config.of.is_some() {
                let message = format!("`{INSPECTED}` needs `of`, the id of an event, and `of` needs `{INSPECTED}`");
                problems.push(self.problem_at(&format!("{pointer}/config"), message));
            }
        }
        problems
    }

    /// Reports an action that no profile for this provider can have.
    fn action(&self, pointer: &str, name: &str) -> Option<Problem> {
        let known = || self.provider.actions.keys().map(String::as_str).chain(["restart"]);
        if self.provider.actions.is_empty() || known().any(|known| known == name) {
            return None;
        }
        let problem = self.problem_at(pointer, format!("`{name}` is not one of the `actions` of provider.yaml"));
        Some(problem.nearest(name, known()))
    }

    /// Reports a value that no environment of a profile has.
    fn config(&self, pointer: &str, path: &str) -> Option<Problem> {
        let apis = self.provider.apis.keys().map(|api| format!("apis.{api}"));
        let plain = ["api_key", "webhook.url", "webhook.secret", INSPECTED].map(str::to_owned).into_iter();
        let details = self.provider.settings.keys().map(|name| format!("settings.{name}"));
        let emails = self.provider.emails.keys().map(|name| format!("emails.{name}"));
        let known: Vec<String> = plain.chain(apis).chain(details).chain(emails).collect();
        if known.iter().any(|known| known == path) {
            return None;
        }
        let problem = self.problem_at(pointer, format!("an environment of a profile has no `{path}`"));
        let near = problem.clone().nearest(path, known.iter().map(String::as_str));
        Some(if near.hint.is_some() { near } else { problem.hint(format!("known: {}", known.join(", "))) })
    }

    fn deliver(&self, pointer: &str, which: &EventChoice, earlier: &BTreeSet<&str>) -> Vec<Problem> {
        let Some(hooks) = &self.provider.webhooks else {
            return vec![self.problem_at(pointer, "the provider has no `webhooks`, so nothing can be delivered")];
        };
        let pointer = format!("{pointer}/deliver");
        match which {
            EventChoice::Each => Vec::new(),
            EventChoice::Event(event) if template::is_template(event) || hooks.events.contains_key(event) => Vec::new(),
            EventChoice::Event(event) => {
                let problem = self.problem_at(&pointer, format!("`{event}` is not an event of the provider"));
                vec![problem.nearest(event, hooks.events.keys().map(String::as_str))]
            }
            EventChoice::Again(step) if earlier.contains(step.as_str()) => Vec::new(),
            EventChoice::Again(step) => vec![self.problem_at(&pointer, format!("there is no earlier step `{step}`"))],
        }
    }

    pub(super) fn expectation(&self, pointer: &str, expectation: &Expectation) -> Vec<Problem> {
        match expectation {
            Expectation::Response(e) => self.refer(&format!("{pointer}/response"), &e.response.0, &[], &["request"]),
            Expectation::Delivery(e) => {
                let mut problems =
                    self.refer(&format!("{pointer}/delivery"), &e.delivery.0, &DELIVERY_WORDS, &["deliver"]);
                let series = self
                    .check()
                    .when
                    .iter()
                    .any(|step| step.deliver().is_some_and(|deliver| !deliver.alter.is_empty()));
                if !series && e.delivery.0.iter().any(|name| name == "control" || name == "altered") {
                    problems.push(self.problem_at(
                        &format!("{pointer}/delivery"),
                        "no step has `alter`, so there are no controls and no altered deliveries",
                    ));
                }
                if e.is.is_none() && e.status.is_none() {
                    problems.push(
                        self.problem_at(pointer, "this states nothing about the delivery")
                            .hint("add `is: accepted` or `is: rejected`"),
                    );
                }
                if e.is == Some(DeliveryRule::AsDeclared) && !self.every_variant_expects() {
                    problems.push(self.problem_at(pointer, "`is: as_declared` needs an `expect` in every alteration"));
                }
                problems
            }
            Expectation::Effect(e) => {
                let mut problems =
                    self.refer(&format!("{pointer}/effect"), std::slice::from_ref(&e.effect), &[], &["deliver"]);
                if e.exactly.is_none() && e.at_least.is_none() && e.at_most.is_none() {
                    problems.push(
                        self.problem_at(pointer, "this states nothing about the effect").hint("add `exactly: 1`"),
                    );
                }
                problems
            }
            Expectation::Shown(_)
            | Expectation::Calls(_)
            | Expectation::UserMessage(_)
            | Expectation::ProviderRecords(_)
            | Expectation::DeniedHosts(_) => Vec::new(),
            Expectation::Values(e) => {
                let mut problems = Vec::new();
                if let Source::Selection(selection) = &e.values {
                    problems.extend(self.refer(
                        &format!("{pointer}/values/of"),
                        std::slice::from_ref(&selection.of),
                        &[],
                        &["request", "config"],
                    ));
                }
                if e.are.is_none() && e.all_match.is_none() {
                    problems.push(
                        self.problem_at(pointer, "this states nothing about the values")
                            .hint("add `are` or `all_match`"),
                    );
                }
                problems
            }
            Expectation::AnyOf(e) => {
                let inner = e.any_of.iter().enumerate();
                inner
                    .flat_map(|(index, branch)| self.expectation(&format!("{pointer}/any_of/{index}"), branch))
                    .collect()
            }
        }
    }

    fn every_variant_expects(&self) -> bool {
        let mut delivered = self.check().when.iter().filter_map(Step::deliver);
        delivered.all(|deliver| deliver.alter.values().all(|variant| variant.expect.is_some()))
    }

    /// Finds names of steps that do not exist or are of the wrong kind. `words` are allowed besides steps, `verbs` are
    /// the right kinds.
    pub(super) fn refer(&self, pointer: &str, names: &[String], words: &[&str], verbs: &[&str]) -> Vec<Problem> {
        let steps = || self.check().when.iter().filter_map(|step| Some((step.name()?, step.verb())));
        let mut problems = Vec::new();
        for name in names.iter().filter(|name| !words.contains(&name.as_str())) {
            match steps().find(|(known, _)| known == name) {
                Some((_, verb)) if verbs.contains(&verb) => {}
                Some((_, verb)) => {
                    let wanted = verbs.iter().map(|verb| format!("`{verb}`")).collect::<Vec<_>>().join(" or ");
                    let message = format!("`{name}` is a `{verb}` step, but this needs {wanted} steps");
                    problems.push(self.problem_at(pointer, message));
                }
                None => {
                    let known = steps().map(|(known, _)| known).chain(words.iter().copied());
                    problems.push(self.problem_at(pointer, format!("there is no step `{name}`")).nearest(name, known));
                }
            }
        }
        problems
    }
}
