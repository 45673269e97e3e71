//! What a pack may do. A built-in pack may do everything that it describes. Any other may do only what the built-in
//! pack of the same name describes too, and what the profile allows it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use url::Url;

use super::hosts::{host_of, hosts_of, provider_hosts};
use super::trust::Trust;
use super::types::Profile;
use crate::address::Host;
use crate::pack::load::Catalog;
use crate::pack::provider::{Addresses, Provider};
use crate::pack::types::{Environment, Route};
use crate::pack::{Pack, authentication};

/// What the pack of a run may do. The gate is built from this alone, and from nothing else in a pack.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// The hosts of the provider. Only the hosts of its APIs here receive a key.
    pub environments: BTreeMap<Environment, Addresses>,
    /// Calls other than `GET` and `HEAD` that may go to production.
    pub production_allows: Vec<Route>,
    /// Operations that never go to production.
    pub test_only: Vec<Route>,
    /// The fields of production responses that may be recorded.
    pub production_fields: Vec<String>,
    /// The hosts from which pages may be fetched without a key; `None`: any.
    pub fetches: Option<BTreeSet<String>>,
    /// The credentials that only identify the partner and are not secret.
    pub open: BTreeSet<String>,
}

impl Trusted {
    pub(super) fn determine(pack: &Pack, catalog: &Catalog, profile: &Profile, json: &Value) -> Self {
        let provider = &pack.provider;
        let open = open(pack, catalog);
        if pack.built_in {
            return Trusted {
                environments: provider.environments.clone(),
                production_allows: provider.production_allows.clone(),
                test_only: provider.test_only.clone(),
                production_fields: provider.production_fields.clone(),
                fetches: None,
                open,
            };
        }
        let granted = GrantedTrust::to(pack, catalog, profile);
        let environments = environments(provider, &granted, catalog);
        let original = granted.original.map(|original| original.test_only.as_slice());
        let mut fetches = hosts_in(json);
        fetches.extend(
            profile.simulated_environments.iter().flat_map(|word| word.hosts.keys()).map(|host| Host::spelling(host)),
        );
        fetches.extend(granted.original.iter().flat_map(|original| provider_hosts(&original.environments)));
        fetches.extend(granted.trust.iter().flat_map(|trust| {
            trust
                .hosts
                .values()
                .flatten()
                .chain(&trust.allow_hosts)
                .map(|host| Host::spelling(host))
                .collect::<Vec<_>>()
        }));
        Trusted {
            environments,
            production_allows: provider.production_allows.iter().filter(|r| granted.route(r)).cloned().collect(),
            // A longer list only restricts the pack further.
            test_only: provider.test_only.iter().chain(original.unwrap_or_default()).cloned().collect(),
            production_fields: provider.production_fields.iter().filter(|name| granted.keeps(name)).cloned().collect(),
            fetches: Some(fetches),
            open,
        }
    }
}

/// Returns the credentials of a pack that are not secret. Only a built-in pack is believed in this: any other needs the
/// agreement of the built-in pack of the same name.
pub(super) fn open(pack: &Pack, catalog: &Catalog) -> BTreeSet<String> {
    let open = authentication::open_credentials(&pack.provider.apis);
    if pack.built_in {
        return open;
    }
    let original = catalog.originals.get(&pack.id);
    let believed = original.map(|one| authentication::open_credentials(&one.provider.apis)).unwrap_or_default();
    open.intersection(&believed).cloned().collect()
}

/// Returns the environments of a pack. Hosts that are not trusted become pages, which get no key. The hosts of all
/// built-in packs are added where they belong, so that no pack can place them elsewhere.
fn environments(provider: &Provider, granted: &GrantedTrust, catalog: &Catalog) -> BTreeMap<Environment, Addresses> {
    let mut environments = provider.environments.clone();
    for (environment, addresses) in &mut environments {
        let doubtful = addresses.apis.extract_if(.., |_, base| !granted.api(*environment, base));
        let doubtful: Vec<String> = doubtful.map(|(_, base)| host_of(&base)).collect();
        addresses.pages.extend(doubtful);
    }
    for built_in in catalog.originals.values() {
        for (environment, addresses) in &built_in.provider.environments {
            environments.entry(*environment).or_default().pages.extend(hosts_of(addresses));
        }
    }
    environments
}

/// What a pack that is not built in is allowed to do, and by whom.
pub(super) struct GrantedTrust<'g> {
    /// The provider in the built-in pack of the same name.
    pub(super) original: Option<&'g Provider>,
    /// What the profile allows it.
    pub(super) trust: Option<&'g Trust>,
    /// Whether its production is that of the built-in pack, so that routes mean the same.
    same_production: bool,
}

impl<'g> GrantedTrust<'g> {
    pub(super) fn to(pack: &Pack, catalog: &'g Catalog, profile: &'g Profile) -> Self {
        let original = catalog.originals.get(&pack.id).map(|original| &original.provider);
        let trust = profile.trust.get(&pack.id).map(|word| &word.0);
        let production = Environment::Production;
        let mut bases = pack.provider.environments.get(&production).into_iter().flat_map(|a| a.apis.values());
        let same_production = bases.all(|base| original.is_some_and(|original| has(original, production, base)));
        GrantedTrust { original, trust, same_production }
    }

    /// Whether the key of an environment may go to an API.
    pub(super) fn api(&self, environment: Environment, base: &Url) -> bool {
        let mut named = self.trust.and_then(|trust| trust.hosts.get(&environment)).into_iter().flatten();
        named.any(|host| Host::spelling(host) == host_of(base))
            || self.original.is_some_and(|original| has(original, environment, base))
    }

    /// Whether a call other than `GET` and `HEAD` may go to production.
    pub(super) fn route(&self, route: &Route) -> bool {
        let original = self.original.filter(|_| self.same_production);
        self.trust.is_some_and(|trust| trust.production_allows.contains(route))
            || original.is_some_and(|original| original.production_allows.contains(route))
    }

    /// Whether a field of production responses may be recorded.
    pub(super) fn keeps(&self, name: &str) -> bool {
        let trust = self.trust.iter().flat_map(|trust| &trust.production_fields);
        let original = self.original.iter().flat_map(|original| &original.production_fields);
        trust.chain(original).any(|kept| kept.eq_ignore_ascii_case(name))
    }
}

fn has(provider: &Provider, environment: Environment, base: &Url) -> bool {
    provider.environments.get(&environment).is_some_and(|addresses| addresses.apis.values().any(|known| known == base))
}

/// Pointers to what the partner shows to everybody.
const PUBLIC: [&str; 3] = ["/environments/", "/branding/", "/return_url"];

/// Returns the hosts of the public URLs in a profile: none of its rehearsal, and none on this machine, where other
/// programs listen as well.
pub(crate) fn hosts_in(json: &Value) -> BTreeSet<String> {
    let mut hosts = BTreeSet::new();
    crate::json::texts(json, &mut |pointer, text| {
        if PUBLIC.iter().any(|place| pointer.starts_with(place)) {
            let words = text.split_whitespace();
            let urls = words.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
            let urls = urls.filter_map(|url| Url::parse(url).ok()).filter(|url| !is_this_machine(url));
            hosts.extend(urls.map(|url| host_of(&url)));
        }
    });
    hosts
}

fn is_this_machine(url: &Url) -> bool {
    Host::of(url).is_none_or(|host| host.is_this_machine() || host.is_forbidden())
}
