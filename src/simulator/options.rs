//! What a play is started with, and why it cannot be.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::net::TcpListener;
use url::Url;

use super::clock::Clock;
use crate::net::address::Reach;
use crate::pack::simulator::Mode;

/// Who is told of a secret, by label and value, before anything that holds it is recorded or sent.
pub type Issued = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// Whether webhooks may be delivered to an address.
pub type MayDeliver = Arc<dyn Fn(&Url) -> bool + Send + Sync>;

/// What a play is started with.
#[derive(Clone)]
pub struct Options {
    /// Which environment is played.
    pub mode: Mode,
    /// Whether handlers on this machine may subscribe.
    pub local_handlers: bool,
    /// Whether a key that calls more often than it may is refused, and not only counted.
    pub quotas: bool,
    /// The address to listen at.
    pub bind: IpAddr,
    /// The port of each API; 0, or none: any that is free.
    pub ports: BTreeMap<String, u16>,
    /// The partner's key.
    pub api_key: String,
    /// The partner's further credentials, by the names that the pack has for them.
    pub credentials: BTreeMap<String, String>,
    /// The secret of every subscription. `None`: each gets its own.
    pub webhook_secret: Option<String>,
    /// What the partner's profile says, without secrets; null where the play is for nobody in particular.
    pub profile: Value,
    /// Where the pages are that replies point to.
    pub pages: Url,
    /// The client that webhooks are delivered with.
    pub client: reqwest::Client,
    /// The clock that schedules and expiries run on.
    pub clock: Clock,
    /// What is there from the beginning.
    pub seed: Seed,
    /// Who is told of the secrets that are issued.
    pub issued: Issued,
    /// Where webhooks may be delivered to.
    pub may_deliver: MayDeliver,
}

/// What is there from the beginning.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// Records, by collection.
    pub records: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Members that are otherwise in what the pack's `initial_records` names: `{ "me": { "isActive": false } }`.
    pub held: Map<String, Value>,
}

impl Options {
    /// A rehearsal on loopback, with free ports, that delivers to loopback alone and tells nobody of its secrets.
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
            may_deliver: Arc::new(|url| Reach::of_url(url) == Some(Reach::ThisMachine)),
        }
    }
}

/// Listens for the calls to an API; 0: at any port. Also gives where this machine finds it.
pub(super) async fn listen(bind: IpAddr, port: u16, api: &str) -> Result<(TcpListener, Url), StartError> {
    let failed = |error| StartError::Port { api: api.to_owned(), port, error };
    let listener = TcpListener::bind((bind, port)).await.map_err(failed)?;
    let address = reached(listener.local_addr().map_err(failed)?);
    let base = Url::parse(&format!("http://{address}/")).map_err(|_| failed(std::io::ErrorKind::Other.into()))?;
    Ok((listener, base))
}

/// Where this machine reaches what listens at an address: who listens everywhere is found on loopback.
fn reached(mut listening: SocketAddr) -> SocketAddr {
    match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => listening.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => listening.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    listening
}

/// Why a play cannot start.
#[derive(Debug)]
pub enum StartError {
    /// The pack's description cannot be played: everything that is wrong with it.
    Description(Vec<String>),
    /// A port cannot be had.
    Port {
        /// The API that it is for.
        api: String,
        /// The port; 0: any.
        port: u16,
        /// The cause.
        error: std::io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Description(problems) => {
                write!(f, "the provider cannot be played as `provider.yaml` describes it:")?;
                problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
            StartError::Port { api, port, error } => {
                write!(
                    f,
                    "the simulator cannot listen on port {port} for the API `{api}`: {error}; choose another port"
                )
            }
        }
    }
}

impl std::error::Error for StartError {}
