//! The provider's real hosts, which a rehearsal never reaches.

use std::collections::{BTreeMap, BTreeSet};

use super::call_out::CallOut;
use super::types::Profile;
use crate::address::Host;
use crate::pack::provider::Addresses;
use crate::pack::types::Environment;

/// Returns the hosts of all environments of a provider: those of its APIs and its pages, and obsolete spellings.
pub fn provider_hosts(environments: &BTreeMap<Environment, Addresses>) -> BTreeSet<String> {
    environments.values().flat_map(hosts_of).collect()
}

/// Returns the hosts of one environment.
pub(super) fn hosts_of(addresses: &Addresses) -> BTreeSet<String> {
    let others = addresses.pages.iter().chain(&addresses.obsolete);
    addresses.apis.values().map(host_of).chain(others.map(|host| Host::spelling(host))).collect()
}

/// Returns the hosts of the partner's production, as far as its profile shows them: those of its handler and of its
/// actions.
pub fn production_hosts(profile: &Profile) -> BTreeSet<String> {
    let inside = profile.environments.get(&Environment::Production);
    let handler = inside.and_then(|inside| inside.webhook.as_ref()?.url.as_ref()).map(host_of);
    handler
        .into_iter()
        .chain(inside.into_iter().flat_map(|inside| inside.actions.values().filter_map(called)))
        .collect()
}

/// Returns the host that a call to the partner goes to, whatever the templates in its path stand for.
pub(super) fn called(call: &CallOut) -> Option<String> {
    let (_, url) = call.request.as_ref()?.split_once(' ')?;
    url::Url::parse(&without_templates(url.trim())).ok().map(|url| host_of(&url))
}

/// Replaces each template in a text with plain text.
pub(super) fn without_templates(text: &str) -> String {
    regex::Regex::new(r"\{\{.*?\}\}").map_or_else(|_| text.to_owned(), |t| t.replace_all(text, "x").into_owned())
}

/// Returns the host of a URL in the form in which hosts are compared.
pub(super) fn host_of(url: &url::Url) -> String {
    Host::of(url).map_or_else(|| url.host_str().unwrap_or_default().to_lowercase(), |host| host.to_string())
}
