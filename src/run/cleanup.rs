//! Deletes from the test environment what a check created there, and nothing else.

use serde_json::Value;

use super::context::check_context::CheckContext;
use super::context::identity::Identity;
use super::context::run_context::RunContext;
use super::provider_query;
use super::step_error::StepError;
use crate::evidence::Response;
use crate::json_path::JsonPath;
use crate::pack::actions::Cleanup;
use crate::pack::types::{Environment, Stage};

/// Deletes the generated clients of a check, and reports each that cannot be deleted.
pub(super) async fn cleanup(context: &CheckContext<'_>) {
    let Some(how) = context.run.plan.pack.provider.cleanup.as_ref().filter(|_| context.planned.stage == Stage::Test)
    else {
        return;
    };
    for client in context.clients.values().filter(|client| client.made_up && client.asked) {
        let taken = take_away(context.run, how, client).await;
        context.log.seen_to(client);
        let told = match taken {
            Ok(true) => format!("cleaned up: deleted {} in the test environment", client.tenant),
            Ok(false) => continue,
            Err(why) => format!("left behind in the test environment: {}, because {why}", client.tenant),
        };
        context.log.add_remark(told);
    }
}

/// Deletes a client. Returns `false` if the provider does not know it.
async fn take_away(run: &RunContext, how: &Cleanup, client: &Identity) -> Result<bool, StepError> {
    let ask = async |line: &str| provider_query::provider(run, Environment::Test, &how.api, line, client).await;
    let there = ask(&how.look).await?;
    if there.status == 404 {
        return Ok(false);
    }
    // This run generated the address. A client with this address and no other was therefore created by this run.
    let emails = found(&there, &how.email);
    let ours = |email: &Value| email.as_str().is_some_and(|email| email.eq_ignore_ascii_case(&client.email));
    if emails.is_empty() || !emails.iter().all(ours) {
        return Err(StepError::ForeignEmail);
    }
    let answer = ask(&how.ask).await?;
    if found(&answer, &how.deletable).first() != Some(&Value::Bool(true)) {
        let why = found(&answer, &how.blockers);
        let why: Vec<&str> = why.iter().filter_map(Value::as_str).collect();
        let reason = if why.is_empty() { format!("the provider answered {}", answer.status) } else { why.join(" ") };
        return Err(StepError::NotDeletable { reason });
    }
    run.created(Environment::Test, &how.delete, client);
    let gone = ask(&how.delete).await?;
    if (200..300).contains(&gone.status) { Ok(true) } else { Err(StepError::ProviderAnswered { status: gone.status }) }
}

fn found(answer: &Response, path: &JsonPath) -> Vec<Value> {
    answer.body.json().map(|json| path.values(json)).unwrap_or_default()
}
