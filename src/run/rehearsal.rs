//! The set-up of a rehearsal: the simulated provider, the partner's build, and a client that both know.

use super::context::identity::{Identity, scope_of};
use super::context::run_context::World;
use super::start::started;
use super::{action, client_setup};
use crate::evidence::{Outcome, Who};
use crate::pack::types::Stage;
use crate::profile::Rehearsal;

/// Sets a rehearsal up: simulator, build, and the client whom deliveries are about.
pub(super) async fn set_up(world: &World, rehearsal: &Rehearsal) -> Result<Identity, (Who, String)> {
    match world.simulate().await {
        Ok(simulator) => world.plays(simulator),
        Err((who, why)) => return Err((who, format!("the simulator cannot be started: {why}"))),
    }
    world.contain(rehearsal).await.map_err(|why| (Who::Tool, why))?;
    if let Some(start) = &rehearsal.start {
        world.keep(started(world, rehearsal, start, None).await.map_err(|why| (Who::Partner, why))?).await;
    }
    Ok(house_client(world, rehearsal).await)
}

/// The client whom deliveries are about: one that the partner took in itself, where it can be asked to.
async fn house_client(world: &World, rehearsal: &Rehearsal) -> Identity {
    let mut house = Identity::new();
    let simulator = world.provider.simulator();
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
                client_setup::known_within(simulator, &house, world.clock.reaction()).await;
                world.know_tenant(simulator, &mut house);
            }
            match &outcome {
                Outcome::Answered(_) => {
                    format!("it answered {}, without what `learn` looks for", outcome.brief(Outcome::SENTENCE))
                }
                Outcome::Trouble(trouble) => trouble.detail.clone(),
            }
        }
    };
    house.unknown_because = (!house.known).then(|| format!("the action {name}: {why}"));
    house
}

impl World {
    /// Sets the rehearsal up when its first unit is to be carried out; the others wait for that too. Units of other
    /// stages do not. Trouble is kept, for the units of the rehearsal to tell.
    pub(in crate::run) async fn rehearsing(&self) {
        self.set_up.get_or_init(|| self.set_up()).await;
    }

    async fn set_up(&self) {
        let Some(rehearsal) = &self.plan.read.profile.rehearsal else { return };
        match set_up(self, rehearsal).await {
            // Set once, here; a second set-up would be a fault of this program and changes nothing.
            Ok(house) => drop(self.house.set(house)),
            Err(trouble) => drop(self.trouble.set(trouble)),
        }
    }
}
