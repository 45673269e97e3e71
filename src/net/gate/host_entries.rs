//! The provider's hosts, with their environment and APIs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use url::{Host, Url};

use super::admission::Rules;
use crate::net::address::normal;
use crate::pack::types::Environment;

/// The properties of a provider's host.
pub(super) struct Place {
    pub(super) environment: Environment,
    /// The base URLs of the APIs on this host, by name; none for pages for people.
    pub(super) apis: BTreeMap<String, Url>,
}

impl Place {
    /// The ports on which the host may be called.
    pub(super) fn ports(&self) -> BTreeSet<u16> {
        let ports: BTreeSet<_> = self.apis.values().filter_map(Url::port_or_known_default).collect();
        if ports.is_empty() { BTreeSet::from([443]) } else { ports }
    }
}

/// Inconsistent rules, or an invalid host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadRules {
    /// Not a host name.
    NotAHost(String),
    /// A host that is listed for both environments.
    Ambiguous(String),
}

impl fmt::Display for BadRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadRules::NotAHost(text) => {
                write!(f, "`{text}` in `environments` is not a host; write a name such as `app.example.com`")
            }
            BadRules::Ambiguous(host) => {
                write!(f, "`{host}` is listed for test and for production; a host belongs to one environment")
            }
        }
    }
}

impl std::error::Error for BadRules {}

/// The provider's hosts.
pub(super) fn places(rules: &Rules) -> Result<HashMap<Host<String>, Place>, BadRules> {
    let mut places: HashMap<Host<String>, Place> = HashMap::new();
    let mut at = |environment: Environment, host: &Host<String>, api: Option<(&String, &Url)>| {
        let place = places.entry(normal(host)).or_insert_with(|| Place { environment, apis: BTreeMap::new() });
        place.apis.extend(api.map(|(name, base)| (name.clone(), base.clone())));
        if place.environment == environment { Ok(()) } else { Err(BadRules::Ambiguous(normal(host).to_string())) }
    };
    for (environment, realm) in &rules.environments {
        for (name, base) in &realm.apis {
            let host = base.host().ok_or_else(|| BadRules::NotAHost(base.to_string()))?.to_owned();
            at(*environment, &host, Some((name, base)))?;
        }
        for text in &realm.other_hosts {
            let host = Host::parse(text).map_err(|_| BadRules::NotAHost(text.clone()))?;
            at(*environment, &host, None)?;
        }
    }
    Ok(places)
}
