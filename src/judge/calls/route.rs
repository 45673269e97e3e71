//! Renders routes whose paths contain templates.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::evidence::Responsible;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::scope::Scope;
use crate::pack::types::Route;
use crate::template;

/// Renders a route. The value of a template fills exactly one segment, whatever characters it contains.
pub(super) fn rendered(text: &str, scope: &Scope<'_>) -> Result<Route, ExpectationResult> {
    let parts = split(text);
    let mut line = String::new();
    for part in &parts {
        let whole = parts.len() == 1 || !template::is_template(part);
        let value = scope.text(part)?;
        if whole {
            line.push_str(&value);
        } else {
            line.extend(utf8_percent_encode(&value, NON_ALPHANUMERIC));
        }
    }
    let wrong = || {
        ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            format!("`{text}` gives `{line}`, which is not a route"),
        ))
    };
    Route::parse(&line).ok_or_else(wrong)
}

/// Splits a text into templates and the text between them.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find("{{") {
        let end = rest[start..].find("}}").map_or(rest.len(), |end| start + end + 2);
        parts.extend([&rest[..start], &rest[start..end]].into_iter().filter(|part| !part.is_empty()));
        rest = &rest[end..];
    }
    parts.extend((!rest.is_empty()).then_some(rest));
    parts
}
