//! Starts the partner's build with a cleared environment and the variables of the profile.

use serde_json::{Value, json};

use super::build_error::BuildError;
use super::context::run_context::RunContext;
use super::process::Process;
use super::process_group::Variables;
use super::readiness;
use crate::profile::{Rehearsal, Start, Variant};
use crate::template;

/// Starts the build, or a variant of it, and waits until it is ready.
pub(super) async fn started(
    run: &RunContext,
    rehearsal: &Rehearsal,
    start: &Start,
    variant: Option<&str>,
) -> Result<Process, BuildError> {
    let plain = Variant::default();
    let variant = match variant {
        Some(name) => rehearsal.variants.get(name).ok_or_else(|| BuildError::NoVariant { name: name.to_owned() })?,
        None => &plain,
    };
    let scope = describe_environment(run);
    let command = variant.command.as_ref().unwrap_or(&start.command);
    let command = command.iter().map(|text| rendered(text, &scope)).collect::<Result<Vec<_>, _>>()?;
    let variables = variables(run, rehearsal, variant)?;
    let variables = Variables { pass: &rehearsal.pass_env, own: &variables, place: "rehearsal.start.command" };
    readiness::vacant(run, start).await?;
    let mut process = Process::start(&command, &run.plan.read.folder, &variables)?;
    readiness::awaited(run, start, &mut process).await?;
    Ok(process)
}

/// Returns the environment of a rehearsal process: the proxy variables, and the profile's variables for the build.
pub(super) fn variables(
    run: &RunContext,
    rehearsal: &Rehearsal,
    variant: &Variant,
) -> Result<Vec<(String, String)>, BuildError> {
    let scope = describe_environment(run);
    let mut env = rehearsal.env.clone();
    env.extend(variant.env.clone());
    let own = env.iter().map(|(name, text)| Ok((name.clone(), rendered(text, &scope)?)));
    Ok(run.proxied(own.collect::<Result<_, BuildError>>()?))
}

pub(super) fn rendered(text: &str, scope: &Value) -> Result<String, BuildError> {
    template::render_text(text, scope).map_err(|cause| BuildError::Text { text: text.to_owned(), cause })
}

/// Returns the template values for the commands and variables of a profile: the simulator's `<api>_api`, `api_key`,
/// `credentials` and `webhook_secret`, and the path of Preflight. No value comes from a pack, so no pack can have
/// anything run.
pub(super) fn describe_environment(run: &RunContext) -> Value {
    let simulator = run.provider.simulator();
    let mut values = serde_json::Map::new();
    for api in run.plan.pack.provider.apis.keys() {
        if let Some(base) = simulator.and_then(|simulator| simulator.base(api)) {
            values.insert(format!("{api}_api"), json!(base.as_str().trim_end_matches('/')));
        }
    }
    values.insert("api_key".into(), json!(run.provider.issued_key()));
    values.insert("credentials".into(), json!(run.provider.issued_credentials()));
    values.insert("webhook_secret".into(), json!(run.provider.webhook_secret()));
    json!({ "simulator": values, "preflight": own_path() })
}

pub(super) fn own_path() -> String {
    std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default()
}
