//! Performs actions: has the partner do something, and finds the URLs that it shows its client.

use std::sync::LazyLock;
use std::time::Instant;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::Value;

use super::context::check_context::{CheckContext, PerformedAction};
use super::context::identity::scope_of;
use super::context::run_context::RunContext;
use super::context::scope::Scope;
use super::partner_call::call_out;
use super::step_error::StepError;
use super::{command, readiness};
use crate::address::{Host, web};
use crate::evidence::{Action, Body, EntryKind, Outcome, Response, Responsible, TransportError, TransportErrorKind};
use crate::net::gate::{Draft, Purpose};
use crate::pack::step::ActionStep;
use crate::pack::types::Stage;
use crate::profile::CallOut;
use crate::template;

/// Matches URLs in text and HTML, including those that contain the label of a secret (`<rehearsal.onboarding_url>`).
static URLS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i:https?)://(?:<[a-z_]+\.[a-z0-9_.#]+>|[^\s"'<>\\^`{}|])+"#).ok());

/// Runs an `action` step.
pub(super) async fn run(context: &mut CheckContext<'_>, step: &ActionStep) -> Result<(), StepError> {
    let turn = context.turn().await;
    let from = Instant::now();
    if step.action == "restart" {
        let outcome = restart(context).await.map_err(|why| {
            let why = StepError::NotRestarted(Box::new(why));
            context.log.incomplete(Responsible::Partner, why.to_string());
            why
        })?;
        let action = Action { name: "restart".into(), outcome, presented: Vec::new(), own: Vec::new() };
        context.log.add_between(from, Instant::now(), step.name.as_deref(), None, EntryKind::Action(action));
        return Ok(());
    }
    let (run, stage) = (context.run, context.planned.stage);
    let call = actions(context).and_then(|actions| actions.get(&step.action));
    let call = call.ok_or_else(|| StepError::NoAction { action: step.action.clone() })?;
    let (client, mut identity) = context.client(step.client.as_deref())?;
    let with = template::render_json(&Value::Object(step.with.clone()), &context.scope());
    let with = with?.as_object().cloned().unwrap_or_default();
    let arguments = identity.arguments(run, &step.action, &step.subject, &with);
    if stage.environment().is_some() {
        context.log.asked_for(&identity);
    }
    let outcome = perform(run, stage, call, &scope_of(&identity, arguments.clone())).await?;
    drop(turn);
    identity.asked = true;
    identity.capture(call, &outcome);
    if let Some(simulator) = run.provider.simulator() {
        run.know_tenant(simulator, &mut identity);
    }
    let presented = outcome.answer().map(presented).unwrap_or_default();
    let own = identity.own(&arguments);
    let action = Action { name: step.action.clone(), outcome, presented, own };
    context.log.add_between(from, Instant::now(), step.name.as_deref(), Some(&client), EntryKind::Action(action));
    context.done.push(PerformedAction { client: client.clone(), step: step.name.clone(), arguments });
    context.clients.insert(client, identity);
    Ok(())
}

/// Returns the partner's actions in the environment of the check.
fn actions<'d>(context: &CheckContext<'d>) -> Option<&'d IndexMap<String, CallOut>> {
    let profile = &context.run.plan.read.profile;
    match context.planned.stage.environment() {
        Some(environment) => profile.environments.get(&environment).map(|inside| &inside.actions),
        None => profile.rehearsal.as_ref().map(|rehearsal| &rehearsal.actions),
    }
}

/// Restarts the build through the partner's own action if the profile has one, otherwise by starting it again. Fails if
/// the action is not answered with success.
async fn restart(context: &CheckContext<'_>) -> Result<Outcome, StepError> {
    let run = context.run;
    let Some(call) = actions(context).and_then(|actions| actions.get("restart")) else {
        run.restart(context.planned.packed.check.given.variant.as_deref()).await?;
        return Ok(Outcome::Answered(Response { status: 200, ..Response::default() }));
    };
    let outcome = perform(run, context.planned.stage, call, &context.scope()).await?;
    match &outcome {
        Outcome::Answered(answer) if answer.status < 400 => {}
        Outcome::Answered(_) => {
            return Err(StepError::RestartAnswered { answer: outcome.brief(Outcome::MAX_SENTENCE_CHARS) });
        }
        Outcome::TransportError(trouble) => return Err(StepError::Unanswered { detail: trouble.detail.clone() }),
    }
    if let Some(start) = run.plan.read.profile.rehearsal.as_ref().and_then(|rehearsal| rehearsal.start.as_ref()) {
        readiness::back(run, start).await?;
    }
    Ok(outcome)
}

