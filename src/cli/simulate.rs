//! `preflight simulate`: simulates the provider on this machine, for a partner's daily development.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use url::Url;

use super::args::Simulate;
use super::exit::Exit;
use super::screen::Screen;
use super::{interrupt, manual_steps, run};
use crate::evidence::{Delivery, Outcome};
use crate::net::client::{SimulatedEnvironments, player};
use crate::pack::simulator::Mode;
use crate::pack::types::Environment;
use crate::pack::{Pack, authentication};
use crate::report::text::for_terminal;
use crate::run::issue;
use crate::simulator::{Options, Simulator};
use crate::yaml::{Problem, Problems};

pub(super) async fn simulate(simulate: Simulate, screen: &Screen) -> Exit {
    // Before anything is printed, because a user who has read the addresses may interrupt at once.
    let mut heed = interrupt::heed();
    let key = issue();
    let SimulationSetup { pack, simulator, credentials } = match start(&simulate, &key).await {
        Ok(started) => started,
        Err(why) => {
            screen.complain(&why);
            return Exit::WrongInput;
        }
    };
    let mut text = announced(&simulate, &simulator, &key, &credentials);
    if let Some(url) = &simulate.webhook {
        match subscribed(&pack, &simulator, url) {
            Some(words) => text.push_str(&words),
            None => {
                screen.complain(&format!("{} does not deliver webhooks", pack.provider.name));
                return Exit::WrongInput;
            }
        }
    }
    text.push_str("Press Ctrl-C to stop; all data is lost then.\n");
    let said = screen.say(&for_terminal(&text), Exit::Success);
    if said != Exit::Success {
        return said;
    }
    let (sending, telling) =
        (send_what_is_typed(&simulate, &pack, &simulator, screen), report_events(&simulator, screen));
    tokio::select! {
        () = heed.interrupted() => {}
        () = sending => {}
        () = telling => {}
        () = tell_bounds(&simulator, screen) => {}
    }
    screen.say(&for_terminal(&counted(&simulator)), Exit::Success)
}

/// Describes what the developer has to configure.
fn announced(simulate: &Simulate, simulator: &Simulator, key: &str, credentials: &BTreeMap<String, String>) -> String {
    let mut text = format!("Simulating {} ({}).", simulate.provider, simulate.environment);
    let mut bases: Vec<_> = simulator.bases().collect();
    bases.sort_by_key(|(_, base)| base.port());
    if bases.is_empty() {
        text.push_str(" It has no API.\n\n");
        return text;
    }
    text.push_str(" Configure:\n\n");
    for (api, base) in bases {
        writeln!(text, "  {api:<10} {}", base.as_str().trim_end_matches('/')).ok();
    }
    writeln!(text, "  {:<10} {key}", "key").ok();
    for (name, value) in credentials {
        writeln!(text, "  {name:<10} {value}").ok();
    }
    text.push('\n');
    text.push_str("The response that creates a webhook subscription holds its secret. Handlers on this machine\n");
    text.push_str("are accepted.\n\n");
    text
}

/// Describes how close the busiest key came to each rate limit.
fn counted(simulator: &Simulator) -> String {
    let mut used = simulator.used();
    // Only the busiest key of each limit: there may be thousands of clients.
    used.sort_by_key(|usage| (usage.per, std::cmp::Reverse((usage.most, usage.beyond))));
    used.dedup_by_key(|usage| usage.per);
    used.iter().map(|usage| format!("{usage}\n")).collect()
}

/// Subscribes a handler to every event, and describes how events are sent; `None` if the provider has no webhooks.
fn subscribed(pack: &Pack, simulator: &Simulator, url: &Url) -> Option<String> {
    let hooks = pack.provider.webhooks.as_ref()?;
    let events: Vec<String> = hooks.events.keys().cloned().collect();
    let subscription = simulator.subscribe(url, &events, None)?;
    let secret = subscription.secret;
    let mut text = format!(
        "The simulator delivers every event to your handler. Configure there:\n\n  {:<10} {secret}\n\n",
        "secret"
    );
    text.push_str("The headers of each delivery use it like this:\n\n");
    for (name, template) in &hooks.headers {
        writeln!(text, "  {name}: {template}").ok();
    }
    text.push('\n');
    text.push_str("To deliver an event at once, type its name and press Enter:\n\n");
    for event in &events {
        writeln!(text, "  {event}").ok();
    }
    let pauses: Vec<String> = hooks.retries.iter().skip(1).map(|pause| format!("{} s", pause.0.as_secs())).collect();
    let strays =
        if hooks.jitter > 0.0 { format!(", give or take {:.0} %", hooks.jitter * 100.0) } else { String::new() };
    let again =
        if pauses.is_empty() { "not at all".to_owned() } else { format!("after {}{strays}", pauses.join(", ")) };
    writeln!(
        text,
        "\nOnly the status {} is a success. A failed delivery is retried {again}; then the",
        hooks.success.status
    )
    .ok();
    text.push_str("subscription is disabled; restart the simulator to create a new one.\n");
    Some(text)
}

