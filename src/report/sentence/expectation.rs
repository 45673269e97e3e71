//! Expectations as sentences: what must have happened, and what must hold.

use super::plain::{all_of, clients, code, list, many};
use super::speaker::{Sentence, Speaker};
use crate::pack::expectations::{
    AnyOfExpectation, CertificateRule, DeliveryExpectation, DeliveryRule, EffectExpectation, Expectation,
    ResponseExpectation, Selection, ShownExpectation, ShownRule, Source, ValuesExpectation,
};
use crate::pack::matcher::{AddressRule, Matcher, OnFailure, Predicate};
use crate::pack::matcher_text::joined;
use crate::pack::traffic::{DeniedHostsExpectation, ProviderRecordsExpectation, UserMessageExpectation};

impl Speaker<'_> {
    /// Describes what an expectation demands.
    pub fn expectation(self, expectation: &Expectation) -> Sentence {
        let text = match expectation {
            Expectation::Response(e) => self.answer(e),
            Expectation::Delivery(e) => self.delivery(e),
            Expectation::Effect(e) => effect(e),
            Expectation::Shown(e) => self.presented(e),
            Expectation::Calls(e) => self.calls(e),
            Expectation::UserMessage(UserMessageExpectation { user_message: told, unlike, on_failure: _ }) => {
                let (told, unlike) = (code(told), code(unlike));
                format!("the user message of {told} is no crash, and differs from that of {unlike}, which succeeded")
            }
            Expectation::ProviderRecords(e) => self.provider(e),
            Expectation::DeniedHosts(e) => self.denied_hosts(e),
            Expectation::Values(e) => self.values(e),
            Expectation::AnyOf(AnyOfExpectation { any_of: either }) => {
                let parts = either.iter().map(|one| self.expectation(one)).collect();
                return Sentence { text: "one of these holds:".to_owned(), parts };
            }
        };
        let on_failure = match expectation.on_failure() {
            OnFailure::Fail => "",
            OnFailure::Inconclusive => "; otherwise the check is inconclusive",
        };
        let hint = hint(expectation).map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{text}{on_failure}{hint}").into()
    }

    fn answer(self, expectation: &ResponseExpectation) -> String {
        let ResponseExpectation {
            response: answer,
            status,
            header,
            body,
            address,
            certificate,
            counted,
            on_failure: _,
            hint: _,
        } = expectation;
        let mut rules: Vec<String> = status.iter().map(|status| format!("the status is {status}")).collect();
        rules.extend(self.each_is("the header ", header));
        rules.extend(self.each_is("", body));
        rules.extend(address.iter().map(|rule| match rule {
            AddressRule::Public => "the address is public".to_owned(),
        }));
        rules.extend(certificate.iter().map(|rule| match rule {
            CertificateRule::Valid => {
                "a trusted authority issued the certificate for this host, and it has not expired".to_owned()
            }
        }));
        let newly = |rule| {
            format!(
                "the number of deliveries that newly took effect, as the partner counts them, {}",
                self.matcher(rule)
            )
        };
        rules.extend(counted.iter().map(newly));
        let of = list(answer.0.iter().map(String::as_str), "and to");
        if rules.is_empty() {
            return format!("there is a response to {of}");
        }
        let each = if answer.0.len() > 1 { "each" } else { "the" };
        format!("in {each} response to {of}, {}", all_of(&rules))
    }

    fn delivery(self, expectation: &DeliveryExpectation) -> String {
        let DeliveryExpectation { delivery, is, status, on_failure: _ } = expectation;
        let whose = |name: &String| match name.as_str() {
            "control" => "the genuine deliveries before and after".to_owned(),
            "altered" => "every altered delivery".to_owned(),
            "each" => "every delivery".to_owned(),
            step => format!("the delivery {}", code(step)),
        };
        let what = joined(delivery.0.iter().map(whose).collect(), "and");
        let be = if delivery.0.len() > 1 || delivery.0.iter().any(|name| name == "control") { "are" } else { "is" };
        let rule = is.map(|rule| match rule {
            DeliveryRule::Accepted => format!("{be} accepted{}", self.success()),
            DeliveryRule::Acknowledged => format!("{be} answered with a 2xx"),
            DeliveryRule::InTime => format!("{be} answered{}", self.in_time()),
            DeliveryRule::Rejected => format!("{be} rejected: answered without success, or without effect"),
            DeliveryRule::AsDeclared => format!("{be} accepted or rejected, as each alteration declares"),
            DeliveryRule::AcceptedOrPutOff => {
                format!("{be} accepted{}, at least one of them, or put off with 409, 429 or 503", self.success())
            }
        });
        let status =
            status.as_ref().map(|matcher| format!("{be} answered with a status that {}", self.matcher(matcher)));
        format!("{what} {}", joined(rule.into_iter().chain(status).collect(), "and"))
    }

    /// Describes what the provider regards as success.
    fn success(self) -> String {
        let Some(webhooks) = &self.pack.provider.webhooks else { return String::new() };
        format!(" ({}{})", webhooks.success.status, self.in_time())
    }

    /// Describes the time within which the provider expects an answer.
    fn in_time(self) -> String {
        let within = self.pack.provider.webhooks.as_ref().and_then(|webhooks| webhooks.success.within);
        within.map(|within| format!(" within {}", super::plain::span(within))).unwrap_or_default()
    }

    fn presented(self, expectation: &ShownExpectation) -> String {
        let ShownExpectation { shown: presented, client, by, url, on_failure: _, hint: _ } = expectation;
        let url = url.as_ref().map(|url| format!("every URL in {}", self.text(url)));
        let any = url.clone().unwrap_or_else(|| "a URL that the provider sent".to_owned());
        let every = url.unwrap_or_else(|| "every URL that the provider sent".to_owned());
        let when = by.as_ref().map(|by| format!(" after {}", code(by))).unwrap_or_default();
        let shown = format!("shown to {}{when}", clients(client.as_ref()));
        match presented {
            ShownRule::ProviderUrl => format!("{any} is {shown}"),
            ShownRule::ReceivedHost => {
                format!("{every}, as {shown}, keeps the scheme, host and port that the provider sent")
            }
            ShownRule::ReturnUrl => format!(
                "{every}, as {shown}, has exactly one return URL, correctly appended and allowed by the profile, and keeps \
                 the query that the provider sent"
            ),
            ShownRule::Nothing => format!("no provider URL is {shown}"),
        }
    }

    fn provider(self, expectation: &ProviderRecordsExpectation) -> String {
        let ProviderRecordsExpectation { provider_records: provider, client, on_failure: _ } = expectation;
        let held = |(name, matcher): (&String, &Matcher)| match matcher.0.as_slice() {
            [Predicate::Equals(count)] if count.is_u64() => {
                format!("exactly {} in {}", many(count.as_u64().unwrap_or_default(), "record"), code(name))
            }
            _ => format!("records in {} whose number {}", code(name), self.matcher(matcher)),
        };
        let held = joined(provider.iter().map(held).collect(), "and");
        format!("the provider has {held} about {}", clients(client.as_ref()))
    }

    fn denied_hosts(self, expectation: &DeniedHostsExpectation) -> String {
        let DeniedHostsExpectation { denied_hosts: _, exactly, at_least, on_failure: _, hint: _ } = expectation;
        let hosts = expectation.hosts().map_or("a host".to_owned(), |hosts| format!("a host of {}", self.text(hosts)));
        let often = often("tries", "to reach", *exactly, *at_least, None);
        format!("the partner's build {often} {hosts} that access is denied")
    }

    fn values(self, expectation: &ValuesExpectation) -> String {
        let ValuesExpectation { values, are, all_match: each, on_failure: _, hint: _ } = expectation;
        let what = match values {
            Source::Template(text) => self.text(text),
            Source::Selection(selection) => self.selection(selection),
        };
        let each = each.as_ref().map(|matcher| format!("has elements, each of which {}", self.matcher(matcher)));
        let rules = are.as_ref().map(|matcher| self.matcher(matcher)).into_iter().chain(each);
        format!("{what} {}", joined(rules.collect(), "and"))
    }

    fn selection(self, selection: &Selection) -> String {
        let Selection { of, select, filter, take, known_by: _ } = selection;
        let select = code(select.as_str());
        let path = if take.is_root() { select } else { format!("{} of each {select}", code(take.as_str())) };
        let filter = self.each_is("", filter);
        let filter = if filter.is_empty() { String::new() } else { format!(", where {},", joined(filter, "and")) };
        format!("{path} in {}{filter}", code(of))
    }
}

