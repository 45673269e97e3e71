//! `preflight simulate`: the provider played on this machine, for a partner's daily development.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::{Exit, Screen, run};
use crate::catalog::authentication;
use crate::catalog::words::Environment;
use crate::cli::Simulate;
use crate::execute::issue;
use crate::simulator::{Mode, Options, Simulator};
use crate::wire::{StandIns, player};
use crate::yaml::Problems;

pub(super) async fn simulate(simulate: Simulate, screen: &Screen) -> Exit {
    // Before anything is printed: whoever reads the addresses may end it at once.
    let mut interrupt = match signal(SignalKind::interrupt()) {
        Ok(interrupt) => interrupt,
        Err(error) => {
            screen.complain(&format!("Ctrl-C cannot be waited for: {error}"));
            return Exit::Internal;
        }
    };
    let key = issue();
    let (simulator, credentials) = match start(&simulate, &key).await {
        Ok(simulator) => simulator,
        Err(why) => {
            screen.complain(&why);
            return Exit::WrongInput;
        }
    };
    let mut text = format!("Playing {} ({}). Configure:\n\n", simulate.provider, simulate.environment);
    let mut bases: Vec<_> = simulator.bases().collect();
    bases.sort_by_key(|(_, base)| base.port());
    for (api, base) in bases {
        writeln!(text, "  {api:<10} {}", base.as_str().trim_end_matches('/')).ok();
    }
    writeln!(text, "  {:<10} {key}", "key").ok();
    for (name, value) in credentials {
        writeln!(text, "  {name:<10} {value}").ok();
    }
    text.push('\n');
    text.push_str(
        "Each webhook subscription gets its secret in the answer that creates it. Handlers on this machine are\n",
    );
    text.push_str("accepted. Everything is forgotten at the end; Ctrl-C ends it.\n");
    screen.say(&text);
    interrupt.recv().await;
    Exit::Ready
}

/// The play, and the credentials that it asks for beside the key.
async fn start(simulate: &Simulate, key: &str) -> Result<(Simulator, BTreeMap<String, String>), String> {
    let catalog = run::catalog(simulate.checks.as_deref()).map_err(|problems| problems.to_string())?;
    let pack = catalog.pack(&simulate.provider).map_err(|problem| Problems::from(problem).to_string())?;
    let play = pack
        .provider
        .simulator
        .as_ref()
        .ok_or_else(|| format!("the pack `{}` does not describe how its provider is played", pack.id))?;
    let addresses = pack.provider.environments.get(&simulate.environment);
    let pages =
        addresses.and_then(|addresses| addresses.pages.first()).map_or("pages.preflight.example", String::as_str);
    let pages = Url::parse(&format!("https://{pages}")).map_err(|error| error.to_string())?;
    let mut options = Options::rehearsal(key, pages, player(&StandIns::default())?);
    // A local stand-in accepts handlers on this machine in either environment: nothing else could be tried there.
    options.mode = match simulate.environment {
        Environment::Test => Mode::Rehearsal,
        Environment::Production => Mode::Production,
    };
    if let Some(port) = simulate.port {
        options.ports = play.routes.keys().cloned().zip(port..).collect::<BTreeMap<_, _>>();
    }
    let names = authentication::credentials(&pack.provider.apis);
    options.credentials = names.into_iter().map(|name| (name, issue())).collect();
    let credentials = options.credentials.clone();
    let simulator = crate::simulator::start(&pack.provider, &pack.fixtures, options).await;
    simulator.map(|simulator| (simulator, credentials)).map_err(|error| error.to_string())
}
