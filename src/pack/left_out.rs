//! What no longer applies when a check leaves out actions that the profile lacks: the partner performs them within
//! other actions, so nothing can be said about them separately.

use std::collections::BTreeSet;

use super::check::Check;
use super::expectations::{Expectation, Source};
use super::step::ActionStep;
use super::traffic::{Calls, CallsExpectation};
use super::types::{Names, OneOrMany, Text};
use crate::template;

/// The steps that are left out, with the clients and names that concern nothing else.
#[derive(Clone, Debug, Default)]
pub struct LeftOut<'c> {
    /// The actions that are left out.
    pub steps: Vec<&'c ActionStep>,
    /// Clients for whom no other step does anything.
    clients: BTreeSet<&'c str>,
    /// The check's first client, which is meant wherever none is named.
    first: Option<&'c str>,
    /// All clients of the check.
    all: Vec<&'c str>,
    /// Names of these steps, and of calls that are left out with them.
    names: BTreeSet<&'c str>,
}

impl<'c> LeftOut<'c> {
    /// Determines what a check leaves out, given which of its actions are left out.
    pub fn determine(check: &'c Check, is_left_out: impl Fn(&ActionStep) -> bool) -> Self {
        let only = check.given.client.as_ref().map(|_| "client");
        let all: Vec<&str> = only.into_iter().chain(check.given.clients.keys().map(String::as_str)).collect();
        let first = all.first().copied();
        let (mut steps, mut acted) = (Vec::new(), BTreeSet::new());
        for step in &check.when {
            match step.action().filter(|action| is_left_out(action)) {
                Some(action) => steps.push(action),
                None => acted.extend(step.client(first)),
            }
        }
        let clients = steps.iter().filter_map(|step| step.client.as_deref().or(first));
        let clients = clients.filter(|client| !acted.contains(client)).collect();
        let names = steps.iter().filter_map(|step| step.name.as_deref()).collect();
        LeftOut { steps, clients, first, all, names }
    }

    /// Whether nothing was done for a client because every step for it is left out.
    pub fn client(&self, name: &str) -> bool {
        self.clients.contains(name)
    }

    /// Returns the expectations of a list that still apply, with their positions. The names that the others would have
    /// given to calls are left out with them.
    pub fn rest<'l: 'c>(&mut self, list: &'l [Expectation]) -> Vec<(usize, &'l Expectation)> {
        let mut rest = Vec::new();
        for (at, expectation) in list.iter().enumerate() {
            if self.concerns(expectation) {
                rest.push((at, expectation));
            } else if let Expectation::Calls(calls) = expectation {
                self.names.extend(calls.name.as_deref());
            }
        }
        rest
    }

    /// Whether an expectation still applies.
    pub fn concerns(&self, expectation: &Expectation) -> bool {
        match expectation {
            Expectation::UserMessage(e) => !self.named([&e.user_message, &e.unlike]),
            Expectation::Shown(e) => self.about(e.client.as_ref()) && !self.named(&e.by) && !self.read_by(&e.url),
            Expectation::Calls(e) => self.concerns_calls(e),
            Expectation::ProviderRecords(e) => self.about(e.client.as_ref()),
            Expectation::Values(e) => match &e.values {
                Source::Selection(selection) => !self.named([&selection.of]),
                Source::Template(text) => !self.read_by([text]),
            },
            Expectation::AnyOf(e) => e.any_of.iter().any(|branch| self.concerns(branch)),
            Expectation::Response(_)
            | Expectation::Delivery(_)
            | Expectation::Effect(_)
            | Expectation::DeniedHosts(_) => true,
        }
    }

    fn concerns_calls(&self, e: &CallsExpectation) -> bool {
        let (routes, known) = match &e.calls {
            Calls::Routes(routes) => (routes.as_slice(), None),
            Calls::Named(name) => (&[][..], Some(name)),
            Calls::Where(rule) => (&[][..], rule.repeats.as_ref()),
        };
        // Named and retried calls bring their own client with them.
        let about = known.is_some() && e.client.is_none() || self.about(e.client.as_ref());
        let named = self.named(e.after.iter().chain(&e.since).chain(&e.before).chain(known));
        about && !named && !self.read_by(routes.iter().chain(&e.carries))
    }

    /// Whether something was done for one of these clients; without names, for the first client.
    fn about(&self, names: Option<&Names>) -> bool {
        let is_left = |name: &str| self.clients.contains(name);
        match names {
            None => !self.first.is_some_and(is_left),
            Some(OneOrMany(names)) if names.iter().any(|name| name == "each") => {
                !self.all.iter().all(|name| is_left(name))
            }
            Some(OneOrMany(names)) => !names.iter().all(|name| is_left(name)),
        }
    }

    fn named<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> bool {
        names.into_iter().any(|name| self.names.contains(name.as_str()))
    }

    /// Whether a template reads a name that is left out.
    fn read_by<'t>(&self, texts: impl IntoIterator<Item = &'t Text>) -> bool {
        let roots = |text: &Text| template::names(text).unwrap_or_default();
        let root = |name: &String| name.split('.').next().is_some_and(|root| self.names.contains(root));
        texts.into_iter().any(|text| roots(text).iter().any(root))
    }
}
