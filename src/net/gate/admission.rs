//! The gate: every call that this tool makes passes here, and the wire sends nothing else.
//!
//! A call is judged by the host that its URL parses to, whatever the caller says it is meant for.

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
    /// Calls other than `GET` and `HEAD` that may go to production; paths are relative to an API's base URL.
    pub production_allows: Vec<Route>,
    /// Operations that never go to production; paths are relative to an API's base URL.
    pub test_only: Vec<Route>,
    /// The hosts of the partner's production.
    pub production_handlers: Vec<Host<String>>,
    /// The hosts that the profile names for rehearsal, beside loopback and private addresses.
    pub named: Vec<Host<String>>,
    /// The only hosts from which pages are fetched without a key; `None`: any.
    pub fetches: Option<Vec<Host<String>>>,
}

/// The hosts of one of the provider's environments.
#[derive(Clone, Debug, Default)]
pub struct Realm {
    /// The base URL of each API. Only these hosts receive keys.
    pub apis: BTreeMap<String, Url>,
    /// Pages that people see, and spellings that are out of date.
    pub other_hosts: Vec<String>,
}

/// What a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A call to a provider's API.
    Provider {
        /// The environment that is meant.
        environment: Environment,
        /// The API's name in the pack.
        api: String,
    },
    /// A call to an API of the provider that this run plays.
    Played {
        /// The API's name in the pack.
        api: String,
    },
    /// A webhook to the partner's handler.
    Delivery {
        /// Where the check takes place.
        stage: Stage,
        /// What it is signed with.
        key: SigningKey,
    },
    /// An action, a look-up or a readiness poll at the partner.
    Partner {
        /// Where the check takes place.
        stage: Stage,
    },
    /// Something that needs no key: a logo, a door that should be shut.
    Open,
}

/// Whose secret a delivery is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// One that the simulator issued, or nobody's.
    Issued,
    /// The test subscription's.
    Test,
    /// The production subscription's.
    Production,
}

/// A call that somebody would like to make. It prints no values, because they may be keys.
#[derive(Clone)]
pub struct Draft {
    /// What it is for.
    pub purpose: Purpose,
    /// The method, in any case.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// The environments whose secrets the caller has put in. The gate searches for registered ones itself.
    pub credentials: Vec<Environment>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(f, "{} for {:?} with {names:?} and {} bytes", self.method, self.purpose, self.body.len())
    }
}

/// A call that the gate has let through. Nobody else can make one.
pub struct Admitted {
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// The names of the headers as they were written.
    pub(crate) spelled: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// The provider's environment that the host belongs to, if it is the provider's.
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
    /// A gate with these rules, which must not contradict themselves.
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

    /// Registers a key, token or webhook secret of a real environment: from now on it is found in drafts, in any usual
    /// encoding, and sent to that environment alone. Those shorter than 4 bytes are not searched for, so whoever sends
    /// one must say so in [`Draft::credentials`].
    pub fn register(&self, environment: Environment, secret: &Secret) {
        self.keys.register(environment, secret);
    }

    /// Says that this run created what is at a path, written as in the URL from its first `/`; it may then be changed
    /// and deleted, with everything below it. Paths of fewer than two segments are collections and are not remembered.
    pub fn created(&self, environment: Environment, path: &str) {
        let path = Path::parse(path);
        if path.segments.len() >= 2 && !path.is_odd {
            let mut created = self.created.write().unwrap_or_else(PoisonError::into_inner);
            created.insert((environment, path.segments));
        }
    }

    /// Says where an API of the provider that this run plays is. Only a loopback address is remembered.
    pub fn plays(&self, api: &str, base: &Url) {
        if base.domain().is_none() && Reach::of_url(base) == Some(Reach::ThisMachine) {
            let mut played = self.played.write().unwrap_or_else(PoisonError::into_inner);
            played.insert(api.to_owned(), base.clone());
        }
    }

    /// Lets a call through, or says which rule refuses it.
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

    /// Whether a URL lies below the base of an API that this run plays.
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
