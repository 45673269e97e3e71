//! Matchers in plain words, the same for every reader of a check, a verdict or a problem.

use serde_json::Value;

use super::matcher::{AddressRule, Contrast, Matcher, Predicate, UrlRule};

/// How values appear in a sentence: as the check writes them, or as they are in a run.
pub trait Values {
    /// Formats a value that may contain templates.
    fn value(&self, value: &Value) -> String;

    /// Formats a text that may contain templates.
    fn text(&self, text: &str) -> String;

    /// Formats a word of the check itself.
    fn word(&self, word: &str) -> String;
}

/// Returns what follows the name of a value: `is 200 and ...`.
pub fn matcher(matcher: &Matcher, values: &dyn Values) -> String {
    if let [Predicate::AtLeast(least), Predicate::AtMost(most)] = matcher.0.as_slice()
        && least.to_bits() == most.to_bits()
    {
        return format!("is exactly {least}");
    }
    joined(matcher.0.iter().map(|one| predicate(one, values)).collect(), "and")
}

/// Returns the same for one predicate of a matcher.
pub fn predicate(predicate: &Predicate, values: &dyn Values) -> String {
    match predicate {
        Predicate::Equals(value) => format!("is {}", values.value(value)),
        Predicate::NotEquals(value) => format!("exists and differs from {}", values.value(value)),
        Predicate::Not(inner) => match inner.0.as_slice() {
            [Predicate::Equals(value)] => format!("is not {}", values.value(value)),
            _ => format!("is not a value that {}", matcher(inner, values)),
        },
        Predicate::Exists(true) => "exists".to_owned(),
        Predicate::Exists(false) => "is absent".to_owned(),
        Predicate::OneOf(list) => {
            format!("is {}", joined(list.iter().map(|value| values.value(value)).collect(), "or"))
        }
        Predicate::Matches(text) => format!("matches {}", values.text(text)),
        Predicate::StartsWith(text) => format!("starts with {}", values.text(text)),
        Predicate::Contains(value) => format!("contains {}", values.value(value)),
        Predicate::ContainsAll(value) => format!("contains all of {}", values.value(value)),
        Predicate::AtLeast(least) => format!("is at least {least}"),
        Predicate::AtMost(most) => format!("is at most {most}"),
        Predicate::MaxLength(most) => format!("has at most {most} characters"),
        Predicate::EqualsIgnoringCase(text) => format!("is {}, in any letter case", values.text(text)),
        Predicate::SameUrlAs(text) => format!("is the same URL as {}", values.text(text)),
        Predicate::Url(rule) => url(rule, values),
        Predicate::MediaType(text) => format!("is the media type {}", values.text(text)),
        Predicate::Contrast(Contrast { with, at_least }) => {
            format!("has a contrast of at least {at_least} to {}", values.text(with))
        }
    }
}

fn url(rule: &UrlRule, values: &dyn Values) -> String {
    let scheme = rule.scheme.as_ref().map(|scheme| format!("the scheme {}", values.word(scheme)));
    let host = rule.host.as_ref().map(|host| format!("the host {}", values.text(host)));
    let port = rule.port.as_ref().map(|ports| {
        let ports = ports.iter().map(|port| values.word(&port.to_string())).collect();
        format!("the port {}", joined(ports, "or"))
    });
    let address = rule.address.map(|rule| match rule {
        AddressRule::Public => "a public host".to_owned(),
    });
    let parts: Vec<String> = [scheme, host, address, port].into_iter().flatten().collect();
    let with = if parts.is_empty() { String::new() } else { format!(" with {}", joined(parts, "and")) };
    format!("is a URL{with}")
}

/// Joins phrases with commas, and with a word before the last.
pub fn joined(mut phrases: Vec<String>, word: &str) -> String {
    match (phrases.pop(), phrases.is_empty()) {
        (None, _) => String::new(),
        (Some(only), true) => only,
        (Some(last), false) => format!("{} {word} {last}", phrases.join(", ")),
    }
}
