//! Sends the requests of steps: to real environments with the partner's key, to the simulated provider with the issued
//! key, and to pages without a key.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::authentication::ApiTarget;
use super::context::check_context::CheckContext;
use super::context::scope::Scope;
use super::context::tokens::AuthError;
use super::lookup;
use super::step_error::StepError;
use crate::evidence::{Body, EntryKind, Exchange, Outcome, Response};
use crate::json::camel_case;
use crate::net::gate::{Draft, Purpose};
use crate::pack::provider::FieldNames;
use crate::pack::step::RequestStep;
use crate::pack::types::Environment;
use crate::template::{self, TemplateError};

/// Timeout of a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Sends a request, once or for each element of a list.
pub(super) async fn run(context: &CheckContext<'_>, step: &RequestStep) -> Result<(), StepError> {
    let scope = context.scope();
    if let Some(name) = lacking(step, &scope) {
        return Err(not_there(context, step, &name));
    }
    let Some(each) = &step.for_each else {
        return once(context, step, scope, None).await.map(drop);
    };
    let list = template::render(each, &scope)?;
    let items = list.as_array().cloned().ok_or_else(|| StepError::NotAList { found: list.clone() })?;
    let mut sent = Vec::new();
    for item in items {
        let mut scope = scope.clone();
        scope["item"] = item.clone();
        if let Some(waiting) = once(context, step, scope, Some(item)).await? {
            sent.push(waiting);
        }
    }
    lookup::arrivals(context, step, sent).await;
    Ok(())
}

/// Returns the first name that the request reads and that has no value.
fn lacking(step: &RequestStep, scope: &Scope) -> Option<String> {
    let mut texts: Vec<String> = step.for_each.iter().chain([&step.request]).cloned().collect();
    if let Some(json) = &step.json {
        crate::json::texts(json, &mut |_, text| texts.push(text.to_owned()));
    }
    // The elements of the list become known only one by one.
    let of_each = |name: &String| name == "item" || name.starts_with("item.");
    texts.iter().find_map(|text| match template::render(text, scope) {
        Err(TemplateError::Missing(name)) if !of_each(&name) => Some(name),
        Err(TemplateError::Missing(_) | TemplateError::Invalid(_)) | Ok(_) => None,
    })
}

/// Returns the reason why a value of a request is missing: what happened to the step that should have given it, or else
/// the pack's advice.
fn not_there(context: &CheckContext<'_>, step: &RequestStep, name: &str) -> StepError {
    let earlier = name.split('.').next().unwrap_or(name);
    let why = context.log.read(|evidence| {
        let entry = evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(earlier))?;
        match &entry.what {
            EntryKind::Skipped(why) => Some(StepError::EarlierSkipped { reason: why.clone() }),
            what => {
                let Exchange { request, outcome, .. } = what.exchange()?;
                let request = format!("{} {}", request.method, request.url);
                match outcome {
                    Outcome::TransportError(trouble) => {
                        Some(StepError::EarlierUnanswered { request, detail: trouble.detail.clone() })
                    }
                    Outcome::Answered(answer) if (200..300).contains(&answer.status) => None,
                    Outcome::Answered(answer) => Some(StepError::EarlierAnswered { request, status: answer.status }),
                }
            }
        }
    });
    why.or_else(|| step.without.clone().map(|advice| StepError::MissingInput { advice }))
        .unwrap_or_else(|| TemplateError::Missing(name.to_owned()).into())
}

/// Sends one request. If the step counts arrivals and the request triggers an event, returns the event with the count
/// before it.
async fn once(
    context: &CheckContext<'_>,
    step: &RequestStep,
    scope: Scope,
    item: Option<Value>,
) -> Result<Option<lookup::Waiting>, StepError> {
    let draft = draft(context, step, &scope).await;
    let before = match &step.counts {
        Some(event) => {
            let event = template::render_text(event, &scope)?;
            lookup::before(context, event).await
        }
        None => None,
    };
    let from = Instant::now();
    let production = step.api.is_some() && environment(context, step) == Some(Environment::Production);
    let keep = production.then(|| context.run.plan.read.trusted.production_fields.clone());
    let sent = match draft {
        Ok(draft) => context.run.send(draft, REQUEST_TIMEOUT, step.follow, keep).await,
        // The response to a failed token request counts as the provider's response to a caller without access.
        Err(AuthError::Refused(sent)) => *sent,
        Err(AuthError::Cannot(why)) => return Err(why),
    };
    let mut outcome = sent.outcome;
    if step.api.is_some() && context.run.plan.pack.provider.field_names == FieldNames::CamelCase {
        outcome = camel(outcome);
    }
    if let (Outcome::Answered(answer), Some(environment)) = (&outcome, environment(context, step)) {
        context.run.note_created(environment, &sent.request, answer);
    }
    let captured = captures(step, &outcome);
    let exchange = Exchange { request: sent.request, outcome, address: sent.address, item, captured };
    let sends = sends(step, &exchange.outcome);
    context.log.add(from, step.name.as_deref(), EntryKind::Exchange(exchange));
    Ok(before.filter(|_| sends))
}

fn environment(context: &CheckContext<'_>, step: &RequestStep) -> Option<Environment> {
    step.environment.or(context.planned.stage.environment())
}

/// Drafts the request; the gate decides whether it is sent.
async fn draft(context: &CheckContext<'_>, step: &RequestStep, scope: &Scope) -> Result<Draft, AuthError> {
    let line = template::render_text(&step.request, scope)?;
    let (method, target) = line.split_once(' ').ok_or_else(|| StepError::NotARequest { line: line.clone() })?;
    let mut headers = Vec::new();
    let mut body = Vec::new();
    if let Some(json) = &step.json {
        let json = template::render_json(json, scope)?;
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        body = json.to_string().into_bytes();
    }
    let Some(api) = &step.api else {
        return Ok(Draft {
            purpose: Purpose::Open,
            method: method.into(),
            url: target.into(),
            headers,
            body,
            credentials: Vec::new(),
        });
    };
    let place = ApiTarget { run: context.run, environment: environment(context, step), api };
    let mut draft = place.draft(method, target, scope).await?;
    draft.headers.extend(headers);
    draft.body = body;
    Ok(draft)
}

fn captures(step: &RequestStep, outcome: &Outcome) -> Map<String, Value> {
    let json =
        outcome.answer().filter(|answer| (200..300).contains(&answer.status)).and_then(|answer| answer.body.json());
    let Some(json) = json else { return Map::new() };
    step.capture.iter().map(|(name, path)| (name.clone(), json!(path.select(json)))).collect()
}

/// Whether the response shows that the provider sent something whose arrival can be awaited.
fn sends(step: &RequestStep, outcome: &Outcome) -> bool {
    let Some(answer) = outcome.answer().filter(|answer| (200..300).contains(&answer.status)) else { return false };
    let Some(path) = &step.sends else { return true };
    let number = answer.body.json().and_then(|json| path.first(json)?.as_u64());
    number.is_some_and(|number| number > 0)
}

/// Converts field names to a lower-case first letter, however the provider wrote them.
fn camel(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Answered(Response { status, headers, body: Body::Json(json) }) => {
            Outcome::Answered(Response { status, headers, body: Body::Json(camel_case(json)) })
        }
        Outcome::Answered(answer) => Outcome::Answered(answer),
        Outcome::TransportError(trouble) => Outcome::TransportError(trouble),
    }
}
