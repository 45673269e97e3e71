//! The gate, which every call of Preflight must pass. The HTTP client sends nothing else.
//!
//! The gate judges a call by the host that its URL parses to, not by the purpose that it declares.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use url::Url;

use super::host_entries::{self, HostEntry, Rules, RulesError};
use super::keys::Keys;
use super::target::{Path, Target};
use crate::address::Host;
use crate::pack::types::{Environment, Route};
use crate::redact::Secret;

/// The gate of one run.
pub struct Gate {
    pub(super) places: HashMap<Host, HostEntry>,
    pub(super) production_allows: Vec<Route>,
    pub(super) test_only: Vec<Route>,
    pub(super) production_handlers: HashSet<Host>,
    pub(super) named: HashSet<Host>,
    pub(super) fetches: Option<HashSet<Host>>,
    pub(super) keys: Keys,
    created: RwLock<HashSet<(Environment, Vec<String>)>>,
    played: RwLock<HashMap<String, Url>>,
}

impl Gate {
    /// Creates a gate. Fails if the rules contradict each other.
    pub fn new(rules: &Rules) -> Result<Self, RulesError> {
        Ok(Gate {
            places: host_entries::places(rules)?,
            production_allows: rules.production_allows.clone(),
            test_only: rules.test_only.clone(),
            production_handlers: rules.production_handlers.iter().cloned().collect(),
            named: rules.named.iter().cloned().collect(),
            fetches: rules.fetches.as_ref().map(|hosts| hosts.iter().cloned().collect()),
            keys: Keys::default(),
            created: RwLock::default(),
            played: RwLock::default(),
        })
    }

    /// Registers a key, token or webhook secret of a real environment. The gate finds it in drafts in any usual
    /// encoding, and lets it go to that environment only. Secrets shorter than 4 bytes are not searched for; whoever
    /// sends one declares it in [`Draft::credentials`](super::Draft::credentials).
    pub fn register(&self, environment: Environment, secret: &Secret) {
        self.keys.register(environment, secret);
    }

    /// Registers a path that this run created, as written in the URL from its first `/`. It may be changed and deleted,
    /// with everything below it. Paths with fewer than two segments are collections and are ignored.
    pub fn created(&self, environment: Environment, path: &str) {
        let path = Path::parse(path);
        if path.segments.len() >= 2 && !path.is_odd {
            let mut created = self.created.write().unwrap_or_else(PoisonError::into_inner);
            created.insert((environment, path.segments));
        }
    }

    /// Registers the base URL of a simulated API. URLs that are not on a loopback address are ignored.
    pub fn plays(&self, api: &str, base: &Url) {
        if Host::of(base).is_some_and(|host| host.name().is_none() && host.is_this_machine()) {
            let mut played = self.played.write().unwrap_or_else(PoisonError::into_inner);
            played.insert(api.to_owned(), base.clone());
        }
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
