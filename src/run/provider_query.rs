//! Preflight's own queries to a provider's real environment, such as whether an event happened or a client may be
//! deleted.

use std::time::Duration;

use serde_json::Map;

use super::authentication::Place;
use super::context::identity::{Identity, scope_of};
use super::context::run_context::RunContext;
use super::context::tokens::Unkeyed;
use crate::evidence::{Answer, Outcome};
use crate::pack::types::Environment;
use crate::template;

/// Timeout of a query.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends a query about a client, with the partner's key.
pub(super) async fn provider(
    world: &RunContext,
    environment: Environment,
    api: &str,
    line: &str,
    client: &Identity,
) -> Result<Answer, String> {
    let scope = scope_of(client, Map::new());
    let line = template::render_text(line, &scope).map_err(|error| error.to_string())?;
    let (method, target) = line.split_once(' ').ok_or_else(|| format!("`{line}` is not a method and a path"))?;
    let place = Place { world, environment: Some(environment), api };
    let draft = place.draft(method, target, &scope).await.map_err(Unkeyed::why)?;
    match world.send(draft, PATIENCE, false, None).await.outcome {
        Outcome::Answered(answer) => Ok(answer),
        Outcome::Trouble(trouble) => Err(trouble.detail),
    }
}
