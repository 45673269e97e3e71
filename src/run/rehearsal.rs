//! The set-up of a rehearsal: the simulated provider, the partner's build, and a client that both know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::context::World;
use super::identity::{Identity, scope_of};
use super::process::{Process, Variables};
use super::{action, client_setup, readiness};
use crate::evidence::{Outcome, Who};
use crate::pack::types::Stage;
use crate::profile::{Rehearsal, Start, Variant};
use crate::redact::issued;
use crate::template;

/// A key that the simulator issues: 32 random bytes in Base64.
pub fn issue() -> String {
    STANDARD.encode(issued::bytes())
}

/// A credential that the simulator issues, without characters that are special anywhere.
pub(super) fn credential() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// Sets up a rehearsal: simulator, build, and the client that deliveries are about.
pub(super) async fn set_up(world: &World, rehearsal: &Rehearsal) -> Result<Identity, (Who, String)> {
    match world.simulate().await {
        Ok(simulator) => world.plays(simulator),
        Err((who, why)) => return Err((who, format!("the simulator cannot start: {why}"))),
    }
    world.contain(rehearsal).await.map_err(|why| (Who::Tool, why))?;
    if let Some(start) = &rehearsal.start {
        world.keep(started(world, rehearsal, start, None).await.map_err(|why| (Who::Partner, why))?).await;
    }
    Ok(house_client(world, rehearsal).await)
}

/// Starts the build, or a variant of it, and waits until it is ready.
pub(super) async fn started(
    world: &World,
    rehearsal: &Rehearsal,
    start: &Start,
    variant: Option<&str>,
) -> Result<Process, String> {
    let plain = Variant::default();
    let variant = match variant {
        Some(name) => rehearsal.variants.get(name).ok_or_else(|| format!("the profile has no variant `{name}`"))?,
        None => &plain,
    };
    let scope = told(world);
    let command = variant.command.as_ref().unwrap_or(&start.command);
    let command = command.iter().map(|text| rendered(text, &scope)).collect::<Result<Vec<_>, _>>()?;
    let variables = variables(world, rehearsal, variant)?;
    let variables = Variables { pass: &rehearsal.pass, own: &variables, place: "rehearsal.start.command" };
    readiness::vacant(world, start).await?;
    let mut process = Process::start(&command, &world.plan.read.folder, &variables)?;
    readiness::awaited(world, start, &mut process).await?;
    Ok(process)
}

/// The environment of a rehearsal process: the proxy variables, and the profile's variables for the build.
pub(super) fn variables(
    world: &World,
    rehearsal: &Rehearsal,
    variant: &Variant,
) -> Result<Vec<(String, String)>, String> {
    let scope = told(world);
    let mut env = rehearsal.env.clone();
    env.extend(variant.env.clone());
    let own = env.iter().map(|(name, text)| Ok((name.clone(), rendered(text, &scope)?)));
    Ok(world.proxied(own.collect::<Result<_, String>>()?))
}

fn rendered(text: &str, scope: &Value) -> Result<String, String> {
    template::render_text(text, scope).map_err(|error| format!("`{text}`: {error}"))
}

/// The template values for commands and variables of a profile: the simulator's `<api>_api`, `api_key`, `credentials`
/// and `webhook_secret`, and the path of Preflight. No value comes from a pack, so no pack can have anything run.
pub(super) fn told(world: &World) -> Value {
    let simulator = world.simulator();
    let mut values = serde_json::Map::new();
    for api in world.plan.pack.provider.apis.keys() {
        if let Some(base) = simulator.and_then(|simulator| simulator.base(api)) {
            values.insert(format!("{api}_api"), json!(base.as_str().trim_end_matches('/')));
        }
    }
    values.insert("api_key".into(), json!(world.issued_key()));
    values.insert("credentials".into(), json!(world.issued_credentials()));
    values.insert("webhook_secret".into(), json!(world.webhook_secret()));
    json!({ "simulator": values, "preflight": own_path() })
}

fn own_path() -> String {
    std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default()
}

/// The client that deliveries are about: one that the partner created, if the profile has an action for it.
async fn house_client(world: &World, rehearsal: &Rehearsal) -> Identity {
    let mut house = Identity::new();
    let simulator = world.simulator();
    if let Some((simulator, spec)) = simulator.zip(world.plan.pack.provider.simulator.as_ref()) {
        simulator.prepare(&house.email, &spec.client.starts);
    }
    let by = world.plan.pack.provider.webhooks.as_ref().and_then(|hooks| hooks.known_after.as_ref());
    let Some((name, call)) = by.and_then(|name| rehearsal.actions.get_key_value(name)) else { return house };
    let scope = scope_of(&house, serde_json::Map::new());
    let why = match action::perform(world, Stage::Rehearsal, call, &scope).await {
        Err(why) => why,
        Ok(outcome) => {
            house.learn(call, &outcome);
            // The id may follow later, or be visible only in the partner's call.
            if let Some(simulator) = simulator.filter(|_| !house.known) {
                client_setup::known_within(simulator, &house, world.reaction()).await;
                world.know_tenant(simulator, &mut house);
            }
            match &outcome {
                Outcome::Answered(_) => {
                    format!("it answered {}, without the value that `capture` names", outcome.brief(Outcome::SENTENCE))
                }
                Outcome::Trouble(trouble) => trouble.detail.clone(),
            }
        }
    };
    house.unknown_because = (!house.known).then(|| format!("the action {name}: {why}"));
    house
}
