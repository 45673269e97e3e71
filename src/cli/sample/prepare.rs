//! Prepares a demo: deployments of the sample partner, the provider's simulated environments, and the listener through
//! which real host names lead to them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use super::demo_setup::{DemoDefect, DemoFiles, DemoSetup, PROFILE, Sample};
use super::keys::Keys;
use super::signer::signer;
use crate::address::Host;
use crate::cli::args::RunOptions;
use crate::cli::exit::Exit;
use crate::cli::run;
use crate::cli::simulated_environments::{self, Behind, Front};
use crate::cli::temporary::Folder;
use crate::environment::cleared;
use crate::files::full;
use crate::net::client::{SimulatedEnvironments, SimulatedHost, player};
use crate::pack::Pack;
use crate::pack::sample_partner::ProviderState;
use crate::pack::simulator::Mode;
use crate::pack::types::Environment;
use crate::plan::Plan;
use crate::redact::Redactor;
use crate::run::ManualStepSender;
use crate::simulator::{Options, Seed, Simulator};
use crate::template;
use crate::yaml::{Problem, Problems};

/// Why a demo could not be prepared.
pub(in crate::cli) enum DemoError {
    /// The input is wrong.
    Problems(Problems),
    /// The machine or this program failed.
    Trouble(String),
}

impl From<Problems> for DemoError {
    fn from(problems: Problems) -> Self {
        DemoError::Problems(problems)
    }
}

impl From<String> for DemoError {
    fn from(why: String) -> Self {
        DemoError::Trouble(why)
    }
}

impl From<std::io::Error> for DemoError {
    fn from(error: std::io::Error) -> Self {
        DemoError::Trouble(error.to_string())
    }
}

/// Returns the error for a temporary folder that is not writable.
fn no_room(folder: &Path, error: &std::io::Error) -> DemoError {
    let why = full(error).map_or_else(|| error.to_string(), str::to_owned);
    let problem = Problem::of_file(&folder.display().to_string(), format!("is not writable: {why}"));
    DemoError::Problems(problem.hint("set TMPDIR to a writable folder").into())
}

/// A demo that is ready to run. Everything that was started for it stops when this value is dropped.
pub(in crate::cli) struct PreparedDemo {
    /// The plan of the sample profile.
    pub(in crate::cli) plan: Plan,
    _front: Front,
    /// Carries out the manual steps, such as signing.
    pub(in crate::cli) people: ManualStepSender,
    _players: Vec<Arc<Simulator>>,
    _deployments: Vec<Child>,
    _folder: Folder,
}

/// Prepares a demo: simulated environments, deployments, and the sample profile in a folder of its own.
pub(in crate::cli) async fn prepare_demo(
    sample: &Sample,
    defect: Option<&DemoDefect>,
    options: &RunOptions,
    redactor: &Redactor,
    ask: ManualStepSender,
) -> Result<PreparedDemo, DemoError> {
    let keys = Keys::new(&sample.pack.provider, redactor);
    let set = DemoFiles::new(sample, defect)?;
    let folder = Folder::new().map_err(|error| no_room(&std::env::temp_dir(), &error))?;
    set.unpack(folder.path()).map_err(|error| no_room(folder.path(), &error))?;
    let mut servers = BTreeMap::new();
    // The simulators and the listener need each other's ports before they start. So the listener is bound first, the
    // simulators get its address, and it starts to serve last.
    let reserved = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let certificates = simulated_environments::certify(
        &set.setup.hosts.iter().map(|(host, played)| (host.clone(), played.self_signed)).collect(),
    )?;
    let to_hosts = to_front(&set.setup, reserved.local_addr()?, &certificates.ca_pem);
    let (mut players, mut people, mut scope) = (Vec::new(), None, keys.scope());
    for (environment, held) in &set.setup.environments {
        let player = play(&sample.pack, *environment, held, &keys, &to_hosts, redactor).await?;
        servers.extend(player.bases().filter_map(|(api, base)| {
            Some((format!("{environment}.{api}"), base.socket_addrs(|| None).ok()?.first().copied()?))
        }));
        for (api, base) in player.bases() {
            scope[environment.word()][format!("{api}_api")] = json!(base);
        }
        for (email, state) in &held.prepared {
            if !player.prepare(email, state) {
                return Err(format!("the simulator has no state `{state}`").into());
            }
        }
        let player = Arc::new(player);
        if *environment == Environment::Test {
            people = Some(signer(player.clone(), ask.clone()));
        }
        players.push(player);
    }
    let mut deployments = Vec::new();
    for (name, variables) in &set.setup.deployments {
        let arguments = if sample.scripted {
            vec!["sample".to_owned(), format!("{name}.json")]
        } else {
            let defect = defect.and_then(|defect| defect.in_deployment(name));
            ["partner"]
                .into_iter()
                .chain(defect.iter().flat_map(|name| ["--defect", name]))
                .map(str::to_owned)
                .collect()
        };
        let (child, at) = deploy(folder.path(), variables, &arguments, &scope).await?;
        deployments.push(child);
        servers.insert(name.clone(), at);
    }
    let behind = set.setup.hosts.iter().map(|(host, played)| {
        let at = servers
            .get(&played.is)
            .copied()
            .ok_or_else(|| format!("no simulated environment or deployment serves `{}`", played.is))?;
        Ok((host.clone(), Behind { at }))
    });
    let front = simulated_environments::start(reserved, certificates, behind.collect::<Result<_, String>>()?)?;
    for ((environment, held), player) in set.setup.environments.iter().zip(&players) {
        if let Some(event) = &held.sends {
            let sent = player.announce(event).unwrap_or_default();
            let sent = sent.first().ok_or_else(|| format!("no subscription in {environment} receives `{event}`"))?;
            scope[environment.word()]["sent"] = json!(sent.id);
        }
    }
    set.unpack_profile(folder.path(), &front.ca_pem).map_err(|error| no_room(folder.path(), &error))?;
    scope["front"] = json!(front.at.to_string());
    let [port, closed] = free_ports()?;
    scope["port"] = json!(port);
    scope["closed_port"] = json!(closed);
    let variables = rendered(&set.setup.variables, &scope)?;
    let look_up = |name: &str| variables.get(name).cloned();
    let plan = run::planned(&sample.catalog, &folder.path().join(PROFILE), options, &look_up, redactor)?;
    Ok(PreparedDemo { plan, people, _front: front, _players: players, _deployments: deployments, _folder: folder })
}

