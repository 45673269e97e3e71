//! The lints of emails, and of the record that is created when a subscription is disabled.

use crate::pack::provider::Provider;
use crate::template;
use crate::yaml::{Document, Problem};

/// Finds emails that read unknown names, and a record for a disabled subscription that the simulator does not have.
pub(super) fn emails(provider: &Provider, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, email) in &provider.emails {
        let to = email.to.iter().map(|(environment, text)| (format!("to/{environment}"), text));
        let texts = [("subject".to_owned(), &email.subject), ("text".to_owned(), &email.text)];
        for (place, text) in to.chain(texts) {
            let pointer = format!("/emails/{name}/{place}");
            // A text that does not parse is reported with all other templates.
            let names = template::names(text).unwrap_or_default();
            problems.extend(names.iter().filter_map(|name| unknown(provider, document, &pointer, name)));
        }
    }
    let records = || provider.simulator.iter().flat_map(|simulator| simulator.records.keys().map(String::as_str));
    let told = provider.webhooks.as_ref().and_then(|hooks| hooks.disable.creates.as_ref());
    problems.extend(told.filter(|kind| !records().any(|known| known == *kind)).map(|kind| {
        let problem = document.problem("/webhooks/disable/creates", format!("the simulator has no record `{kind}`"));
        problem.nearest(kind, records())
    }));
    problems
}

/// Reports a name in an email that no profile can provide.
fn unknown(provider: &Provider, document: &Document, pointer: &str, name: &str) -> Option<Problem> {
    let roots = ["profile", "environment", "provider"];
    let root = name.split('.').next().unwrap_or(name);
    if !roots.contains(&root) {
        let problem = document.problem(pointer, format!("emails cannot read `{root}`"));
        return Some(problem.nearest_or(root, roots, "they can read `profile`, `environment` and `provider`"));
    }
    let detail = name.strip_prefix("environment.settings.").and_then(|rest| rest.split('.').next())?;
    let known = || provider.settings.keys().map(String::as_str);
    let problem = || document.problem(pointer, format!("`{detail}` is not one of the `settings`"));
    (!known().any(|known| known == detail)).then(|| problem().nearest(detail, known()))
}
