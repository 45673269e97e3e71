//! What the simulated provider holds in the end, and whom else the partner's build tried to reach.

use serde_json::{Value, json};

use super::case::Case;
use super::finding::{Finding, Held};
use super::matching::matches;
use super::scope::Scope;
use crate::evidence::{Refused, Who};
use crate::net::address;
use crate::pack::traffic::{FindingKind, FindingsExpectation, ProviderExpectation};

/// Judges `provider: ...`, for each client by itself.
pub(super) fn provider(case: &Case<'_>, expectation: &ProviderExpectation, scope: &mut Scope<'_>) -> Held {
    let clients = case.clients(expectation.client.as_ref());
    let several = case.check.given.all().len() > 1;
    let mut parts = Vec::new();
    for client in &clients {
        scope.turn_to(Some(client));
        parts.push(of_client(case, expectation, client, several, scope));
    }
    scope.turn_to(None);
    if parts.is_empty() {
        return Held::Unknown(Finding::new(
            Who::Tool,
            "the check has no client about whom the provider could hold anything",
        ));
    }
    Held::all(parts)
}

fn of_client(
    case: &Case<'_>,
    expectation: &ProviderExpectation,
    client: &str,
    several: bool,
    scope: &Scope<'_>,
) -> Held {
    let mut mine = case.evidence.entries.iter().rev().filter(|entry| entry.client.as_deref() == Some(client));
    let records = mine.find_map(|entry| entry.what.records());
    let Some(records) = records else {
        return Held::Unknown(Finding::new(Who::Tool, "nobody has looked at what the simulated provider holds"));
    };
    let about = if several { format!(" about the client {client}") } else { String::new() };
    Held::all(expectation.provider.iter().map(|(collection, matcher)| {
        let number = records.get(collection).and_then(Value::as_array).map_or(0, Vec::len);
        matches(matcher, Some(&json!(number)), scope, &format!("the number of {collection} at the provider{about}"))
    }))
}

/// Judges `findings: ...`.
pub(super) fn findings(case: &Case<'_>, expectation: &FindingsExpectation, scope: &Scope<'_>) -> Held {
    let hosts = match expectation.hosts.as_ref().map(|text| hosts(text, scope)).transpose() {
        Ok(hosts) => hosts,
        Err(unknown) => return unknown,
    };
    let found: Vec<String> = match expectation.findings {
        FindingKind::Refused => refused(case)
            .filter(|refused| hosts.as_ref().is_none_or(|hosts| hosts.contains(&parsed(&refused.host))))
            .map(|refused| format!("{}:{}", refused.host, refused.port))
            .collect(),
    };
    let number = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let least = expectation.at_least.or_else(|| expectation.exactly.is_none().then_some(1));
    if expectation.exactly.is_none_or(|wanted| number == wanted) && least.is_none_or(|least| number >= least) {
        // What ignores the variables that name our proxy is not seen by it.
        return Held::Yes(vec![
            "seen is only what honours the proxy variables; what does not is not contained".to_owned(),
        ]);
    }
    let about = hosts.map_or_else(String::new, |hosts| format!(" among {}", hosts.join(", ")));
    let wanted = match (expectation.exactly, least) {
        (Some(0), _) => format!("no call to a host{about} but to the addresses that the build was given"),
        (Some(exactly), _) => format!("exactly {exactly} hosts{about} that the build was not let through to"),
        (None, least) => format!("at least {} hosts{about} that the build was not let through to", least.unwrap_or(1)),
    };
    let seen = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    let hint = expectation.hint.as_ref().and_then(|hint| scope.text(hint).ok());
    Held::No(Finding::contrast(Who::Partner, wanted, seen)).hinted(hint.as_deref())
}

fn refused<'c>(case: &Case<'c>) -> impl Iterator<Item = &'c Refused> + use<'c> {
    case.evidence.entries.iter().filter_map(|entry| entry.what.refused())
}

/// The hosts that a template gives, as they are compared.
fn hosts(text: &str, scope: &Scope<'_>) -> Result<Vec<String>, Held> {
    let template = Value::String(text.to_owned());
    let value = scope.value(&template)?;
    let one = |value: &Value| value.as_str().map(parsed);
    let list = match value.as_ref() {
        Value::Array(list) => list.iter().map(one).collect(),
        other => one(other).map(|one| vec![one]),
    };
    list.ok_or_else(|| Held::Unknown(Finding::new(Who::Tool, format!("`{text}` gives {value}, which are no hosts"))))
}

/// A host as it is compared.
fn parsed(host: &str) -> String {
    address::host(host).map_or_else(|| host.to_lowercase(), |host| host.to_string())
}
