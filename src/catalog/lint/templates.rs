//! The lints of templates in a check.

use super::check::{Linter, ROOTS};
use crate::catalog::step::Step;
use crate::template;
use crate::yaml::Problem;

impl Linter<'_> {
    /// Templates that do not parse, or begin with a name that nothing has.
    pub(super) fn templates(&self) -> Vec<Problem> {
        if !template::is_template(&self.packed.document.text) {
            return Vec::new();
        }
        let Ok(json) = self.packed.document.parse() else { return Vec::new() };
        let mut problems = Vec::new();
        crate::json::texts(&json, &mut |pointer, text| match template::names(text) {
            _ if self.is_of_scheme(pointer) => {}
            Err(error) => problems.push(self.at(pointer, error.to_string())),
            Ok(names) => problems.extend(names.iter().filter_map(|name| self.unknown_name(pointer, name))),
        });
        problems
    }

    fn unknown_name(&self, pointer: &str, name: &str) -> Option<Problem> {
        let root = name.split('.').next().unwrap_or(name);
        let steps = self.check().when.iter().filter_map(Step::name);
        let named: Vec<&str> = steps.chain(self.bound()).collect();
        if let Some(fact) = name.strip_prefix("provider.").filter(|fact| template::lookup(self.facts, fact).is_none()) {
            return Some(self.at(pointer, format!("the pack's provider.yaml says nothing at `{fact}`")));
        }
        if ROOTS.contains(&root) || named.contains(&root) {
            return None;
        }
        let known = ROOTS.iter().copied().chain(named);
        Some(
            self.at(pointer, format!("`{root}` is neither a step of this check nor a known name")).nearest(root, known),
        )
    }
}
