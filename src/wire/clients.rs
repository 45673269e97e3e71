//! The HTTP clients: one without TLS, one for stand-ins, one that trusts what this machine trusts.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONNECTION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use tokio::sync::OnceCell;

use crate::address::is_forbidden;

/// What this tool calls itself.
pub(crate) const USER_AGENT: &str = concat!("preflight/", env!("CARGO_PKG_VERSION"));

/// Which client a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Road {
    Plain,
    StandIn,
    Public,
}

/// The clients, each made when it is first needed: reading the roots of this machine takes a while.
#[derive(Default)]
pub(super) struct Clients {
    resolver: Arc<Resolver>,
    ca_pem: Option<String>,
    plain: OnceCell<Result<Client, String>>,
    stand_in: OnceCell<Result<Client, String>>,
    public: OnceCell<Result<Client, String>>,
}

impl Clients {
    pub(super) fn new(stand_ins: BTreeMap<String, u16>, ca_pem: Option<String>) -> Self {
        Clients { resolver: Arc::new(Resolver { stand_ins }), ca_pem, ..Clients::default() }
    }

    /// The client for a road, or why there is none.
    pub(super) async fn get(&self, road: Road) -> Result<Client, String> {
        let (cell, road) = match (road, &self.ca_pem) {
            (Road::Plain, _) => (&self.plain, Road::Plain),
            (Road::StandIn, Some(_)) => (&self.stand_in, Road::StandIn),
            (Road::StandIn, None) | (Road::Public, _) => (&self.public, Road::Public),
        };
        let made = cell.get_or_init(|| async {
            let (resolver, ca_pem) = (Arc::clone(&self.resolver), self.ca_pem.clone());
            let making = tokio::task::spawn_blocking(move || make(road, resolver, ca_pem.as_deref()));
            making.await.unwrap_or_else(|error| Err(error.to_string()))
        });
        made.await.clone()
    }
}

/// A client for a played provider that delivers webhooks itself: to stand-ins where there are any, else without TLS.
pub(super) fn for_play(ports: BTreeMap<String, u16>, ca_pem: Option<&str>) -> Result<Client, String> {
    let road = if ca_pem.is_some() { Road::StandIn } else { Road::Plain };
    make(road, Arc::new(Resolver { stand_ins: ports }), ca_pem)
}

fn make(road: Road, resolver: Arc<Resolver>, ca_pem: Option<&str>) -> Result<Client, String> {
    // An error says that one is installed already, which is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    let trusting = |builder: ClientBuilder| -> reqwest::Result<Client> {
        match road {
            Road::Plain => builder.tls_certs_only([]),
            Road::StandIn => {
                builder.tls_certs_only(Certificate::from_pem_bundle(ca_pem.unwrap_or_default().as_bytes())?)
            }
            Road::Public => builder,
        }
        .build()
    };
    // Each call has a connection of its own, and says so. One that was kept may be closed by the other side just when it
    // is used again: that would look like a fault of the server, and a client that then sends once more delivers twice.
    let alone = HeaderMap::from_iter([(CONNECTION, HeaderValue::from_static("close"))]);
    let builder = Client::builder()
        .user_agent(USER_AGENT)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .http1_only()
        .pool_max_idle_per_host(0)
        .default_headers(alone)
        .dns_resolver(resolver);
    trusting(builder).map_err(|error| super::trouble::deepest(&error))
}

/// Turns names into addresses: stand-ins and `localhost` without asking anybody.
#[derive(Default)]
struct Resolver {
    stand_ins: BTreeMap<String, u16>,
}

/// A name without a usable address.
#[derive(Debug)]
pub(super) struct Unresolved(String);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unresolved {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_ascii_lowercase();
        let known = match self.stand_ins.get(&name) {
            Some(port) => vec![SocketAddr::from((Ipv4Addr::LOCALHOST, *port))],
            None if name == "localhost" || name.ends_with(".localhost") => {
                vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]
            }
            None => return Box::pin(ask(name)),
        };
        Box::pin(std::future::ready(Ok(Box::new(known.into_iter()) as Addrs)))
    }
}

async fn ask(name: String) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    let found = tokio::net::lookup_host((name.as_str(), 0)).await;
    let found: Vec<_> = found.map_err(|error| Unresolved(format!("`{name}` does not resolve: {error}")))?.collect();
    let usable: Vec<_> = found.iter().copied().filter(|address| !is_forbidden(address.ip())).collect();
    if usable.is_empty() {
        let found: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
        return Err(Unresolved(format!("`{name}` has no address that may be called: {}", found.join(", "))).into());
    }
    Ok(Box::new(usable.into_iter()))
}
