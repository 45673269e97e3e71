//! The provider's real hosts, which a rehearsal never reaches.

use std::collections::BTreeSet;

use crate::catalog::provider::Provider;

/// The hosts of all environments of a provider: those of its APIs, its pages, and spellings that are out of date.
pub fn provider_hosts(provider: &Provider) -> BTreeSet<String> {
    let apis = provider.environments.values().flat_map(|addresses| addresses.apis.values());
    let apis = apis.filter_map(|base| base.host_str().map(str::to_owned));
    let others = provider.environments.values().flat_map(|addresses| addresses.pages.iter().chain(&addresses.obsolete));
    apis.chain(others.map(|host| host.to_ascii_lowercase())).collect()
}
