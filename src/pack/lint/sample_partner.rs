//! The lints of a sample partner: unknown names, invalid templates, defects that change nothing, and checks that no
//! defect proves able to fail.

use serde_json::Value;

use super::unlinted::PendingLint;
use crate::address::Host;
use crate::json::escaped;
use crate::pack::provider::Provider;
use crate::pack::sample_partner::{Act, PackedSamplePartner, PartnerDefect, SamplePartner};
use crate::template;
use crate::yaml::Problem;

/// Names that every template of a sample partner can read.
const ALWAYS: [&str; 8] = ["stored", "key", "secret", "credentials", "facts", "fresh", "now", "today"];

/// Names that the rules of its handler can read about a delivery.
const DELIVERY: [&str; 8] = ["verified", "stale", "duplicate", "event", "known_event", "id", "body", "headers"];

/// Finds everything that is wrong with a sample partner.
pub(crate) fn sample(
    provider: &Provider,
    facts: &Value,
    checks: &[PendingLint],
    sampled: &PackedSamplePartner,
) -> Vec<Problem> {
    let lints = Lints { provider, facts, checks, sampled };
    let mut problems: Vec<Problem> = lints.handler().into_iter().collect();
    problems.extend(lints.acts());
    problems.extend(lints.names());
    problems.extend(lints.lint_texts());
    problems.extend(lints.hosts());
    problems.extend(lints.faults());
    problems.extend(lints.unproved());
    problems
}

struct Lints<'l> {
    provider: &'l Provider,
    /// `provider` as JSON, with all its `hosts`.
    facts: &'l Value,
    checks: &'l [PendingLint],
    sampled: &'l PackedSamplePartner,
}

