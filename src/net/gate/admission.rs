//! The gate: every call that Preflight makes passes it; the HTTP client sends nothing else.
//!
//! The gate judges a call by the host that its URL parses to, not by its declared purpose.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::{PoisonError, RwLock};

use reqwest::Method;
use reqwest::header::HeaderMap;
use url::{Host, Url};

use super::denial::Refusal;
use super::host_entries;
use super::host_entries::{BadRules, Place};
use super::keys::Keys;
use super::rules;
use super::target::{Path, Target};
use crate::net::address::{Reach, normal};
use crate::pack::types::{Environment, Route, Stage};
use crate::redact::Secret;

/// What a run may call.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The provider's hosts, by environment.
    pub environments: BTreeMap<Environment, Realm>,
    /// Calls other than `GET` and `HEAD` that are allowed in production; paths are relative to an API's base URL.
    pub production_allows: Vec<Route>,
    /// Operations that are never allowed in production; paths are relative to an API's base URL.
    pub test_only: Vec<Route>,
    /// The hosts of the partner's production.
    pub production_handlers: Vec<Host<String>>,
    /// The hosts that the profile allows for rehearsal, besides loopback and private addresses.
    pub named: Vec<Host<String>>,
    /// The only hosts from which pages are fetched without a key; `None`: any host.
    pub fetches: Option<Vec<Host<String>>>,
}

/// The hosts of one environment of the provider.
#[derive(Clone, Debug, Default)]
pub struct Realm {
    /// The base URL of each API. Only these hosts receive keys.
    pub apis: BTreeMap<String, Url>,
    /// Hosts of pages for people, and obsolete spellings.
    pub other_hosts: Vec<String>,
}

/// The purpose of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A call to an API of the provider.
    Provider {
        /// The intended environment.
        environment: Environment,
        /// The API's name in the pack.
        api: String,
    },
    /// A call to an API of the simulated provider.
    Played {
        /// The API's name in the pack.
        api: String,
    },
    /// A webhook to the partner's handler.
    Delivery {
        /// The stage of the check.
        stage: Stage,
        /// The secret that signs it.
        key: SigningKey,
    },
    /// An action, a lookup or a readiness probe at the partner.
    Partner {
        /// The stage of the check.
        stage: Stage,
    },
    /// A request without a key: a logo, a test endpoint that should be disabled.
    Open,
}

/// The origin of the secret that signs a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// Issued by the simulator, or made up.
    Issued,
    /// The test subscription's secret.
    Test,
    /// The production subscription's secret.
    Production,
}

/// A call before the gate's decision. Its debug output contains no values, because they may be keys.
#[derive(Clone)]
pub struct Draft {
    /// The purpose.
    pub purpose: Purpose,
    /// The method, in any case.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// The environments whose secrets the caller inserted. The gate also searches for registered secrets itself.
    pub credentials: Vec<Environment>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(f, "{} for {:?} with {names:?} and {} bytes", self.method, self.purpose, self.body.len())
    }
}

/// A call that the gate admitted. Only the gate creates one.
pub struct Admitted {
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// The header names as written.
    pub(crate) spelled: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// The provider environment of the host; `None` if the host is not the provider's.
    pub(crate) environment: Option<Environment>,
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.method, self.url.host_str().unwrap_or_default())
    }
}

/// The gate of one run.
pub struct Gate {
    places: HashMap<Host<String>, Place>,
    pub(super) production_allows: Vec<Route>,
    pub(super) test_only: Vec<Route>,
    pub(super) production_handlers: HashSet<Host<String>>,
    pub(super) named: HashSet<Host<String>>,
    pub(super) fetches: Option<HashSet<Host<String>>>,
    pub(super) keys: Keys,
    created: RwLock<HashSet<(Environment, Vec<String>)>>,
    played: RwLock<HashMap<String, Url>>,
}

impl Gate {
    /// Creates a gate from consistent rules.
    pub fn new(rules: &Rules) -> Result<Self, BadRules> {
        Ok(Gate {
            places: host_entries::places(rules)?,
            production_allows: rules.production_allows.clone(),
            test_only: rules.test_only.clone(),
            production_handlers: rules.production_handlers.iter().map(normal).collect(),
            named: rules.named.iter().map(normal).collect(),
            fetches: rules.fetches.as_ref().map(|hosts| hosts.iter().map(normal).collect()),
            keys: Keys::default(),
            created: RwLock::default(),
            played: RwLock::default(),
        })
    }

    /// Registers a key, token or webhook secret of a real environment: the gate finds it in drafts, in any usual
    /// encoding, and lets it go to that environment only. Secrets shorter than 4 bytes are not searched for; whoever
    /// sends one declares it in [`Draft::credentials`].
    pub fn register(&self, environment: Environment, secret: &Secret) {
        self.keys.register(environment, secret);
    }

    /// Registers a path that this run created, as written in the URL from its first `/`; it may be changed and deleted,
    /// with everything below it. Paths with fewer than two segments are collections and are ignored.
    pub fn created(&self, environment: Environment, path: &str) {
        let path = Path::parse(path);
        if path.segments.len() >= 2 && !path.is_odd {
            let mut created = self.created.write().unwrap_or_else(PoisonError::into_inner);
            created.insert((environment, path.segments));
        }
    }

    /// Registers the address of a simulated API. Other addresses than loopback are ignored.
    pub fn plays(&self, api: &str, base: &Url) {
        if base.domain().is_none() && Reach::of_url(base) == Some(Reach::ThisMachine) {
            let mut played = self.played.write().unwrap_or_else(PoisonError::into_inner);
            played.insert(api.to_owned(), base.clone());
        }
    }

    /// Admits a call, or returns the rule that denies it.
    pub fn admit(&self, draft: Draft) -> Result<Admitted, Refusal> {
        let target = Target::parse(&draft.url).map_err(|(rule, host)| Refusal { rule, host })?;
        let place = self.places.get(&target.host);
        let judged = rules::parts(&draft).and_then(|(method, headers)| {
            rules::Call { gate: self, draft: &draft, target: &target, method: &method, place }.judge()?;
            Ok((method, headers))
        });
        let (method, headers) = judged.map_err(|rule| Refusal { rule, host: target.host.to_string() })?;
        let environment = place.map(|place| place.environment);
        let spelled = draft.headers.into_iter().map(|(name, _)| name).collect();
        let (purpose, url, body) = (draft.purpose, target.url, draft.body);
        Ok(Admitted { purpose, method, url, headers, spelled, body, environment })
    }

    /// Whether a URL is below the base URL of a simulated API.
    pub(super) fn is_played(&self, api: &str, target: &Target) -> bool {
        let played = self.played.read().unwrap_or_else(PoisonError::into_inner);
        played.get(api).is_some_and(|base| {
            base.origin() == target.url.origin() && target.path.below(&Path::parse(base.path())).is_some()
        })
    }

    pub(super) fn was_created(&self, environment: Environment, path: &Path) -> bool {
        let created = self.created.read().unwrap_or_else(PoisonError::into_inner);
        (0..=path.segments.len())
            .filter_map(|length| path.segments.get(..length))
            .any(|above| created.contains(&(environment, above.to_vec())))
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