fn effect(expectation: &EffectExpectation) -> String {
    let EffectExpectation { effect, exactly, at_least, at_most, on_failure: _ } = expectation;
    format!("the event of {} {}", code(effect), often("takes", "effect", *exactly, *at_least, *at_most))
}

/// Says how often something happens: `takes effect exactly 1 time`, `never takes effect`.
fn often(verb: &str, rest: &str, exactly: Option<u64>, at_least: Option<u64>, at_most: Option<u64>) -> String {
    if exactly == Some(0) {
        return format!("never {verb} {rest}");
    }
    let counts = [("exactly", exactly), ("at least", at_least), ("at most", at_most)];
    let counts = counts.into_iter().filter_map(|(word, n)| Some(format!("{word} {}", many(n?, "time"))));
    let counts = joined(counts.collect(), "and");
    if rest.starts_with("to ") { format!("{verb} {counts} {rest}") } else { format!("{verb} {rest} {counts}") }
}

/// Returns the hint that the pack gives for an unmet expectation.
fn hint(expectation: &Expectation) -> Option<&String> {
    match expectation {
        Expectation::Response(e) => e.hint.as_ref(),
        Expectation::Shown(e) => e.hint.as_ref(),
        Expectation::Calls(e) => e.hint.as_ref(),
        Expectation::DeniedHosts(e) => e.hint.as_ref(),
        Expectation::Values(e) => e.hint.as_ref(),
        Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::UserMessage(_)
        | Expectation::ProviderRecords(_)
        | Expectation::AnyOf(_) => None,
    }
}
