//! Judges expectations about responses: of the provider's API, and of the partner's pages.

use serde_json::json;

use super::case::Case;
use super::finding::{ExpectationResult, Finding};
use super::matching::{by_path, matches, show};
use super::scope::Scope;
use super::usable::{asks_provider, misshapen, no_answer};
use crate::address::is_public;
use crate::evidence::{Exchange, Offset, Outcome, Response, Responsible, TransportError, TransportErrorKind};
use crate::json_path::JsonPath;
use crate::pack::expectations::{CertificateRule, ResponseExpectation};
use crate::pack::matcher::AddressRule;

/// Judges `response: ...`.
pub(super) fn judge(case: &Case<'_>, expectation: &ResponseExpectation, scope: &Scope<'_>) -> ExpectationResult {
    let mut parts = Vec::new();
    for step in &expectation.response.0 {
        let found = exchanges(case, step);
        if found.is_empty() {
            let why = case
                .skipped(step)
                .unwrap_or_else(|| format!("the step `{step}` ran over an empty list, so no request was sent"));
            parts.push(ExpectationResult::Unknown(Finding::new(Responsible::Partner, why)));
        }
        let judge = |(began, exchange)| judge_response(case, step, expectation, exchange, scope).about(began);
        parts.extend(found.into_iter().map(judge));
    }
    let hint = scope.hint(expectation.hint.as_ref());
    ExpectationResult::all_of(parts).hinted(hint.as_deref())
}

fn exchanges<'c>(case: &Case<'c>, step: &str) -> Vec<(Offset, &'c Exchange)> {
    case.evidence
        .entries
        .iter()
        .filter(|entry| entry.step.as_deref() == Some(step))
        .filter_map(|entry| Some((entry.from, entry.what.exchange()?)))
        .collect()
}

fn judge_response(
    case: &Case<'_>,
    step: &str,
    expectation: &ResponseExpectation,
    exchange: &Exchange,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let item = exchange.item.as_ref().map(|item| format!(" for {}", show(item))).unwrap_or_default();
    let what = format!("{} {}{item}", exchange.request.method, exchange.request.url);
    let provider = asks_provider(case, step);
    if let Some(CertificateRule::Valid) = expectation.certificate
        && let Outcome::TransportError(TransportError { kind: TransportErrorKind::Certificate, detail }) =
            &exchange.outcome
    {
        return ExpectationResult::No(Finding::contrast(
            Responsible::Partner,
            format!("{what}: a trusted, valid certificate for this host"),
            detail.clone(),
        ));
    }
    if let (Some(AddressRule::Public), Some(address)) = (expectation.address, exchange.address)
        && !is_public(address)
    {
        return ExpectationResult::No(Finding::contrast(
            Responsible::Partner,
            format!("{what}: a public address"),
            address.to_string(),
        ));
    }
    let answer = match &exchange.outcome {
        Outcome::TransportError(trouble) => return ExpectationResult::Unknown(no_answer(&what, trouble, provider)),
        Outcome::Answered(answer) => answer,
    };
    // The partner is not to blame for a 429 or a 5xx of the provider.
    let theirs = provider && (answer.status == 429 || answer.status >= 500);
    if theirs && expectation.status.as_ref().is_some_and(|rule| !rule.holds(answer.status)) {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Provider,
            format!("{what}: the provider answered {}; try again later", answer.status),
        ));
    }
    if let Some(finding) = misshapen(case, step, exchange, answer) {
        return ExpectationResult::Unknown(finding);
    }
    ExpectationResult::all_of([
        status(expectation, answer, &what),
        headers(expectation, answer, scope),
        body(expectation, answer, scope, &item),
        counted(case, expectation, exchange, scope),
    ])
}

fn status(expectation: &ResponseExpectation, answer: &Response, what: &str) -> ExpectationResult {
    let Some(rule) = expectation.status.as_ref().filter(|rule| !rule.holds(answer.status)) else {
        return ExpectationResult::YES;
    };
    let said = answer.body.json().and_then(|body| body.get("message").or_else(|| body.get("title"))).map(show);
    let observed = said.map_or_else(|| answer.status.to_string(), |said| format!("{} ({said})", answer.status));
    ExpectationResult::No(Finding::contrast(Responsible::Partner, format!("{what} answers {rule}"), observed))
}

fn headers(expectation: &ResponseExpectation, answer: &Response, scope: &Scope<'_>) -> ExpectationResult {
    ExpectationResult::all_of(expectation.header.iter().map(|(name, matcher)| {
        let value = answer.header(name).map(|value| json!(value));
        matches(matcher, value.as_ref(), scope, &format!("the header {name}"))
    }))
}

fn body(expectation: &ResponseExpectation, answer: &Response, scope: &Scope<'_>, item: &str) -> ExpectationResult {
    if expectation.body.is_empty() {
        return ExpectationResult::YES;
    }
    let Some(json) = answer.body.json() else {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Provider,
            format!("the response ({}) is not JSON", answer.status),
        ));
    };
    let each = expectation.body.iter();
    let what = |path: &JsonPath| format!("{}{item}", path.field());
    ExpectationResult::all_of(each.map(|(path, matcher)| by_path(json, path, matcher, scope, &what(path))))
}

/// Judges how often the partner counted the event that the request triggered.
fn counted(
    case: &Case<'_>,
    expectation: &ResponseExpectation,
    exchange: &Exchange,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let Some(matcher) = &expectation.counted else { return ExpectationResult::YES };
    match exchange.captured.get("counted").filter(|value| !value.is_null()) {
        Some(count) => {
            let what = exchange.item.as_ref().map_or_else(
                || "deliveries that took effect".to_owned(),
                |item| format!("{}: deliveries that took effect", show(item)),
            );
            matches(matcher, Some(count), scope, &what)
        }
        None if case.bound.get(&format!("environments.{}.lookups.received", case.stage)).is_some() => {
            let why = "the request triggered no delivery, or the lookup returned no number";
            ExpectationResult::Unknown(Finding::new(Responsible::Partner, why))
        }
        None => {
            let place = format!("environments.{}.lookups.received", case.stage);
            ExpectationResult::Unknown(Finding::new(
                Responsible::Partner,
                format!("Preflight cannot see whether the event arrived: {}", case.bound.how_to_give(&place)),
            ))
        }
    }
}