/// Ports below the ranges from which systems choose a port themselves, so that no other program gets one by chance.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Returns two ports that are free now. The build binds its port a moment later; if another program is faster, the
/// start fails and says so.
fn free_ports() -> std::io::Result<[u16; 2]> {
    let bind = |port: u16| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let some = || (0..100).find_map(|_| bind(rand::random_range(PORTS)).ok()).map_or_else(|| bind(0), Ok);
    let (one, other) = (some()?, some()?);
    Ok([one.local_addr()?.port(), other.local_addr()?.port()])
}

/// Renders texts by name over the values of the demo.
fn rendered(texts: &BTreeMap<String, String>, scope: &Value) -> Result<BTreeMap<String, String>, String> {
    let one = |(name, text): (&String, &String)| Ok((name.clone(), template::render_text(text, scope)?));
    texts.iter().map(one).collect::<Result<_, template::TemplateError>>().map_err(|error| error.to_string())
}

/// Tells the simulators where to reach the simulated hosts.
fn to_front(setup: &DemoSetup, front: SocketAddr, ca_pem: &str) -> SimulatedEnvironments {
    let simulated_host = SimulatedHost { port: front.port(), address: Ipv4Addr::LOCALHOST.into() };
    SimulatedEnvironments {
        hosts: setup.hosts.keys().map(|host| (host.clone(), simulated_host)).collect(),
        ca_pem: Some(ca_pem.to_owned()),
    }
}

/// Simulates one environment of the provider.
async fn play(
    pack: &Pack,
    environment: Environment,
    held: &ProviderState,
    keys: &Keys,
    hosts: &SimulatedEnvironments,
    redactor: &Redactor,
) -> Result<Simulator, String> {
    let scope = keys.scope();
    let told = |error: crate::template::TemplateError| error.to_string();
    let mut seed = Seed { held: held.members.clone(), ..Seed::default() };
    for (collection, records) in &held.records {
        let filled = records.iter().map(|record| match template::render_json(&json!(record), &scope) {
            Ok(Value::Object(record)) => Ok(record),
            Ok(other) => Err(format!("{other} is not a record")),
            Err(error) => Err(error.to_string()),
        });
        seed.records.insert(collection.clone(), filled.collect::<Result<_, _>>()?);
    }
    let known = held.key.clone().unwrap_or_else(|| format!("{{{{ {environment}.key }}}}"));
    let key = template::render_text(&known, &scope).map_err(told)?;
    let pages = pack.provider.environments.get(&environment).and_then(|addresses| addresses.pages.first());
    let pages = Url::parse(&format!("https://{}", pages.map_or("pages.preflight.example", String::as_str)))
        .map_err(|error| error.to_string())?;
    let mut options = Options::rehearsal(&key, pages, player(hosts).map_err(|error| error.to_string())?);
    options.mode = match environment {
        Environment::Test => Mode::Test,
        Environment::Production => Mode::Production,
    };
    options.seed = seed;
    options.credentials = keys.credentials(environment);
    let known: BTreeSet<Host> = hosts.hosts.keys().filter_map(|name| Host::parse(name)).collect();
    options.may_deliver = Arc::new(move |url| Host::of(url).is_some_and(|host| known.contains(&host)));
    let keeper = redactor.clone();
    options.issued = Arc::new(move |label, value| keeper.learn_issued(&format!("{environment}.{label}"), value));
    crate::simulator::start(&pack.provider, &pack.fixtures, options).await.map_err(|error| error.to_string())
}

/// Starts a deployment of the sample partner and waits until it says where it listens.
async fn deploy(
    folder: &Path,
    variables: &BTreeMap<String, String>,
    arguments: &[String],
    scope: &Value,
) -> Result<(Child, SocketAddr), DemoError> {
    let own = std::env::current_exe()?;
    let mut command = Command::new(own);
    command.args(arguments);
    command.env_clear().envs(cleared(&[])).current_dir(folder).kill_on_drop(true);
    command.env("PORT", "0").env("PARTNER_STOP_ON_EOF", "1").envs(rendered(variables, scope)?);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().map_err(|error| format!("the sample partner cannot be started: {error}"))?;
    let output = child.stdout.take().ok_or_else(|| "the sample partner has no output".to_owned())?;
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(at) = line.strip_prefix("listening on http://").and_then(|at| at.parse().ok()) {
            // Nobody reads its later output, but it must not block on a full pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((child, at));
        }
    }
    let message = "the sample partner ended before it listened";
    match child.wait().await?.code() {
        // Its own output says which part of its input it cannot use.
        Some(code) if code == Exit::WrongInput as i32 => {
            let problem = Problem::of_file(&folder.display().to_string(), message);
            Err(DemoError::Problems(problem.hint("its output is shown above").into()))
        }
        Some(_) | None => Err(message.to_owned().into()),
    }
}