/// Sends the events that are typed on standard input. Never returns, even after the input has ended.
async fn send_what_is_typed(simulate: &Simulate, pack: &Pack, simulator: &Simulator, screen: &Screen) {
    if simulate.webhook.is_some() {
        let events: Vec<&String> = pack.provider.webhooks.iter().flat_map(|hooks| hooks.events.keys()).collect();
        let mut lines = manual_steps::typed();
        while let Some(line) = lines.recv().await {
            let name = line.trim();
            let known = events.iter().find(|event| event.eq_ignore_ascii_case(name));
            match known.map(|event| simulator.announce(event).unwrap_or_default()) {
                Some(sent) if sent.is_empty() => screen.note("not sent: the subscription is disabled"),
                Some(_) => {}
                None if name.is_empty() => {}
                None => {
                    let problem = Problem::of_file("standard input", format!("there is no event `{name}`"));
                    let names = events.iter().map(|event| event.as_str());
                    screen.show_problems(&problem.nearest_or(name, names, "the events are listed above").into());
                }
            }
        }
    }
    std::future::pending::<()>().await;
}

/// Prints the outcome of each delivery. Returns only if printing fails.
async fn report_events(simulator: &Simulator, screen: &Screen) {
    let deliveries = simulator.deliveries();
    let mut seen = 0;
    loop {
        deliveries.changed(seen).await;
        for entry in deliveries.since(seen) {
            seen += 1;
            if screen.say(&for_terminal(&describe_delivery(&entry.what)), Exit::Success) != Exit::Success {
                return;
            }
        }
    }
}

/// Reports each storage limit once when it is reached. Never returns.
async fn tell_bounds(simulator: &Simulator, screen: &Screen) {
    let mut seen = BTreeSet::new();
    loop {
        simulator.fuller(seen.len()).await;
        for full in simulator.full() {
            if !seen.contains(&full) {
                screen.complain(&full.describe());
                seen.insert(full);
            }
        }
    }
}

fn describe_delivery(delivery: &Delivery) -> String {
    let outcome = match &delivery.outcome {
        Outcome::Answered(answer) => format!("{} after {} ms", answer.status, delivery.latency_ms),
        Outcome::TransportError(trouble) => trouble.detail.clone(),
    };
    format!("delivered {} {}: {outcome}\n", delivery.event, delivery.event_id)
}

/// The running simulator, its pack, and the credentials that it requires besides the key.
struct SimulationSetup {
    pack: Arc<Pack>,
    simulator: Simulator,
    credentials: BTreeMap<String, String>,
}

async fn start(simulate: &Simulate, key: &str) -> Result<SimulationSetup, String> {
    let catalog = run::catalog(simulate.checks.as_deref()).map_err(|problems| problems.to_string())?;
    let pack = catalog.pack(&simulate.provider).map_err(|problem| Problems::from(problem).to_string())?;
    let play = pack.provider.simulator.as_ref().ok_or_else(|| format!("the pack `{}` has no simulator", pack.id))?;
    if play.routes.is_empty() && simulate.webhook.is_none() {
        let name = &pack.provider.name;
        return Err(format!("{name} has no API to simulate; give `--webhook URL` to have its events delivered there"));
    }
    let addresses = pack.provider.environments.get(&simulate.environment);
    let pages =
        addresses.and_then(|addresses| addresses.pages.first()).map_or("pages.preflight.example", String::as_str);
    let pages = Url::parse(&format!("https://{pages}")).map_err(|error| error.to_string())?;
    let client = player(&SimulatedEnvironments::default()).map_err(|error| error.to_string())?;
    let mut options = Options::rehearsal(key, pages, client);
    options.quotas = simulate.quotas;
    // In either environment, the simulator accepts handlers on this machine, because no other handlers could be tried
    // here; `Options::rehearsal` allows them.
    options.mode = match simulate.environment {
        Environment::Test => Mode::Rehearsal,
        Environment::Production => Mode::Production,
    };
    // Port 0 means any free port, for each API.
    if let Some(first) = simulate.port.filter(|port| *port != 0) {
        options.ports = play.routes.keys().cloned().zip(first..=u16::MAX).collect::<BTreeMap<_, _>>();
        let wanted = play.routes.len();
        if options.ports.len() < wanted {
            let name = &pack.provider.name;
            return Err(format!(
                "{name} has {wanted} APIs, each on its own port, but only {} ports follow from {first}; give a \
                 smaller `--port`",
                options.ports.len()
            ));
        }
    }
    let names = authentication::credentials(&pack.provider.apis);
    options.credentials = names.into_iter().map(|name| (name, issue())).collect();
    let credentials = options.credentials.clone();
    if let Some(named) = simulate.webhook.clone() {
        // The address that the developer names may be on another machine, such as a container; all others must be on
        // this one.
        let on_this_machine = options.may_deliver.clone();
        options.may_deliver = Arc::new(move |url| *url == named || on_this_machine(url));
    }
    let simulator = crate::simulator::start(&pack.provider, &pack.fixtures, options).await;
    let simulator = simulator.map_err(|error| error.to_string())?;
    Ok(SimulationSetup { pack, simulator, credentials })
}
