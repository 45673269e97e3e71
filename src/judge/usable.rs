//! Checks whether a response is usable: it arrived, its status is a success, and its body matches the API. What the
//! partner did not cause says nothing about the partner.

use serde_json::Value;

use super::case::Case;
use super::finding::Finding;
use crate::evidence::{Exchange, Outcome, Response, Responsible, TransportError, TransportErrorKind};
use crate::pack::step::{RequestStep, Step};

/// Maximum length of a schema error in a finding, in characters.
const MAX_QUOTE_CHARS: usize = 300;

/// Returns the JSON of a step's response.
///
/// # Errors
///
/// A finding that says why the response is not usable, and who must act.
pub(super) fn usable<'e>(case: &Case<'_>, step: &str, exchange: &'e Exchange) -> Result<&'e Value, Finding> {
    let what = format!("{} {}", exchange.request.method, exchange.request.url);
    let answer = match &exchange.outcome {
        Outcome::TransportError(trouble) => return Err(no_answer(&what, trouble, asks_provider(case, step))),
        Outcome::Answered(answer) => answer,
    };
    if !(200..300).contains(&answer.status) {
        let responsible =
            if answer.status >= 500 || answer.status == 429 { Responsible::Provider } else { Responsible::Partner };
        return Err(Finding::new(responsible, format!("{what} was answered {}", answer.status)));
    }
    if let Some(finding) = misshapen(case, step, exchange, answer) {
        return Err(finding);
    }
    answer
        .body
        .json()
        .ok_or_else(|| Finding::new(Responsible::Provider, format!("the response of `{step}` is not JSON")))
}

/// Returns a finding if a successful response does not match the schema of the call.
pub(super) fn misshapen(case: &Case<'_>, step: &str, exchange: &Exchange, answer: &Response) -> Option<Finding> {
    let line = request(case, step).filter(|step| step.api.is_some())?.request.split('?').next()?;
    let (method, path) = line.split_once(' ')?;
    let mut shapes = case.provider.answers.iter();
    let (_, schema) = shapes.find(|(route, _)| route.matches(method, path))?;
    if !(200..300).contains(&answer.status) {
        return None;
    }
    let what = format!("{} {} was answered {}", exchange.request.method, exchange.request.url, answer.status);
    let Some(json) = answer.body.json() else {
        return Some(Finding::new(Responsible::Provider, format!("{what}, but the response is not JSON")));
    };
    let validator = jsonschema::validator_for(schema).ok()?;
    let error = validator.iter_errors(json).next()?;
    let place = error.instance_path().to_string();
    let at = if place.is_empty() { String::new() } else { format!("at `{place}`, ") };
    // The library writes out the whole value, which may be a long list.
    let why: String = error.to_string().chars().take(MAX_QUOTE_CHARS).collect();
    Some(Finding::new(
        Responsible::Provider,
        format!("{what}, but the body does not match the schema of this call: {at}{why}"),
    ))
}

/// Makes the finding for a request without a response, with who must act.
pub(super) fn no_answer(what: &str, trouble: &TransportError, provider: bool) -> Finding {
    let responsible = match trouble.kind {
        TransportErrorKind::Refused => Responsible::Partner,
        TransportErrorKind::Certificate
        | TransportErrorKind::Redirects
        | TransportErrorKind::TooLarge
        | TransportErrorKind::Shape => {
            if provider {
                Responsible::Provider
            } else {
                Responsible::Partner
            }
        }
        TransportErrorKind::Dns
        | TransportErrorKind::Connect
        | TransportErrorKind::Timeout
        | TransportErrorKind::Broken => Responsible::Network,
    };
    Finding::new(responsible, format!("{what} got no response: {}", trouble.detail))
}

/// Whether the step called an API of the provider, and not a page of the partner.
pub(super) fn asks_provider(case: &Case<'_>, name: &str) -> bool {
    request(case, name).is_some_and(|request| request.api.is_some())
}

fn request<'c>(case: &Case<'c>, name: &str) -> Option<&'c RequestStep> {
    case.check.when.iter().filter_map(Step::request).find(|request| request.name.as_deref() == Some(name))
}
