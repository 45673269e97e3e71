//! The lints of expectations about what the partner did in a rehearsal.

use std::collections::BTreeSet;

use super::linter::{Linter, ROOTS};
use crate::pack::expectations::Expectation;
use crate::pack::step::Step;
use crate::pack::traffic::{Calls, CallsExpectation, CallsWhere};
use crate::pack::types::{Names, Route};
use crate::template;
use crate::yaml::Problem;

/// The names that expectations have given to calls so far.
pub(super) type NamedCalls<'c> = BTreeSet<&'c str>;

impl<'l> Linter<'l> {
    /// Finds everything that is wrong with these expectations in `assume` and `then`, in their order.
    pub(super) fn expected(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut bound = NamedCalls::new();
        for (index, expectation) in self.check().assume.iter().enumerate() {
            problems.extend(self.traffic(&format!("/assume/{index}"), expectation, &mut bound));
        }
        for (index, expectation) in self.check().then.iter().enumerate() {
            let pointer = format!("/then/{index}");
            problems.extend(self.traffic(&pointer, expectation, &mut bound));
        }
        problems
    }

    /// Returns the names that expectations give to calls.
    pub(super) fn bound(&self) -> Vec<&str> {
        fn names<'c>(expectation: &'c Expectation, found: &mut Vec<&'c str>) {
            match expectation {
                Expectation::Calls(calls) => found.extend(calls.name.as_deref()),
                Expectation::AnyOf(either) => either.any_of.iter().for_each(|branch| names(branch, found)),
                Expectation::Response(_)
                | Expectation::Delivery(_)
                | Expectation::Effect(_)
                | Expectation::Shown(_)
                | Expectation::UserMessage(_)
                | Expectation::ProviderRecords(_)
                | Expectation::DeniedHosts(_)
                | Expectation::Values(_) => {}
            }
        }
        let mut found = Vec::new();
        self.check().assume.iter().chain(&self.check().then).for_each(|expectation| names(expectation, &mut found));
        found
    }

    fn clients(&self, pointer: &str, names: Option<&Names>) -> Vec<Problem> {
        let named = names.iter().flat_map(|names| &names.0).filter(|name| *name != "each");
        named.filter_map(|name| self.client(&format!("{pointer}/client"), name)).collect()
    }

    pub(super) fn traffic<'c>(
        &self,
        pointer: &str,
        expectation: &'c Expectation,
        bound: &mut NamedCalls<'c>,
    ) -> Vec<Problem> {
        match expectation {
            Expectation::Calls(e) => self.calls(pointer, e, bound),
            Expectation::UserMessage(e) => {
                let steps = [("user_message", &e.user_message), ("unlike", &e.unlike)];
                let refer = |(word, name): (&str, &String)| {
                    self.refer(&format!("{pointer}/{word}"), std::slice::from_ref(name), &[], &["action"])
                };
                steps.into_iter().flat_map(refer).collect()
            }
            Expectation::ProviderRecords(e) => {
                let mut problems = self.clients(pointer, e.client.as_ref());
                let collections: Vec<&str> = self.collections();
                for name in e.provider_records.keys().filter(|name| !collections.contains(&name.as_str())) {
                    let problem = self.problem_at(
                        &format!("{pointer}/provider_records"),
                        format!("the simulator has no collection `{name}`"),
                    );
                    problems.push(problem.nearest(name, collections.iter().copied()));
                }
                problems
            }
            Expectation::DeniedHosts(e) => {
                let idle = e.exactly.is_none() && e.at_least.is_none();
                let problem =
                    || self.problem_at(pointer, "this states nothing about the denied hosts").hint("add `exactly: 0`");
                idle.then(problem).into_iter().collect()
            }
            Expectation::Shown(e) => {
                let mut problems = self.clients(pointer, e.client.as_ref());
                problems.extend(self.refer(&format!("{pointer}/by"), e.by.as_slice(), &[], &["action"]));
                problems
            }
            Expectation::AnyOf(e) => {
                let branches = e.any_of.iter().enumerate();
                branches
                    .flat_map(|(at, branch)| self.traffic(&format!("{pointer}/any_of/{at}"), branch, bound))
                    .collect()
            }
            Expectation::Response(_) | Expectation::Delivery(_) | Expectation::Effect(_) | Expectation::Values(_) => {
                Vec::new()
            }
        }
    }

    fn collections(&self) -> Vec<&'l str> {
        let records = self.provider.simulator.iter().flat_map(|simulator| simulator.records.values());
        records.map(|record| record.within.as_str()).collect()
    }

    fn calls<'c>(&self, pointer: &str, e: &'c CallsExpectation, bound: &mut NamedCalls<'c>) -> Vec<Problem> {
        let mut problems = self.clients(pointer, e.client.as_ref());
        problems.extend(self.which(&format!("{pointer}/calls"), &e.calls, bound));
        let steps: Vec<&str> = self.check().when.iter().filter_map(Step::name).collect();
        for (word, name) in [("after", &e.after), ("since", &e.since), ("before", &e.before)] {
            let unknown = name.as_deref().filter(|name| !steps.contains(name) && !bound.contains(name));
            problems.extend(unknown.map(|name| {
                let message = format!("`{name}` is neither a step nor the name of earlier matched calls");
                self.problem_at(&format!("{pointer}/{word}"), message)
                    .nearest(name, steps.iter().chain(&*bound).copied())
            }));
        }
        if e.gap.is_some_and(|gap| gap.at_least.is_none() && !gap.growing) {
            let problem = self.problem_at(&format!("{pointer}/gap"), "this states nothing about the pauses");
            problems.push(problem.hint("add `at_least: 1s` or `growing: true`"));
        }
        if let Some(name) = e.name.as_deref() {
            let taken = steps.contains(&name) || ROOTS.contains(&name) || !bound.insert(name);
            problems.extend(
                taken.then(|| self.problem_at(&format!("{pointer}/as"), format!("`{name}` is already in use"))),
            );
        }
        problems
    }

    /// Finds unknown routes, names and APIs.
    fn which(&self, pointer: &str, calls: &Calls, bound: &NamedCalls<'_>) -> Vec<Problem> {
        let unknown = |pointer: &str, name: &str| {
            let problem = self.problem_at(pointer, format!("there are no earlier matched calls `{name}`"));
            problem.nearest(name, bound.iter().copied())
        };
        match calls {
            Calls::Routes(routes) => {
                let plain =
                    routes.iter().filter(|text| !template::is_template(text)).filter_map(|text| Route::parse(text));
                plain.filter_map(|route| self.route(pointer, &route)).collect()
            }
            Calls::Named(name) if bound.contains(name.as_str()) => Vec::new(),
            Calls::Named(name) => vec![unknown(pointer, name)],
            Calls::Where(CallsWhere { api, repeats, except: _, answered: _ }) => {
                let mut problems = Vec::new();
                if let Some(api) = api.as_ref().filter(|api| !self.provider.apis.contains_key(*api)) {
                    let problem =
                        self.problem_at(&format!("{pointer}/api"), format!("`{api}` is not an API of the provider"));
                    problems.push(problem.nearest(api, self.provider.apis.keys().map(String::as_str)));
                }
                let missing = repeats.as_deref().filter(|name| !bound.contains(name));
                problems.extend(missing.map(|name| unknown(&format!("{pointer}/repeats"), name)));
                problems
            }
        }
    }
}
