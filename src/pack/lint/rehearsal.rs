//! The lints of a check's rehearsal: its set-up, and what happens to its clients.

use std::collections::BTreeSet;

use super::linter::Linter;
use super::traffic::NamedCalls;
use crate::pack::given::{ClientSetup, Override};
use crate::pack::provider::Provider;
use crate::pack::simulator::{SetupStep, SimulatorSpec};
use crate::pack::step::Step;
use crate::pack::types::Route;
use crate::yaml::{Document, Problem};

impl Linter<'_> {
    /// Finds everything that is wrong with the rehearsal of the check.
    pub(super) fn rehearsed(&self) -> Vec<Problem> {
        let mut problems = self.given();
        for (index, step) in self.check().when.iter().enumerate() {
            problems.extend(self.happens(&format!("/when/{index}"), step));
        }
        problems.extend(self.expected());
        problems
    }

    /// Finds clients in unknown states, and overrides that do nothing.
    fn given(&self) -> Vec<Problem> {
        let given = &self.check().given;
        let Some(simulator) = &self.provider.simulator else {
            let needless = given.client.is_none() && given.clients.is_empty();
            let message = "the pack's provider.yaml has no `simulator`, so no client can be set up";
            return if needless { Vec::new() } else { vec![self.problem_at("/given", message)] };
        };
        let mut problems = Vec::new();
        for (index, change) in given.overrides.0.iter().enumerate() {
            problems.extend(self.change(&format!("/given/override/{index}"), simulator, change));
        }
        let only = given.client.iter().map(|beginning| ("/given/client".to_owned(), beginning));
        let named = given.clients.iter().map(|(name, beginning)| (format!("/given/clients/{name}"), beginning));
        for (pointer, beginning) in only.chain(named) {
            problems.extend(self.beginning(&pointer, simulator, beginning));
        }
        if given.clients.contains_key("each") {
            problems.push(
                self.problem_at(
                    "/given/clients/each",
                    "`each` means all clients, so it cannot be the name of a client",
                ),
            );
        }
        problems
    }

    fn beginning(&self, pointer: &str, simulator: &SimulatorSpec, beginning: &ClientSetup) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !simulator.states.contains_key(&beginning.is) {
            let problem = self.problem_at(pointer, format!("`{}` is not a state of a client", beginning.is));
            problems.push(problem.nearest(&beginning.is, simulator.states.keys().map(String::as_str)));
        }
        for (index, change) in beginning.change.0.iter().enumerate() {
            problems.extend(self.change(&format!("{pointer}/override/{index}"), simulator, change));
        }
        problems
    }

    fn change(&self, pointer: &str, simulator: &SimulatorSpec, change: &Override) -> Vec<Problem> {
        let mut problems = Vec::new();
        let idle = change.credential.is_none()
            && change.reply.is_none()
            && change.status.is_none()
            && change.change.is_empty()
            && change.delay.is_none()
            && change.drop_connection.is_none();
        if idle {
            let problem = self.problem_at(pointer, "this override changes nothing");
            problems.push(problem.hint("add `reply`, `status`, `change`, `delay`, `drop_connection` or `credential`"));
        } else if change.on.is_none() && change.credential.is_none() {
            problems.push(
                self.problem_at(pointer, "this override has no route").hint("add `on`, such as `on: POST /cases`"),
            );
        }
        if !change.with.is_empty() && change.reply.is_none() {
            problems
                .push(self.problem_at(&format!("{pointer}/with"), "`with` needs a `reply`, which this override lacks"));
        }
        if let Some(reply) = change.reply.as_ref().filter(|reply| !simulator.replies.contains_key(*reply)) {
            let problem =
                self.problem_at(&format!("{pointer}/reply"), format!("`{reply}` is not a reply of the simulator"));
            problems.push(problem.nearest(reply, simulator.replies.keys().map(String::as_str)));
        }
        problems.extend(change.on.as_ref().and_then(|route| self.route(&format!("{pointer}/on"), route)));
        problems
    }

    /// Reports a route that the simulator does not have.
    pub(super) fn route(&self, pointer: &str, route: &Route) -> Option<Problem> {
        let simulator = self.provider.simulator.as_ref()?;
        let known = || simulator.routes.values().flat_map(|routes| routes.keys());
        if known().any(|known| known.matches(&route.method, &route.path) || route.matches(&known.method, &known.path)) {
            return None;
        }
        let all: Vec<String> = known().map(Route::to_string).collect();
        let problem = self.problem_at(pointer, format!("`{route}` is not a route of the simulator"));
        Some(problem.nearest(&route.to_string(), all.iter().map(String::as_str)))
    }

    fn happens(&self, pointer: &str, step: &Step) -> Vec<Problem> {
        let (client, event) = (step.client(None), step.event());
        let mut problems: Vec<Problem> =
            client.and_then(|client| self.client(&format!("{pointer}/client"), client)).into_iter().collect();
        problems.extend(event.and_then(|step| self.event(&format!("{pointer}/event"), &step.event)));
        if let Some((word, expectation)) = step.condition() {
            let pointer = format!("{pointer}/{word}");
            problems.extend(self.expectation(&pointer, expectation));
            // It is judged by itself, so no other expectation has given calls a name.
            problems.extend(self.traffic(&pointer, expectation, &mut NamedCalls::new()));
        }
        problems
    }

    /// Reports an event that no state has.
    fn event(&self, pointer: &str, event: &str) -> Option<Problem> {
        let simulator = self.provider.simulator.as_ref()?;
        let known = || events(simulator);
        let problem = || self.problem_at(pointer, format!("no state of the simulator has the event `{event}`"));
        (!known().any(|known| known == event)).then(|| problem().nearest(event, known()))
    }

    pub(super) fn client(&self, pointer: &str, name: &str) -> Option<Problem> {
        let all = self.check().given.client_setups();
        let names = || all.iter().map(|(known, _)| *known);
        if names().any(|known| known == name) {
            return None;
        }
        Some(self.problem_at(pointer, format!("`{name}` is not a client of this check")).nearest(name, names()))
    }
}

