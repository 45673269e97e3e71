//! Creates the HTTP clients: one without TLS, one for simulated environments, and one with this machine's root
//! certificates.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use tokio::sync::OnceCell;
use url::Url;

use super::transport_error::Unresolved;
use crate::address::{Host, is_forbidden};
use crate::net::header_case::USER_AGENT;

/// How long an idle connection to a provider is kept: shorter than on any usual server, because a call on a closing
/// connection would fail.
const IDLE_TIMEOUT: Duration = Duration::from_millis(900);

/// How long a second DNS query may take after a call failed.
const DNS_TIMEOUT: Duration = Duration::from_secs(3);

/// Which of the HTTP clients a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientKind {
    Plain,
    Simulated,
    Public,
}

/// Why an HTTP client cannot be created, such as a certificate authority that cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ClientError(String);

/// The HTTP clients. Each is created on first use, because loading this machine's root certificates takes time.
#[derive(Default)]
pub(super) struct Clients {
    resolver: Resolver,
    ca_pem: Option<String>,
    plain: OnceCell<Result<Client, ClientError>>,
    simulated_host: OnceCell<Result<Client, ClientError>>,
    public: OnceCell<Result<Client, ClientError>>,
}

impl Clients {
    pub(super) fn new(simulated_environments: BTreeMap<Host, u16>, ca_pem: Option<String>) -> Self {
        Clients { resolver: Resolver::new(simulated_environments), ca_pem, ..Clients::default() }
    }

    /// Returns a client of some kind, or why there is none.
    pub(super) async fn get(&self, road: ClientKind) -> Result<Client, ClientError> {
        let (cell, road) = match (road, &self.ca_pem) {
            (ClientKind::Plain, _) => (&self.plain, ClientKind::Plain),
            (ClientKind::Simulated, Some(_)) => (&self.simulated_host, ClientKind::Simulated),
            (ClientKind::Simulated, None) | (ClientKind::Public, _) => (&self.public, ClientKind::Public),
        };
        let made = cell.get_or_init(|| async {
            let (resolver, ca_pem) = (self.resolver.clone(), self.ca_pem.clone());
            let making = tokio::task::spawn_blocking(move || make(road, resolver, ca_pem.as_deref(), HeaderMap::new()));
            making.await.unwrap_or_else(|error| Err(ClientError(error.to_string())))
        });
        made.await.clone()
    }
}

impl Clients {
    /// Returns the addresses of a URL, for callers that connect themselves.
    pub(super) async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Unresolved> {
        let port = url.port_or_known_default().unwrap_or_default();
        let found = match Host::of(url) {
            Some(host) => self.resolver.find(&host).await?,
            None => Vec::new(),
        };
        let with_port = |mut at: SocketAddr| {
            at.set_port(if at.port() == 0 || url.port().is_some() { port } else { at.port() });
            at
        };
        Ok(found.into_iter().map(with_port).collect())
    }
}

/// Returns the header that gives a call a connection of its own. The other side may close a kept connection just when
/// it is reused. That would look like a defect of the partner's server, and a client that retries would deliver twice.
pub(super) fn alone() -> (HeaderName, HeaderValue) {
    (CONNECTION, HeaderValue::from_static("close"))
}

/// Creates a client for a simulated provider that delivers webhooks itself: over TLS to simulated environments that
/// have a certificate authority, otherwise without TLS.
pub(super) fn for_play(ports: BTreeMap<Host, u16>, ca_pem: Option<&str>) -> Result<Client, ClientError> {
    let road = if ca_pem.is_some() { ClientKind::Simulated } else { ClientKind::Plain };
    make(road, Resolver::new(ports), ca_pem, HeaderMap::from_iter([alone()]))
}

fn make(road: ClientKind, resolver: Resolver, ca_pem: Option<&str>, always: HeaderMap) -> Result<Client, ClientError> {
    // An error only means that a crypto provider is already installed.
    rustls::crypto::ring::default_provider().install_default().ok();
    let trusting = |builder: ClientBuilder| -> reqwest::Result<Client> {
        match road {
            ClientKind::Plain => builder.tls_certs_only([]),
            ClientKind::Simulated => {
                builder.tls_certs_only(Certificate::from_pem_bundle(ca_pem.unwrap_or_default().as_bytes())?)
            }
            ClientKind::Public => builder,
        }
        .build()
    };
    let builder = Client::builder()
        .user_agent(USER_AGENT)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .http1_only()
        .pool_idle_timeout(IDLE_TIMEOUT)
        .default_headers(always)
        .dns_resolver(Arc::new(resolver));
    trusting(builder).map_err(|error| ClientError(super::transport_error::deepest(&error)))
}

/// Resolves names to addresses. Simulated environments and `localhost` need no DNS.
#[derive(Clone, Default)]
struct Resolver {
    simulated_environments: Arc<BTreeMap<Host, u16>>,
}

impl Resolver {
    fn new(simulated_environments: BTreeMap<Host, u16>) -> Self {
        Resolver { simulated_environments: Arc::new(simulated_environments) }
    }

    /// Returns the addresses of a host. Port 0 stands for any port.
    async fn find(&self, host: &Host) -> Result<Vec<SocketAddr>, Unresolved> {
        match (self.simulated_environments.get(host), host.known_addresses()) {
            (Some(port), _) => Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, *port))]),
            (None, Some(known)) => Ok(known.into_iter().map(|ip| (ip, 0).into()).collect()),
            (None, None) => ask(host.to_string()).await,
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let host = Host::parse(name.as_str());
            let host = host.ok_or_else(|| Unresolved(format!("`{}` is not a host", name.as_str())))?;
            Ok(Box::new(resolver.find(&host).await?.into_iter()) as Addrs)
        })
    }
}

/// Returns the address of a host after a failed call, if DNS answers quickly.
pub(super) async fn led_to(host: &str) -> Option<IpAddr> {
    let host = Host::parse(host)?;
    if let Some(known) = host.known_addresses() {
        return known.first().copied();
    }
    let found = tokio::time::timeout(DNS_TIMEOUT, tokio::net::lookup_host((host.name()?, 0))).await;
    found.ok()?.ok()?.next().map(|address| address.ip())
}

async fn ask(name: String) -> Result<Vec<SocketAddr>, Unresolved> {
    let found = tokio::net::lookup_host((name.as_str(), 0)).await;
    let found: Vec<_> = found.map_err(|error| Unresolved(format!("`{name}` does not resolve: {error}")))?.collect();
    let usable: Vec<_> = found.iter().copied().filter(|address| !is_forbidden(address.ip())).collect();
    if usable.is_empty() {
        let found: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
        return Err(Unresolved(format!(
            "`{name}` resolves only to addresses that Preflight may not call: {}",
            found.join(", ")
        )));
    }
    Ok(usable)
}
