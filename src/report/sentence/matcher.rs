//! What a value must be.

use indexmap::IndexMap;

use super::Speaker;
use super::plain::{code, joined, list};
use crate::catalog::matcher::{AddressRule, Contrast, Matcher, Predicate, UrlRule};

impl Speaker<'_> {
    /// What comes after the name of a value: `is 200 and ...`.
    pub(super) fn matcher(self, matcher: &Matcher) -> String {
        if let [Predicate::AtLeast(least), Predicate::AtMost(most)] = matcher.0.as_slice()
            && least.to_bits() == most.to_bits()
        {
            return format!("comes to exactly {least}");
        }
        joined(matcher.0.iter().map(|predicate| self.predicate(predicate)).collect(), "and")
    }

    /// Several values, each with what it must be.
    pub(super) fn each_is(self, kind: &str, matchers: &IndexMap<String, Matcher>) -> Vec<String> {
        let one = |(name, matcher): (&String, &Matcher)| format!("{kind}{} {}", code(name), self.matcher(matcher));
        matchers.iter().map(one).collect()
    }

    fn predicate(self, predicate: &Predicate) -> String {
        match predicate {
            Predicate::Equals(value) => format!("is {}", self.value(value)),
            Predicate::DiffersFrom(value) => format!("is there and differs from {}", self.value(value)),
            Predicate::Not(inner) => match inner.0.as_slice() {
                [Predicate::Equals(value)] => format!("is not {}", self.value(value)),
                _ => format!("is nothing that {}", self.matcher(inner)),
            },
            Predicate::Exists(true) => "is there".to_owned(),
            Predicate::Exists(false) => "is absent".to_owned(),
            Predicate::OneOf(values) => {
                format!("is {}", joined(values.iter().map(|value| self.value(value)).collect(), "or"))
            }
            Predicate::Pattern(text) => format!("has the form {}", self.text(text)),
            Predicate::StartsWith(text) => format!("starts with {}", self.text(text)),
            Predicate::Contains(value) => format!("contains {}", self.value(value)),
            Predicate::ContainAll(value) => format!("contains all of {}", self.value(value)),
            Predicate::AtLeast(least) => format!("comes to at least {least}"),
            Predicate::AtMost(most) => format!("comes to at most {most}"),
            Predicate::MaxLength(most) => format!("is a text of at most {most} characters"),
            Predicate::EqualsIgnoringCase(text) => format!("is {}, whatever the case of its letters", self.text(text)),
            Predicate::SameUrlAs(text) => format!("is the same URL as {}", self.text(text)),
            Predicate::Url(rule) => self.url(rule),
            Predicate::MediaType(text) => format!("is the media type {}", self.text(text)),
            Predicate::Contrast(Contrast { with, at_least }) => {
                format!("can be read on {}: a contrast of at least {at_least}", self.text(with))
            }
        }
    }

    fn url(self, rule: &UrlRule) -> String {
        let scheme = rule.scheme.as_ref().map(|scheme| format!("the scheme {}", code(scheme)));
        let host = rule.host.as_ref().map(|host| format!("the host {}", self.text(host)));
        let ports: Option<Vec<String>> = rule.port.as_ref().map(|ports| ports.iter().map(u16::to_string).collect());
        let port = ports.map(|ports| format!("the port {}", list(ports.iter().map(String::as_str), "or")));
        let address = rule.address.map(|rule| match rule {
            AddressRule::Public => "a host that can be reached from anywhere".to_owned(),
        });
        let parts: Vec<String> = [scheme, host, address, port].into_iter().flatten().collect();
        let with = if parts.is_empty() { String::new() } else { format!(" with {}", joined(parts, "and")) };
        format!("is a URL{with}")
    }
}