/// Performs an action of the profile, in the environment of a stage.
pub(super) async fn perform(
    run: &RunContext,
    stage: Stage,
    call: &CallOut,
    scope: &Scope,
) -> Result<Outcome, StepError> {
    let outcome = match &call.command {
        Some(command) => command::run(run, stage, command, scope).await?,
        None => asked(run, stage, call, scope).await?,
    };
    Ok(if stage.environment().is_some() { without_access(run, stage, &outcome) } else { outcome })
}

async fn asked(run: &RunContext, stage: Stage, call: &CallOut, scope: &Scope) -> Result<Outcome, StepError> {
    let line = call.request.as_deref().ok_or(StepError::EmptyAction)?;
    let (method, url, mut headers, mut body) = call_out(line, &call.headers, call.json.as_ref(), scope)?;
    if let Some(form) = &call.form {
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        for (name, text) in form {
            fields.append_pair(name, &template::render_text(text, scope)?);
        }
        headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
        body = fields.finish().into_bytes();
    }
    let draft = Draft { purpose: Purpose::Partner { stage }, method, url, headers, body, credentials: Vec::new() };
    Ok(run.send(draft, run.clock.answers_within(), false, None).await.outcome)
}

/// Hides the provider pages that the partner shows, because their URLs alone give access. The simulator knows the URLs
/// that it issued; for a real provider, the pack's page hosts decide.
fn without_access(run: &RunContext, stage: Stage, outcome: &Outcome) -> Outcome {
    let pages = run.plan.pack.provider.environments.values().flat_map(|addresses| &addresses.pages);
    let pages: Vec<Host> = pages.filter_map(|page| Host::parse(page)).collect();
    for page in outcome.answer().map(presented).unwrap_or_default() {
        let host = web::parse(&page).as_ref().and_then(Host::of);
        if host.is_some_and(|host| pages.iter().any(|known| host.is_beside(known))) {
            run.redactor.learn_issued(&format!("{stage}.page"), &page);
        }
    }
    run.redactor.serialized(outcome).unwrap_or_else(|| {
        let detail = "the response cannot be shown without its secrets".to_owned();
        Outcome::TransportError(TransportError { kind: TransportErrorKind::Shape, detail })
    })
}

/// Returns the URLs in a response: `Location`, strings in JSON, and URLs in text and HTML.
pub(super) fn presented(answer: &Response) -> Vec<String> {
    let mut urls: Vec<String> = answer.header("location").map(str::to_owned).into_iter().collect();
    match &answer.body {
        Body::Json(json) => crate::json::texts(json, &mut |_, text| urls.extend(within(text))),
        // HTML attributes write an ampersand as `&amp;`.
        Body::Text(text) => urls.extend(within(&text.replace("&amp;", "&"))),
        Body::Empty | Body::Binary(_) => {}
    }
    urls.sort();
    urls.dedup();
    urls
}

fn within(text: &str) -> Vec<String> {
    let found = URLS.iter().flat_map(|urls| urls.find_iter(text)).map(|found| found.as_str());
    found.map(|url| if url == text.trim() { url } else { without_stop(url) }.to_owned()).collect()
}

/// Strips trailing punctuation from a URL inside a sentence; a closing bracket stays if it was opened within the URL.
fn without_stop(url: &str) -> &str {
    let open = url.matches('(').count() >= url.matches(')').count();
    match url.strip_suffix(['.', ',']).or_else(|| url.strip_suffix(')').filter(|_| !open)) {
        Some(rest) => without_stop(rest),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn urls_are_found_in_headers_json_and_html() {
        let answer =
            |body| Response { status: 200, headers: vec![("location".into(), "https://a.example/1".into())], body };
        let html = r#"<a href="https://b.example/x?a=1&amp;b=2">sign</a>, or see https://c.example/y."#;
        assert_eq!(
            presented(&answer(Body::Text(html.into()))),
            ["https://a.example/1", "https://b.example/x?a=1&b=2", "https://c.example/y"]
        );
        for (text, url) in [
            ("https://d.example/?back=https%3A%2F%2Fa%2F%20(1)", "https://d.example/?back=https%3A%2F%2Fa%2F%20(1)"),
            ("Sign (at https://d.example/x%20(1)).", "https://d.example/x%20(1)"),
            ("HTTPS://D.example.", "HTTPS://D.example."),
            ("See https://d.example.", "https://d.example"),
        ] {
            assert_eq!(within(text), [url], "{text}");
        }
        let body = Body::Json(json!({ "links": [{ "url": "https://d.example/z" }] }));
        assert_eq!(presented(&answer(body)), ["https://a.example/1", "https://d.example/z"]);
    }
}
