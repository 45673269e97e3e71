//! Finds what a pack that is not built in asks for without permission, with the line of YAML that would permit it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::address::Host;
use crate::pack::Pack;
use crate::pack::load::Catalog;
use crate::pack::types::Environment;
use crate::profile::hosts::{host_of, hosts_of};
use crate::profile::loaded::LoadedProfile;
use crate::profile::trust::Trust;
use crate::profile::trusted::GrantedTrust;
use crate::yaml::Problem;

/// Finds everything that speaks against a pack that is not built in.
pub(in crate::profile) fn mistrust(read: &LoadedProfile, pack: &Pack, catalog: &Catalog) -> Vec<Problem> {
    if pack.built_in {
        return Vec::new();
    }
    let mut problems = moved(read, pack, catalog);
    if problems.is_empty() {
        // No profile can allow what was found before, so there is no hint about how to allow it.
        problems.extend(unallowed(read, pack, &GrantedTrust::to(pack, catalog, &read.profile)));
    }
    problems.extend(secret_derived(pack));
    problems
}

/// Reports a digest that the profile does not trust, and what the pack asks for beyond what it is granted.
fn unallowed(read: &LoadedProfile, pack: &Pack, granted: &GrantedTrust) -> Option<Problem> {
    let (document, id) = (&read.document, &pack.id);
    let found = granted.trust.map(|trust| trust.digest.trim_start_matches("sha256:"));
    let (known, wanted) =
        (found.is_some_and(|found| found.eq_ignore_ascii_case(&pack.digest)), wanted(read, pack, granted));
    let asks = describe_missing(&doubtful(read, pack, granted), &wanted);
    if known && asks.is_empty() {
        return None;
    }
    let mut message = match found {
        None => format!("the pack `{id}` is not built in, and this profile does not trust it"),
        Some(_) if !known => {
            format!(
                "this profile trusts another version of the pack `{id}`: the digest of this one is sha256:{}",
                pack.digest
            )
        }
        Some(_) => format!("the pack `{id}` is not built in, and the profile does not allow all it asks for: {asks}"),
    };
    if !known && !asks.is_empty() {
        // Formatting into a string does not fail.
        write!(message, "; it asks for {asks}").ok();
    }
    let problem = match granted.trust {
        Some(_) => document.problem_at_key("/trust", id, message),
        None => document.problem("/provider", message),
    };
    let yaml = yaml(pack, granted.trust, &wanted);
    Some(problem.hint(format!("review the pack; if you trust it with that, write `trust: {{ {id}: {yaml} }}`")))
}

/// Returns what a pack asks for beyond what it is granted, in the environments that the profile uses: elsewhere it gets
/// no key.
fn wanted(read: &LoadedProfile, pack: &Pack, granted: &GrantedTrust) -> Trust {
    let mut wanted = Trust::default();
    for (environment, base) in doubtful(read, pack, granted) {
        let hosts = wanted.hosts.entry(environment).or_default();
        hosts.extend(Some(host_of(base)).filter(|host| !hosts.contains(host)));
    }
    if read.profile.environments.contains_key(&Environment::Production) {
        let provider = &pack.provider;
        let routes = provider.production_allows.iter().filter(|route| !granted.route(route));
        wanted.production_allows = routes.cloned().collect();
        let keeps = provider.production_fields.iter().filter(|name| !granted.keeps(name));
        wanted.production_fields = keeps.cloned().collect();
    }
    wanted
}

/// Returns the APIs that would get a key of an environment that the profile uses, but must not.
fn doubtful<'p>(read: &LoadedProfile, pack: &'p Pack, granted: &GrantedTrust) -> BTreeSet<(Environment, &'p Url)> {
    let environments = pack.provider.environments.iter();
    let used = environments.filter(|(environment, _)| read.profile.environments.contains_key(environment));
    let apis = used.flat_map(|(environment, addresses)| addresses.apis.values().map(move |base| (*environment, base)));
    apis.filter(|(environment, base)| !granted.api(*environment, base)).collect()
}

fn describe_missing(doubtful: &BTreeSet<(Environment, &Url)>, wanted: &Trust) -> String {
    let keys = doubtful.iter().map(|(environment, base)| format!("the key of {environment} at {base}"));
    let calls = wanted.production_allows.iter().map(|route| format!("`{route}` in production"));
    let kept: Vec<String> = wanted.production_fields.iter().map(|name| format!("`{name}`")).collect();
    let kept = (!kept.is_empty()).then(|| format!("fields of production responses: {}", kept.join(" and ")));
    keys.chain(calls).chain(kept).collect::<Vec<_>>().join(", ")
}

