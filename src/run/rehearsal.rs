//! Sets up a rehearsal: the simulated provider, the partner's build, and a client that both know.

use super::context::identity::{Identity, scope_of};
use super::context::run_context::RunContext;
use super::start::started;
use super::{action, client_setup};
use crate::evidence::{Outcome, Responsible};
use crate::pack::types::Stage;
use crate::profile::Rehearsal;

/// Sets up a rehearsal: the simulator, the proxy and the build. Returns the client that deliveries are about.
pub(super) async fn set_up(run: &RunContext, rehearsal: &Rehearsal) -> Result<Identity, (Responsible, String)> {
    match run.simulate().await {
        Ok(simulator) => run.plays(simulator),
        Err((responsible, why)) => return Err((responsible, format!("the simulator cannot start: {why}"))),
    }
    run.contain(rehearsal).await.map_err(|error| (Responsible::Tool, format!("the proxy cannot start: {error}")))?;
    if let Some(start) = &rehearsal.start {
        run.keep(started(run, rehearsal, start, None).await.map_err(|why| (Responsible::Partner, why.to_string()))?)
            .await;
    }
    Ok(house_client(run, rehearsal).await)
}

/// Returns the client that deliveries are about. The partner creates it, if the profile has an action for that.
async fn house_client(run: &RunContext, rehearsal: &Rehearsal) -> Identity {
    let mut house = Identity::new();
    let simulator = run.provider.simulator();
    if let Some((simulator, spec)) = simulator.zip(run.plan.pack.provider.simulator.as_ref()) {
        simulator.prepare(&house.email, &spec.client.starts);
    }
    let by = run.plan.pack.provider.webhooks.as_ref().and_then(|hooks| hooks.known_after.as_ref());
    let Some((name, call)) = by.and_then(|name| rehearsal.actions.get_key_value(name)) else { return house };
    let scope = scope_of(&house, serde_json::Map::new());
    let why = match action::perform(run, Stage::Rehearsal, call, &scope).await {
        Err(why) => why.to_string(),
        Ok(outcome) => {
            house.capture(call, &outcome);
            // The id may arrive later, or only in the partner's call to the provider.
            if let Some(simulator) = simulator.filter(|_| !house.known) {
                client_setup::known_within(simulator, &house, run.clock.reaction()).await;
                run.know_tenant(simulator, &mut house);
            }
            match &outcome {
                Outcome::Answered(_) => {
                    format!(
                        "it answered {}, without the value that `capture` names",
                        outcome.brief(Outcome::MAX_SENTENCE_CHARS)
                    )
                }
                Outcome::TransportError(trouble) => trouble.detail.clone(),
            }
        }
    };
    house.unknown_because = (!house.known).then(|| format!("the action {name}: {why}"));
    house
}

impl RunContext {
    /// Sets up the rehearsal when its first check is due; the other rehearsal checks wait for this. An error is kept
    /// for the checks to report.
    pub(in crate::run) async fn rehearsing(&self) {
        self.set_up.get_or_init(|| self.set_up()).await;
    }

    async fn set_up(&self) {
        let Some(rehearsal) = &self.plan.read.profile.rehearsal else { return };
        match set_up(self, rehearsal).await {
            // Only this call sets it. A second set-up would be a defect of Preflight, and changes nothing.
            Ok(house) => drop(self.house.set(house)),
            Err(trouble) => drop(self.trouble.set(trouble)),
        }
    }
}
