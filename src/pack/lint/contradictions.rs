//! Expectations that no evidence can meet, and expectations about something that never happens in their check.

use super::linter::Linter;
use crate::pack::expectations::Expectation;
use crate::pack::matcher::Matcher;
use crate::pack::step::Step;
use crate::pack::traffic::Count;
use crate::pack::types::{Stage, StatusRule};
use crate::yaml::Problem;

impl Linter<'_> {
    /// Finds expectations in `assume` and `then` that no evidence can meet, and overrides and expectations that have
    /// no effect.
    pub(super) fn contrary(&self) -> Vec<Problem> {
        let lists = [("assume", &self.check().assume), ("then", &self.check().then)];
        let all = lists.into_iter().flat_map(|(word, list)| list.iter().enumerate().map(move |(at, e)| (word, at, e)));
        let mut problems = Vec::new();
        let mut statuses: Vec<(&str, &StatusRule)> = Vec::new();
        for (word, at, expectation) in all {
            let pointer = format!("/{word}/{at}");
            self.impossible(&pointer, expectation, &mut problems);
            if let Expectation::Response(e) = expectation
                && let (Some(status), [step]) = (&e.status, e.response.0.as_slice())
            {
                let other = statuses.iter().find(|(other, rule)| other == step && !meet(rule, status));
                problems.extend(other.map(|(_, rule)| {
                    let message = format!(
                        "`{step}` cannot be answered with {status}, since an earlier expectation demands {rule}"
                    );
                    self.problem_at(&format!("{pointer}/status"), message)
                }));
                statuses.push((step, status));
            }
        }
        problems.extend(self.in_vain());
        problems
    }

    fn impossible(&self, pointer: &str, expectation: &Expectation, problems: &mut Vec<Problem>) {
        if let Expectation::AnyOf(either) = expectation {
            for (at, branch) in either.any_of.iter().enumerate() {
                self.impossible(&format!("{pointer}/any_of/{at}"), branch, problems);
            }
        }
        let never = never(expectation);
        problems.extend(never.map(|why| self.problem_at(pointer, format!("no value can meet this: {why}"))));
    }

    /// Finds overrides and traffic expectations of a check in which no step makes the partner act, or no stage records
    /// calls.
    fn in_vain(&self) -> Vec<Problem> {
        let check = self.check();
        let watched: Vec<String> = [("assume", &check.assume), ("then", &check.then)]
            .into_iter()
            .flat_map(|(word, list)| list.iter().enumerate().map(move |(at, e)| (word, at, e)))
            .filter(|(.., expectation)| is_traffic(expectation))
            .map(|(word, at, _)| format!("/{word}/{at}"))
            .collect();
        let laid = !check.given.overrides.0.is_empty() || check.given.clients.values().any(|c| !c.change.0.is_empty());
        let about = watched.into_iter().chain(laid.then(|| "/given".to_owned()));
        if !check.stage.0.contains(&Stage::Rehearsal) {
            let message = "only a rehearsal records the partner's calls, and this check has no such stage";
            return about.map(|at| self.problem_at(&at, message).hint("add `rehearsal` to `stage`")).collect();
        }
        if check.when.iter().any(Step::makes_the_partner_act) {
            return Vec::new();
        }
        let message = "no step makes the partner act, so it makes no call";
        about
            .map(|at| self.problem_at(&at, message).hint("add an `action`, an `event` or a `deliver` under `when`"))
            .collect()
    }
}

/// Whether it is about calls that the partner makes.
fn is_traffic(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Calls(_) | Expectation::ProviderRecords(_) => true,
        Expectation::AnyOf(e) => e.any_of.iter().all(is_traffic),
        // Denied hosts are collected over the whole run, whatever this check does.
        Expectation::DeniedHosts(_)
        | Expectation::Response(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Shown(_)
        | Expectation::UserMessage(_)
        | Expectation::Values(_) => false,
    }
}

fn meet(one: &StatusRule, other: &StatusRule) -> bool {
    (100..600).any(|status| one.holds(status) && other.holds(status))
}

/// Returns why no evidence can meet an expectation, if that is so.
fn never(expectation: &Expectation) -> Option<String> {
    match expectation {
        Expectation::Response(e) => {
            e.header.values().chain(e.body.values()).chain(&e.counted).find_map(Matcher::contradiction)
        }
        Expectation::Delivery(e) => e.status.iter().find_map(Matcher::contradiction),
        Expectation::Effect(e) => bounds(e.exactly, e.at_least, e.at_most),
        Expectation::Calls(e) => {
            let number = |count: &Option<Count>| match count {
                Some(Count::Number(number)) => Some(*number),
                Some(Count::Template(_)) | None => None,
            };
            bounds(number(&e.exactly), number(&e.at_least), number(&e.at_most))
                .or_else(|| e.header.values().chain(e.body.values()).find_map(Matcher::contradiction))
        }
        Expectation::ProviderRecords(e) => e.provider_records.values().find_map(Matcher::contradiction),
        Expectation::DeniedHosts(e) => bounds(e.exactly, e.at_least, None),
        Expectation::Values(e) => e.are.iter().chain(&e.all_match).find_map(Matcher::contradiction),
        Expectation::Shown(_) | Expectation::UserMessage(_) | Expectation::AnyOf(_) => None,
    }
}

fn bounds(exactly: Option<u64>, at_least: Option<u64>, at_most: Option<u64>) -> Option<String> {
    let (low, high) = (at_least.max(exactly), at_most.into_iter().chain(exactly).min());
    match (low, high) {
        (Some(low), Some(high)) if low > high => Some(format!("at least {low} and at most {high}")),
        (Some(_) | None, Some(_) | None) => None,
    }
}