/// Writes the profile's `trust` in a pack, with what it allows already and what the pack wants, as one line of YAML.
fn yaml(pack: &Pack, trust: Option<&Trust>, wanted: &Trust) -> String {
    let digest = format!("sha256:{}", pack.digest);
    let old = trust.cloned().unwrap_or_default();
    let mut hosts: BTreeMap<Environment, Vec<String>> = old.hosts;
    for (environment, more) in &wanted.hosts {
        hosts.entry(*environment).or_default().extend(more.iter().cloned());
    }
    let hosts: Vec<String> =
        hosts.iter().map(|(environment, hosts)| format!("{environment}: {}", list(hosts))).collect();
    let routes = old.production_allows.iter().chain(&wanted.production_allows).map(ToString::to_string);
    let keeps: Vec<String> =
        old.production_fields.into_iter().chain(wanted.production_fields.iter().cloned()).collect();
    let routes: Vec<String> = routes.collect();
    let mut words: Vec<String> =
        (!hosts.is_empty()).then(|| format!("hosts: {{ {} }}", hosts.join(", "))).into_iter().collect();
    let lists = [("production_allows", routes), ("production_fields", keeps), ("allow_hosts", old.allow_hosts)];
    words.extend(
        lists.into_iter().filter(|(_, all)| !all.is_empty()).map(|(name, all)| format!("{name}: {}", list(&all))),
    );
    if words.is_empty() { digest } else { format!("{{ digest: {digest}, {} }}", words.join(", ")) }
}

/// Writes a list in one line of YAML, where every JSON string is valid too.
fn list(texts: &[String]) -> String {
    let plain =
        |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric()) && !text.contains([':', '{', '#', ',']);
    let one = |text: &String| if plain(text) { text.clone() } else { serde_json::json!(text).to_string() };
    format!("[{}]", texts.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// Finds hosts of built-in packs that the pack, or the profile for it, places in another environment than their own.
fn moved(read: &LoadedProfile, pack: &Pack, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    let known = catalog.originals.values().flat_map(|original| {
        let environments = original.provider.environments.iter();
        environments.map(move |(environment, addresses)| (&original.id, *environment, hosts_of(addresses)))
    });
    let trust = read.profile.trust.get(&pack.id).map(|word| &word.0.hosts);
    for (owner, home, hosts) in known {
        let elsewhere = |environment: &Environment| *environment != home;
        for (environment, addresses) in pack.provider.environments.iter().filter(|(e, _)| elsewhere(e)) {
            let pointer = format!("/environments/{environment}");
            for host in hosts_of(addresses).intersection(&hosts) {
                problems.push(pack.document.problem(&pointer, belongs(host, owner, home)).hint(KEEP));
            }
        }
        for (environment, named) in trust.into_iter().flatten().filter(|(e, _)| elsewhere(e)) {
            let pointer = format!("/trust/{}/hosts/{environment}", pack.id);
            for host in named.iter().map(|host| Host::spelling(host)).filter(|host| hosts.contains(host)) {
                problems.push(read.document.problem(&pointer, belongs(&host, owner, home)).hint(KEEP));
            }
        }
    }
    problems
}

const KEEP: &str = "remove it: a built-in pack decides about this host for all other packs";

fn belongs(host: &str, owner: &str, home: Environment) -> String {
    format!("according to the built-in pack, `{host}` belongs only to {home} of `{owner}`")
}

/// Finds templates that do more with a key than insert it: nothing would recognise the result as secret, so reports
/// would show it.
fn secret_derived(pack: &Pack) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(apis) = pack.facts.get("apis") else { return problems };
    crate::json::texts(apis, &mut |pointer, text| {
        let plain = PLAIN.as_ref().is_some_and(|plain| !plain.replace_all(text, "").contains("{{"));
        if !plain || text.contains("{%") {
            let message = format!("`{text}` does more with a key than insert it");
            let problem = pack.document.problem(&format!("/apis{pointer}"), message);
            problems
                .push(problem.hint("write `{{ api_key }}` or `{{ credentials.NAME }}` in a pack that is not built in"));
        }
    });
    problems
}

/// Matches a template that is only a name.
static PLAIN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{\{\s*[A-Za-z_][A-Za-z0-9_.]*\s*\}\}").ok());