fn events(simulator: &SimulatorSpec) -> impl Iterator<Item = &str> {
    simulator.states.values().flat_map(|state| state.events.keys().map(String::as_str))
}

/// Finds set-ups of states that use unknown names or are circular.
pub(super) fn ways(provider: &Provider, document: &Document) -> Vec<Problem> {
    let Some(simulator) = &provider.simulator else { return Vec::new() };
    let mut problems = Vec::new();
    let states = || simulator.states.keys().map(String::as_str);
    for (name, way) in &simulator.setup {
        let pointer = format!("/simulator/setup/{name}");
        for state in [name, &way.from].into_iter().filter(|state| !simulator.states.contains_key(*state)) {
            let problem = document.problem(&pointer, format!("`{state}` is not a state of a client"));
            problems.push(problem.nearest(state, states()));
        }
        for step in &way.by {
            problems.extend(match step {
                SetupStep::Action(action) if !provider.actions.contains_key(action) => {
                    let problem = document.problem(&pointer, format!("`{action}` is not one of the `actions`"));
                    Some(problem.nearest(action, provider.actions.keys().map(String::as_str)))
                }
                SetupStep::Event(event) if !events(simulator).any(|known| known == event) => {
                    let problem = document.problem(&pointer, format!("no state has the event `{event}`"));
                    Some(problem.nearest(event, events(simulator)))
                }
                SetupStep::Action(_) | SetupStep::Event(_) => None,
            });
        }
        let mut state = name;
        let mut seen = BTreeSet::new();
        while let Some(way) = simulator.setup.get(state).filter(|_| seen.insert(state)) {
            state = &way.from;
        }
        if state == name && seen.contains(name) {
            problems.push(document.problem(&pointer, format!("the set-up of `{name}` is circular")));
        }
    }
    problems
}
