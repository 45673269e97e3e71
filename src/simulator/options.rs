//! The options of a simulator, and the reasons why it cannot start.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::net::TcpListener;
use url::Url;

use super::clock::Clock;
use crate::address::Host;
use crate::pack::simulator::Mode;

/// Receives the label and the value of a secret before anything that contains it is recorded or sent.
pub type Issued = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// Decides whether webhook events may be delivered to an address.
pub type MayDeliver = Arc<dyn Fn(&Url) -> bool + Send + Sync>;

/// What a simulator needs besides the pack.
#[derive(Clone)]
pub struct Options {
    /// The environment that is simulated.
    pub mode: Mode,
    /// Whether handlers on this machine may subscribe.
    pub local_handlers: bool,
    /// Whether calls beyond a quota get an error. Otherwise they are only counted.
    pub quotas: bool,
    /// The address on which the simulator listens.
    pub bind: IpAddr,
    /// The port of each API. Without one, or with 0, it is any free port.
    pub ports: BTreeMap<String, u16>,
    /// The key that the partner authenticates with.
    pub api_key: String,
    /// The partner's further credentials, by the pack's names.
    pub credentials: BTreeMap<String, String>,
    /// The secret of every subscription; with `None`, each gets a secret of its own.
    pub webhook_secret: Option<String>,
    /// The partner's profile without secrets. Null if the simulator runs for no particular partner.
    pub profile: Value,
    /// The base URL of the pages that replies link to.
    pub pages: Url,
    /// The HTTP client that delivers webhook events.
    pub client: reqwest::Client,
    /// The clock of schedules and expiries.
    pub clock: Clock,
    /// The initial data.
    pub seed: Seed,
    /// Receives the secrets that the simulator issues.
    pub issued: Issued,
    /// Decides where webhook events may be delivered.
    pub may_deliver: MayDeliver,
}

/// Initial data of a simulator.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// Initial records, by collection.
    pub records: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Changed fields of the pack's `initial_records`, by their name: `{ "me": { "isActive": false } }`.
    pub held: Map<String, Value>,
}

impl Options {
    /// Returns the options of a rehearsal on loopback: free ports, deliveries to loopback only, and secrets reported to
    /// nobody.
    pub fn rehearsal(api_key: &str, pages: Url, client: reqwest::Client) -> Self {
        Options {
            mode: Mode::Rehearsal,
            local_handlers: true,
            quotas: false,
            bind: Ipv4Addr::LOCALHOST.into(),
            ports: BTreeMap::new(),
            api_key: api_key.to_owned(),
            credentials: BTreeMap::new(),
            webhook_secret: None,
            profile: Value::Null,
            pages,
            client,
            clock: Clock::default(),
            seed: Seed::default(),
            issued: Arc::new(|_, _| ()),
            may_deliver: Arc::new(|url| Host::of(url).is_some_and(|host| host.is_this_machine())),
        }
    }
}

/// Opens the listener of an API; port 0 stands for any free port. Also returns its URL on this machine.
pub(super) async fn listen(bind: IpAddr, port: u16, api: &str) -> Result<(TcpListener, Url), StartError> {
    let failed = |error| StartError::Port { api: api.to_owned(), port, error };
    let listener = TcpListener::bind((bind, port)).await.map_err(failed)?;
    let address = reached(listener.local_addr().map_err(failed)?);
    let base = Url::parse(&format!("http://{address}/")).map_err(|_| failed(std::io::ErrorKind::Other.into()))?;
    Ok((listener, base))
}

/// Returns the address at which this machine reaches a listener. If it listens on all addresses, that is loopback.
fn reached(mut listening: SocketAddr) -> SocketAddr {
    match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => listening.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => listening.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    listening
}

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The pack's description is invalid; with all its problems.
    #[error(
        "`provider.yaml` describes no provider that can be simulated:{}",
        .0.iter().map(|problem| format!("\n  {problem}")).collect::<String>()
    )]
    Description(Vec<String>),
    /// A port cannot be opened.
    #[error("the simulator cannot listen on port {port} for the API `{api}`: {error}; choose another port")]
    Port {
        /// The API that needs the port.
        api: String,
        /// The port; 0 stands for any free port.
        port: u16,
        /// Why it cannot be opened.
        error: std::io::Error,
    },
}
