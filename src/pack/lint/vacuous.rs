//! Expectations that always hold: a check with nothing else cannot fail.

use super::linter::Linter;
use crate::pack::expectations::Expectation;
use crate::pack::matcher::{Matcher, OnFailure, Predicate};
use crate::pack::traffic::{CallsExpectation, Count};
use crate::yaml::Problem;

impl Linter<'_> {
    /// Finds expectations in `then` that always hold, and a `then` that never fails.
    pub(super) fn idle(&self) -> Vec<Problem> {
        let then = &self.check().then;
        let mut problems = Vec::new();
        for (index, expectation) in then.iter().enumerate() {
            self.holds_always(&format!("/then/{index}"), expectation, &mut problems);
        }
        if !then.is_empty() && then.iter().all(|expectation| expectation.on_failure() == OnFailure::Inconclusive) {
            let problem =
                self.problem_at("/then", "all of these are `on_failure: inconclusive`, so this check cannot fail");
            problems.push(problem.hint("omit `on_failure` where the partner is responsible"));
        }
        problems
    }

    fn holds_always(&self, pointer: &str, expectation: &Expectation, problems: &mut Vec<Problem>) {
        if let Expectation::AnyOf(either) = expectation {
            for (at, branch) in either.any_of.iter().enumerate() {
                self.holds_always(&format!("{pointer}/any_of/{at}"), branch, problems);
            }
        }
        problems.extend(idle(expectation).map(|(message, hint)| self.problem_at(pointer, message).hint(hint)));
    }
}

/// Returns a message and a hint for an expectation that always holds.
fn idle(expectation: &Expectation) -> Option<(&'static str, &'static str)> {
    const NONE: (&str, &str) = ("`at_least: 0` always holds", "write at least 1, or the exact number");
    const ANY: (&str, &str) = ("this matches any value", "state what the value must be");
    match expectation {
        Expectation::Response(e) => {
            let measured = e.address.is_some() || e.certificate.is_some() || e.counted.is_some();
            let said = e.status.is_some() || measured || !e.header.is_empty() || !e.body.is_empty();
            let silent = ("any response meets this", "add `status`, `header` or `body`");
            let mut matchers = e.header.values().chain(e.body.values()).chain(&e.counted);
            if said { matchers.any(Matcher::accepts_anything).then_some(ANY) } else { Some(silent) }
        }
        Expectation::Calls(e) if requires_nothing(e) => Some((
            "this states nothing about the calls",
            "add their number, as in `exactly: 1`, or what must hold for each",
        )),
        Expectation::Calls(e) => {
            let none = e.at_least == Some(Count::Number(0)) && e.exactly.is_none() && e.at_most.is_none();
            none.then_some(NONE)
                .or_else(|| e.header.values().chain(e.body.values()).any(Matcher::accepts_anything).then_some(ANY))
        }
        Expectation::Effect(e) => (e.at_least == Some(0) && e.exactly.is_none() && e.at_most.is_none()).then_some(NONE),
        Expectation::DeniedHosts(e) => (e.at_least == Some(0) && e.exactly.is_none()).then_some(NONE),
        Expectation::ProviderRecords(e) => {
            let any = |matcher: &Matcher| matcher.0.iter().all(|p| matches!(p, Predicate::AtLeast(n) if *n <= 0.0));
            e.provider_records.values().any(any).then_some(NONE)
        }
        Expectation::Values(e) => e.are.iter().chain(&e.all_match).any(Matcher::accepts_anything).then_some(ANY),
        Expectation::Delivery(e) => e.status.iter().any(Matcher::accepts_anything).then_some(ANY),
        Expectation::Shown(_) | Expectation::UserMessage(_) | Expectation::AnyOf(_) => None,
    }
}

/// Whether an expectation about calls holds whatever the calls are like.
fn requires_nothing(e: &CallsExpectation) -> bool {
    let counted = e.exactly.is_some() || e.at_least.is_some() || e.at_most.is_some();
    let alike = !e.same.is_empty() || !e.distinct.is_empty() || e.gap.is_some();
    let each = e.credential.is_some() || e.carries.is_some() || !e.header.is_empty() || !e.body.is_empty();
    !counted && !alike && !each
}
