//! The provider's hosts, with their environment and APIs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use url::Url;

use crate::address::Host;
use crate::pack::types::{Environment, Route};

/// What the gate knows about a host of the provider.
pub(super) struct HostEntry {
    pub(super) environment: Environment,
    /// The base URLs of the APIs on this host, by name. Empty for a host of pages for people.
    pub(super) apis: BTreeMap<String, Url>,
}

impl HostEntry {
    /// Returns the ports on which the host may be called.
    pub(super) fn ports(&self) -> BTreeSet<u16> {
        let ports: BTreeSet<_> = self.apis.values().filter_map(Url::port_or_known_default).collect();
        if ports.is_empty() { BTreeSet::from([443]) } else { ports }
    }
}

/// Why a gate cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesError {
    /// A text that is not a host name.
    NotAHost(String),
    /// A host that is listed for both environments.
    Ambiguous(String),
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RulesError::NotAHost(text) => {
                write!(f, "`{text}` in `environments` is not a host; write a name such as `app.example.com`")
            }
            RulesError::Ambiguous(host) => {
                write!(f, "`{host}` is listed for test and for production; a host belongs to one environment")
            }
        }
    }
}

impl std::error::Error for RulesError {}

/// Collects the hosts of the provider from the rules.
pub(super) fn places(rules: &Rules) -> Result<HashMap<Host, HostEntry>, RulesError> {
    let mut places: HashMap<Host, HostEntry> = HashMap::new();
    let mut at = |environment: Environment, host: Host, api: Option<(&String, &Url)>| {
        let ambiguous = RulesError::Ambiguous(host.to_string());
        let place = places.entry(host).or_insert_with(|| HostEntry { environment, apis: BTreeMap::new() });
        place.apis.extend(api.map(|(name, base)| (name.clone(), base.clone())));
        if place.environment == environment { Ok(()) } else { Err(ambiguous) }
    };
    for (environment, provider_hosts) in &rules.environments {
        for (name, base) in &provider_hosts.apis {
            let host = Host::of(base).ok_or_else(|| RulesError::NotAHost(base.to_string()))?;
            at(*environment, host, Some((name, base)))?;
        }
        for text in &provider_hosts.other_hosts {
            let host = Host::parse(text).ok_or_else(|| RulesError::NotAHost(text.clone()))?;
            at(*environment, host, None)?;
        }
    }
    Ok(places)
}

/// The rules of a run, from which a gate is created.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The provider's hosts, by environment.
    pub environments: BTreeMap<Environment, ProviderHosts>,
    /// Calls other than GET and HEAD that are allowed in production. Their paths are relative to an API's base URL.
    pub production_allows: Vec<Route>,
    /// Operations that are never allowed in production. Their paths are relative to an API's base URL.
    pub test_only: Vec<Route>,
    /// The hosts of the partner's production.
    pub production_handlers: Vec<Host>,
    /// The hosts that the profile allows in a rehearsal, besides loopback and private addresses.
    pub named: Vec<Host>,
    /// The only hosts from which pages may be fetched without a key; `None` for any host.
    pub fetches: Option<Vec<Host>>,
}

/// The hosts of one environment of the provider.
#[derive(Clone, Debug, Default)]
pub struct ProviderHosts {
    /// The base URL of each API. Only the hosts of these URLs receive keys.
    pub apis: BTreeMap<String, Url>,
    /// Hosts of pages for people, and obsolete spellings.
    pub other_hosts: Vec<String>,
}
