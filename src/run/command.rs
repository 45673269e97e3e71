//! Runs the partner's own commands as it runs the build: with a cleared environment, and ending their child processes
//! as well.

use serde_json::Value;

use super::context::run_context::RunContext;
use super::context::scope::Scope;
use super::process_group::Variables;
use super::step_error::StepError;
use super::{process, start};
use crate::evidence::{Body, Outcome, Response, TransportError, TransportErrorKind};
use crate::pack::types::{Span, Stage};
use crate::profile::Variant;

/// Runs a command to its end, and returns its standard output as the response. In a rehearsal, the command gets the
/// variables of the plain build and is contained like the build.
pub(super) async fn run(
    run: &RunContext,
    stage: Stage,
    command: &[String],
    scope: &Scope,
) -> Result<Outcome, StepError> {
    let scope = &command_scope(run, stage, scope);
    let render = |text: &String| start::rendered(text, scope);
    let command = command.iter().map(render).collect::<Result<Vec<_>, _>>()?;
    let rehearsal = run.plan.read.profile.rehearsal.as_ref();
    let pass = rehearsal.map(|rehearsal| rehearsal.pass_env.as_slice()).unwrap_or_default();
    let own = match rehearsal.filter(|_| stage == Stage::Rehearsal) {
        Some(rehearsal) => start::variables(run, rehearsal, &Variant::default())?,
        None => Vec::new(),
    };
    let variables = Variables { pass, own: &own, place: "command" };
    let patience = run.clock.answers_within();
    let ended = tokio::time::timeout(patience, process::output(&command, &run.plan.read.folder, &variables)).await;
    let Ok(ended) = ended else {
        if stage == Stage::Rehearsal {
            run.doubt();
        }
        let detail =
            format!("the command did not end within {}, so Preflight ended it and its child processes", Span(patience));
        return Ok(Outcome::TransportError(TransportError { kind: TransportErrorKind::Timeout, detail }));
    };
    let (success, output) = ended?;
    let text = run.redactor.text(&output);
    let body = if text.trim().is_empty() { Body::Empty } else { Body::read(None, text.as_bytes()) };
    Ok(Outcome::Answered(Response { status: if success { 200 } else { 500 }, headers: Vec::new(), body }))
}

/// Returns the template values of a command: its arguments, and in a rehearsal also those of the build.
fn command_scope(run: &RunContext, stage: Stage, scope: &Scope) -> Scope {
    let mut values = scope.clone();
    if stage == Stage::Rehearsal
        && let (Some(values), Value::Object(build)) = (values.as_object_mut(), start::describe_environment(run))
    {
        for (name, value) in build {
            values.entry(name).or_insert(value);
        }
    }
    values
}
