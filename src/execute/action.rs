//! Having the partner do something, and finding what it showed to its client.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::unit::Doing;
use super::{Scope, World};
use crate::catalog::step::ActionStep;
use crate::catalog::words::Stage;
use crate::evidence::{Action, Answer, Body, Outcome, What};
use crate::gate::{Draft, Purpose};
use crate::plan::profile::CallOut;

/// The time that an action gets.
const PATIENCE: Duration = Duration::from_secs(30);

/// URLs inside text and HTML, the labels of secrets in them included (`<rehearsal.onboarding_url>`).
static URLS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"https?://(?:<[a-z_]+\.[a-z0-9_.#]+>|[^\s"'<>\\^`{}|])+"#).ok());

/// Carries out an `action` step.
pub(super) async fn run(doing: &mut Doing<'_>, step: &ActionStep) -> Result<(), String> {
    let client = step.client.clone().or_else(|| doing.clients.keys().next().cloned());
    if step.action == "restart" {
        let from = Instant::now();
        doing.world.restart().await?;
        let outcome = Outcome::Answered(Answer { status: 200, ..Answer::default() });
        let action = Action { name: "restart".into(), outcome, presented: Vec::new() };
        doing.log.add_between(from, Instant::now(), step.name.as_deref(), None, What::Action(action));
        return Ok(());
    }
    let actions = doing.world.plan.read.profile.rehearsal.as_ref().map(|rehearsal| &rehearsal.actions);
    let call = actions
        .and_then(|actions| actions.get(&step.action))
        .ok_or_else(|| format!("the profile has no action `{}`", step.action))?;
    let mut scope = doing.scope();
    if let Some(identity) = client.as_ref().and_then(|name| doing.clients.get(name)) {
        scope["client"] = identity.value();
    }
    let from = Instant::now();
    let outcome = perform(doing.world, call, &scope).await?;
    if let Some(identity) = client.as_ref().and_then(|name| doing.clients.get_mut(name)) {
        identity.learn(call, &outcome);
    }
    let presented = outcome.answer().map(presented).unwrap_or_default();
    let action = Action { name: step.action.clone(), outcome, presented };
    doing.log.add_between(from, Instant::now(), step.name.as_deref(), client.as_deref(), What::Action(action));
    Ok(())
}

/// Performs an action of the profile.
pub(super) async fn perform(world: &World, call: &CallOut, scope: &Scope) -> Result<Outcome, String> {
    let (method, url, headers, body) = super::call_out(&call.request, &call.headers, call.json.as_ref(), scope)?;
    let purpose = Purpose::Partner { stage: Stage::Rehearsal };
    let draft = Draft { purpose, method, url, headers, body, credentials: Vec::new() };
    Ok(world.send(draft, PATIENCE, false, None).await.outcome)
}

/// What an action taught us, by the names of the profile's `learn`.
pub(super) fn learned<'c>(call: &'c CallOut, outcome: &Outcome) -> Vec<(&'c str, Value)> {
    let Some(json) = outcome.answer().and_then(|answer| answer.body.json()) else { return Vec::new() };
    let found = |path: &str| JsonPath::parse(path).ok().and_then(|path| path.query(json).first().cloned());
    call.learn.iter().filter_map(|(name, path)| Some((name.as_str(), found(path)?))).collect()
}

/// The URLs in an answer: `Location`, texts in JSON, anything that looks like one in text and HTML.
fn presented(answer: &Answer) -> Vec<String> {
    let mut urls: Vec<String> = answer.header("location").map(str::to_owned).into_iter().collect();
    match &answer.body {
        Body::Json(json) => crate::json::texts(json, &mut |_, text| urls.extend(within(text))),
        // In HTML an ampersand inside an attribute is written `&amp;`.
        Body::Text(text) => urls.extend(within(&text.replace("&amp;", "&"))),
        Body::Empty | Body::Binary(_) => {}
    }
    urls.sort();
    urls.dedup();
    urls
}

fn within(text: &str) -> Vec<String> {
    URLS.iter()
        .flat_map(|urls| urls.find_iter(text))
        .map(|found| found.as_str().trim_end_matches(['.', ',', ')']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn urls_are_found_in_headers_json_and_html() {
        let answer =
            |body| Answer { status: 200, headers: vec![("location".into(), "https://a.example/1".into())], body };
        let html = r#"<a href="https://b.example/x?a=1&amp;b=2">sign</a>, or see https://c.example/y."#;
        assert_eq!(
            presented(&answer(Body::Text(html.into()))),
            ["https://a.example/1", "https://b.example/x?a=1&b=2", "https://c.example/y"]
        );
        let body = Body::Json(json!({ "links": [{ "url": "https://d.example/z" }] }));
        assert_eq!(presented(&answer(body)), ["https://a.example/1", "https://d.example/z"]);
    }
}
