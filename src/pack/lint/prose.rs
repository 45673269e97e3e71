//! The texts of a check that readers of a report see: title, reason, fix and the provider's page.

use super::linter::Linter;
use crate::yaml::Problem;

/// Placeholders for a text that somebody meant to write later.
const PLACEHOLDERS: [&str; 6] = ["todo", "tbd", "fixme", "xxx", "...", "…"];

impl Linter<'_> {
    /// Finds empty texts, placeholders, and a `docs` that is not an https page.
    pub(super) fn lint_prose(&self) -> Vec<Problem> {
        let check = self.check();
        let mut problems = Vec::new();
        for (field, text) in [("title", &check.title), ("why", &check.why), ("fix", &check.fix)] {
            let pointer = format!("/{field}");
            if text.trim().is_empty() {
                let message = format!("`{field}` is empty, but readers of the report see it");
                problems.push(self.problem_at(&pointer, message));
            } else if is_placeholder(text) {
                let message = format!("`{field}` is a placeholder, but readers of the report see it");
                problems.push(self.problem_at(&pointer, message));
            }
        }
        if check.docs.scheme() != "https" {
            let problem = self.problem_at("/docs", format!("`{}` is not an https page", check.docs));
            problems.push(problem.hint("write the `https://` URL of the provider's page"));
        }
        problems
    }
}

/// Whether a text is only a placeholder or begins with one.
fn is_placeholder(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let word = first.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '.').to_lowercase();
    PLACEHOLDERS.contains(&word.as_str()) || (word == text.trim() && word.trim_matches('.').is_empty())
}
