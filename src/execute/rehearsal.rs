//! The set-up of a rehearsal: the simulated provider, the partner's build, and a client that both know.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::identity::{Identity, scope_of};
use super::process::{Process, Variables};
use super::world::World;
use super::{action, beginning};
use crate::catalog::words::Stage;
use crate::evidence::{Outcome, TroubleKind, Who};
use crate::gate::{Draft, Purpose};
use crate::plan::profile::{Rehearsal, Start, Variant};
use crate::template;

/// How often the build is asked whether it is ready.
const PACE: Duration = Duration::from_millis(20);

/// How long one such question may take.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What a rehearsal runs on.
pub(super) struct Set {
    pub(super) process: Option<Process>,
    /// The client whom deliveries are about.
    pub(super) house: Identity,
}

/// A key that the simulator issues: 32 random bytes in Base64.
pub fn issue() -> String {
    STANDARD.encode(rand::random::<[u8; 32]>())
}

/// A credential that the simulator issues: of characters that mean nothing anywhere.
pub(super) fn credential() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// Sets a rehearsal up: simulator, build, client.
pub(super) async fn set_up(world: &World, rehearsal: &Rehearsal) -> Result<Set, (Who, String)> {
    match world.simulate().await {
        Ok(simulator) => world.plays(simulator),
        Err(why) => return Err((Who::Tool, format!("the simulator cannot be started: {why}"))),
    }
    world.contain(rehearsal).await.map_err(|why| (Who::Tool, why))?;
    let process = match &rehearsal.start {
        Some(start) => Some(started(world, rehearsal, start, None).await.map_err(|why| (Who::Partner, why))?),
        None => None,
    };
    let house = house_client(world, rehearsal).await;
    Ok(Set { process, house })
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
    let mut process = Process::start(&command, &world.plan.read.folder, &variables)?;
    let from = Instant::now();
    loop {
        if let Some(exit) = process.ended().await {
            let words = process.last_words(&world.redactor);
            return Err(format!("the build ended before it was ready ({exit}); its last words: {words}"));
        }
        if is_ready(world, start).await? {
            return Ok(process);
        }
        if from.elapsed() > start.within.0 {
            let words = process.last_words(&world.redactor);
            return Err(format!("{}; the build's last words: {words}", late(start)));
        }
        tokio::time::sleep(PACE).await;
    }
}

/// The variables of a process of the rehearsal: those that name our proxy, and what the profile tells the build.
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

/// Waits until a build that was restarted by somebody else is ready.
pub(super) async fn back(world: &World, start: &Start) -> Result<(), String> {
    let from = Instant::now();
    while !is_ready(world, start).await? {
        if from.elapsed() > start.within.0 {
            return Err(late(start));
        }
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

fn late(start: &Start) -> String {
    format!("{} did not answer below 400 within {:?}", start.ready, start.within.0)
}

/// Whether the build answers as it does when it is ready. An error: it cannot be asked.
async fn is_ready(world: &World, start: &Start) -> Result<bool, String> {
    let draft = Draft {
        purpose: Purpose::Partner { stage: Stage::Rehearsal },
        method: "GET".into(),
        url: start.ready.to_string(),
        headers: Vec::new(),
        body: Vec::new(),
        credentials: Vec::new(),
    };
    match world.send(draft, READY_WITHIN, false, None).await.outcome {
        Outcome::Answered(answer) => Ok(answer.status < 400),
        Outcome::Trouble(trouble) if trouble.kind == TroubleKind::Refused => Err(trouble.detail),
        Outcome::Trouble(_) => Ok(false),
    }
}

/// What commands and variables of a profile can read: the simulator's `<api>_api`, `api_key`, `credentials` and
/// `webhook_secret`, and where this program is. Nothing that a pack says, so that none can have anything run.
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

/// The client whom deliveries are about: one that the partner took in itself, where it can be asked to.
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
            // A partner may say so later, or nowhere but in its call.
            if let Some(simulator) = simulator.filter(|_| !house.known) {
                beginning::known_within(simulator, &house, world.reaction()).await;
                world.know_tenant(simulator, &mut house);
            }
            match &outcome {
                Outcome::Answered(answer) => format!("it answered {}, without what `learn` looks for", answer.status),
                Outcome::Trouble(trouble) => trouble.detail.clone(),
            }
        }
    };
    house.unknown_because = (!house.known).then(|| format!("the action {name}: {why}"));
    house
}
