//! Checks that decide nothing once their optional actions are left out.

use super::linter::Linter;
use crate::pack::left_out::LeftOut;
use crate::pack::step::Step;
use crate::yaml::Problem;

impl Linter<'_> {
    /// Finds an optional action without which `assume` or `then` is empty: the report could not say what is missing.
    pub(super) fn optional(&self) -> Vec<Problem> {
        let check = self.check();
        let mut left_out = LeftOut::determine(check, |step| step.optional);
        let place = |step: &Step| step.action().is_some_and(|action| action.optional);
        let Some(at) = check.when.iter().position(place) else { return Vec::new() };
        // `assume` comes first: the names that it loses are left out of `then` as well.
        let mut gone = |word: &'static str, list| {
            let none = left_out.rest(list).is_empty();
            (none && !list.is_empty()).then_some(word)
        };
        let words = [gone("assume", &check.assume), gone("then", &check.then)];
        let problem = |word: &str| {
            let message = format!("`{word}` is empty without this step, so the step cannot be optional");
            let problem = self.problem_at(&format!("/when/{at}/optional"), message);
            problem.hint("omit `optional`, so that the report names the action that the profile lacks")
        };
        words.into_iter().flatten().take(1).map(problem).collect()
    }
}
