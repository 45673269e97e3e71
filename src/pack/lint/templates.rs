//! The lints of templates in a check.

use super::linter::{Linter, ROOTS};
use super::profile_names;
use super::provider::unknown_filter;
use crate::pack::step::Step;
use crate::template;
use crate::yaml::Problem;

impl Linter<'_> {
    /// Finds templates that do not parse, use an unknown filter, or begin with an unknown name.
    pub(super) fn templates(&self) -> Vec<Problem> {
        let of_one = |(pointer, text): &(String, String)| match template::names(text) {
            Err(error) => vec![self.problem_at(pointer, error.to_string())],
            Ok(names) => {
                let filter = unknown_filter(text, &[]).map(|filter| self.problem_at(pointer, filter));
                // Templates of deliveries have names of their own.
                let named = names.iter().filter(|_| !self.is_of_scheme(pointer));
                filter.into_iter().chain(named.filter_map(|name| self.unknown_name(pointer, name))).collect()
            }
        };
        self.read.texts.iter().flat_map(of_one).collect()
    }

    fn unknown_name(&self, pointer: &str, name: &str) -> Option<Problem> {
        let root = name.split('.').next().unwrap_or(name);
        let steps = self.check().when.iter().filter_map(Step::name);
        let named: Vec<&str> = steps.chain(self.bound()).collect();
        if let Some(fact) = name.strip_prefix("provider.").filter(|fact| template::lookup(self.facts, fact).is_none()) {
            return Some(self.problem_at(pointer, format!("the pack's provider.yaml has no `{fact}`")));
        }
        if let Some((part, known)) = name.strip_prefix("profile.").and_then(profile_names::unknown) {
            let problem = self.problem_at(pointer, format!("profiles have no `{part}`, as in `{name}`"));
            return Some(problem.nearest_or(
                &part,
                known.iter().copied(),
                &format!("known there: {}", known.join(", ")),
            ));
        }
        if ROOTS.contains(&root) || named.contains(&root) {
            return None;
        }
        let known = ROOTS.iter().copied().chain(named);
        Some(
            self.problem_at(pointer, format!("`{root}` is neither a step of this check nor a known name"))
                .nearest(root, known),
        )
    }
}
