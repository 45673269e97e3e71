//! Sends Preflight's own queries to a provider's real environment, such as whether an event happened or whether a
//! client may be deleted.

use std::time::Duration;

use serde_json::Map;

use super::authentication::ApiTarget;
use super::context::identity::{Identity, scope_of};
use super::context::run_context::RunContext;
use super::step_error::StepError;
use crate::evidence::{Outcome, Response};
use crate::pack::types::Environment;
use crate::template;

/// Timeout of a query.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Sends a query about a client, with the partner's key.
pub(super) async fn provider(
    run: &RunContext,
    environment: Environment,
    api: &str,
    line: &str,
    client: &Identity,
) -> Result<Response, StepError> {
    let scope = scope_of(client, Map::new());
    let line = template::render_text(line, &scope)?;
    let (method, target) = line.split_once(' ').ok_or_else(|| StepError::NotAQuery { line: line.clone() })?;
    let place = ApiTarget { run, environment: Some(environment), api };
    let draft = place.draft(method, target, &scope).await?;
    match run.send(draft, REQUEST_TIMEOUT, false, None).await.outcome {
        Outcome::Answered(answer) => Ok(answer),
        Outcome::TransportError(trouble) => Err(StepError::Unanswered { detail: trouble.detail }),
    }
}