impl Lints<'_> {
    fn problem_at(&self, pointer: &str, message: impl Into<String>) -> Problem {
        self.sampled.document.problem(pointer, message)
    }

    fn partner(&self) -> &SamplePartner {
        &self.sampled.partner
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().map(|read| read.packed.check.id.as_str())
    }

    /// Reports a handler whose rules do not answer every delivery.
    fn handler(&self) -> Option<Problem> {
        let rules = &self.partner().webhook;
        let last = rules.last().filter(|_| self.provider.webhooks.is_some());
        let answers = |rule: &crate::pack::sample_partner::Rule| rule.condition.is_none() && rule.status.is_some();
        match last {
            Some(rule) if !answers(rule) => {
                let problem = self.problem_at(
                    &format!("/webhook/{}", rules.len() - 1),
                    "the last rule does not answer every delivery",
                );
                Some(
                    problem.hint(
                        "end with a rule that has a `status` and no `if`, such as `{ status: 200, effect: true }`",
                    ),
                )
            }
            None if self.provider.webhooks.is_some() => {
                let problem = self.problem_at("", "this pack has webhooks, but its sample partner has no `webhook`");
                Some(problem.hint("add `webhook: [{ if: not verified, status: 401 }, { status: 200, effect: true }]`"))
            }
            Some(_) | None => None,
        }
    }

    /// Finds problems in the steps of its actions and of `follow_up`.
    fn acts(&self) -> Vec<Problem> {
        let partner = self.partner();
        let actions = partner.actions.iter().map(|(name, acts)| (format!("/actions/{name}"), acts));
        let rules = partner.webhook.iter().enumerate();
        let reactions = rules.map(|(at, rule)| (format!("/webhook/{at}/follow_up"), &rule.follow_up));
        actions.chain(reactions).flat_map(|(pointer, acts)| self.in_order(&pointer, acts)).collect()
    }

    fn in_order(&self, pointer: &str, acts: &[Act]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut called: Vec<&str> = Vec::new();
        for (index, act) in acts.iter().enumerate() {
            match act {
                Act::Call(call) => {
                    called.extend(call.name.as_deref());
                    problems.extend(self.unknown_api(&format!("{pointer}/{index}/api"), &call.api));
                    problems.extend(self.no_call(&format!("{pointer}/{index}/call"), &call.call));
                }
                Act::Retry(again) if !called.contains(&again.retry.as_str()) => {
                    let message = format!("there is no call `{}` above", again.retry);
                    let problem = self.problem_at(&format!("{pointer}/{index}/retry"), message);
                    problems.push(problem.nearest_or(
                        &again.retry,
                        called.iter().copied(),
                        "name the call: `as: NAME`",
                    ));
                }
                Act::Retry(_) | Act::Store(_) | Act::Respond(_) => {}
            }
        }
        problems
    }

    /// Reports a call that is not a method and a path: a call goes only to the API that it names.
    fn no_call(&self, pointer: &str, line: &str) -> Option<Problem> {
        let path = line.split_once(' ').filter(|(method, _)| method.bytes().all(|b| b.is_ascii_uppercase()));
        let is_path = path.is_some_and(|(_, path)| path.starts_with('/') && !path.starts_with("//"));
        let problem = || self.problem_at(pointer, format!("`{line}` is not a method and a path with one leading `/`"));
        (!is_path).then(|| problem().hint("write the path within the API, such as `POST /orders`"))
    }

    fn unknown_api(&self, pointer: &str, api: &str) -> Option<Problem> {
        let known = || self.provider.apis.keys().map(String::as_str);
        let message = || format!("{} has no API `{api}`", self.provider.name);
        (!self.provider.apis.contains_key(api)).then(|| self.problem_at(pointer, message()).nearest(api, known()))
    }

    /// Finds names of APIs, actions and captures that do not exist.
    fn names(&self) -> Vec<Problem> {
        let partner = self.partner();
        let mut problems: Vec<Problem> =
            partner.apis.keys().filter_map(|api| self.unknown_api(&format!("/apis/{api}"), api)).collect();
        for name in partner.actions.keys().filter(|name| !self.provider.actions.contains_key(*name)) {
            let problem =
                self.sampled.document.problem_at_key("/actions", name, format!("provider.yaml has no action `{name}`"));
            problems.push(problem.nearest_or(
                name,
                self.provider.actions.keys().map(String::as_str),
                "add it under `actions` there, with `description` and `arguments`",
            ));
        }
        for name in partner.capture.keys().filter(|name| !partner.actions.contains_key(*name)) {
            let problem =
                self.sampled.document.problem_at_key("/capture", name, format!("there is no action `{name}`"));
            problems.push(problem.nearest(name, partner.actions.keys().map(String::as_str)));
        }
        problems
    }

    /// Finds conditions and templates that do not parse, or that read an unknown name.
    fn lint_texts(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut judge = |pointer: &str, text: &str| match template::names(text) {
            Err(error) => problems.push(self.problem_at(pointer, error.to_string())),
            Ok(names) => problems.extend(names.iter().filter_map(|name| self.unknown_name(pointer, name))),
        };
        crate::json::texts(&self.sampled.json, &mut |pointer, text| {
            if pointer.ends_with("/if") {
                judge(pointer, &format!("{{{{ {text} }}}}"));
            } else {
                judge(pointer, text);
            }
        });
        for (name, acts) in &self.partner().actions {
            for (index, act) in acts.iter().enumerate() {
                if let Act::Store(keep) = act {
                    keep.store.keys().for_each(|key| judge(&format!("/actions/{name}/{index}/store"), key));
                }
            }
        }
        problems
    }

    /// Reports a name that is neither an input of the action or handler, nor a named call, nor available everywhere.
    fn unknown_name(&self, pointer: &str, name: &str) -> Option<Problem> {
        let root = name.split('.').next().unwrap_or(name);
        let partner = self.partner();
        let (told, acts): (Vec<&str>, Vec<&Act>) = match pointer.split('/').collect::<Vec<_>>()[..] {
            ["", "actions", action, ..] => {
                let word = self.provider.actions.get(action);
                let told = word.into_iter().flat_map(|word| word.arguments.keys().map(String::as_str));
                (told.chain(["client"]).collect(), partner.actions.get(action).into_iter().flatten().collect())
            }
            ["", "webhook", ..] | ["", "defects", _, _, "first", _, "if"] => {
                (DELIVERY.to_vec(), partner.webhook.iter().flat_map(|rule| &rule.follow_up).collect())
            }
            // Elsewhere, the available names depend on what reads the text.
            _ => return None,
        };
        let called = acts.into_iter().filter_map(|act| match act {
            Act::Call(call) => call.name.as_deref(),
            Act::Retry(_) | Act::Store(_) | Act::Respond(_) => None,
        });
        let known: Vec<&str> = ALWAYS.into_iter().chain(told).chain(called).collect();
        let problem = || self.problem_at(pointer, format!("`{root}` is unknown here"));
        (!known.contains(&root))
            .then(|| problem().nearest_or(root, known.iter().copied(), &format!("known here: {}", known.join(", "))))
    }

    /// Finds URLs in its profile whose host is neither the provider's, which Preflight simulates, nor reserved: a test
    /// must reach only this machine.
    fn hosts(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        crate::json::texts(&self.sampled.json, &mut |pointer, text| {
            let of_profile = pointer.starts_with("/profile/") || pointer.contains("/change/profile/");
            let urls = text.split_whitespace().filter(|_| of_profile).filter_map(|word| url::Url::parse(word).ok());
            let foreign = urls.filter_map(|url| Host::of(&url)).find(|host| !self.is_safe(host));
            problems.extend(foreign.map(|host| {
                let problem =
                    self.problem_at(pointer, format!("`{host}` belongs to neither the provider nor a sample partner"));
                problem.hint("write `staging.partner.example`, `partner.example` or another name under `.example`")
            }));
        });
        problems
    }

    fn is_safe(&self, host: &Host) -> bool {
        let known = self.facts["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let reserved = Host::parse("example").is_some_and(|example| host.is_below(&example));
        reserved || known.filter_map(Host::parse).any(|known| known == *host)
    }

    fn faults(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (id, faults) in &self.partner().defects {
            match self.checks.iter().find(|read| read.packed.check.id == *id) {
                None => {
                    let problem = self.sampled.document.problem_at_key(
                        "/defects",
                        id,
                        format!("there is no check `{id}` in this pack"),
                    );
                    problems.push(problem.nearest(id, self.ids()));
                }
                Some(read) if read.packed.check.only_asks() => {
                    let message = format!("a person answers `{id}`, so no defect can fail it");
                    problems.push(self.sampled.document.problem_at_key("/defects", id, message));
                }
                Some(_) => {}
            }
            for (name, fault) in faults {
                problems.extend(self.fault(id, &format!("/defects/{}/{}", escaped(id), escaped(name)), fault));
            }
        }
        problems
    }

    fn fault(&self, id: &str, pointer: &str, fault: &PartnerDefect) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, other) in fault.also.iter().enumerate().filter(|(_, other)| !self.ids().any(|id| id == *other)) {
            let problem = self.problem_at(&format!("{pointer}/also/{index}"), format!("there is no check `{other}`"));
            problems.push(problem.nearest(other, self.ids()));
        }
        if fault.also.iter().any(|other| other == id) {
            problems.push(self.problem_at(&format!("{pointer}/also"), "`also` must name other checks"));
        }
        for word in ["defects", "first"].into_iter().filter(|word| fault.change.contains_key(*word)) {
            problems.push(self.problem_at(&format!("{pointer}/change"), format!("a defect cannot change `{word}`")));
        }
        let changed = fault.put_into(&self.sampled.json);
        if changed == self.sampled.json {
            let problem = self.problem_at(pointer, "this defect changes nothing");
            problems.push(problem.hint("state with `first` or `change` what this partner does differently"));
        }
        if let Err(found) = self.sampled.document.typed_from::<SamplePartner>(changed) {
            let told = found.into_iter().map(|inner| {
                let problem = self.problem_at(pointer, format!("with this defect: {}", inner.message));
                inner.hint.into_iter().fold(problem, Problem::hint)
            });
            problems.extend(told);
        }
        problems
    }

    /// Reports the checks that a machine decides and that have no defect.
    fn unproved(&self) -> Option<Problem> {
        let faults = &self.partner().defects;
        let has = |id: &str| faults.get(id).is_some_and(|faults| !faults.is_empty());
        let machine = self.checks.iter().filter(|read| !read.packed.check.only_asks());
        let without: Vec<&str> = machine.map(|read| read.packed.check.id.as_str()).filter(|id| !has(id)).collect();
        let message = || format!("nothing proves that {} can fail", without.join(", "));
        (!without.is_empty()).then(|| {
            let problem = self.sampled.document.problem_at_key("", "defects", message()).warning();
            problem.hint("add under `defects` a defect that each must catch")
        })
    }
}
