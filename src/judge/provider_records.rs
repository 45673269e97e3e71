//! Judges expectations about the final records of the simulated provider, and about the hosts that the partner's build
//! tried to reach.

use serde_json::{Value, json};

use super::case::Case;
use super::finding::{ExpectationResult, Finding};
use super::matching::matches;
use super::scope::Scope;
use crate::address::Host;
use crate::evidence::{DeniedHost, Responsible};
use crate::pack::traffic::{DeniedHostsExpectation, ProviderRecordsExpectation};

/// Judges `provider_records: ...`, separately for each client.
pub(super) fn judge(
    case: &Case<'_>,
    expectation: &ProviderRecordsExpectation,
    scope: &mut Scope<'_>,
) -> ExpectationResult {
    let clients = case.clients(expectation.client.as_ref());
    let several = case.check.given.client_setups().len() > 1;
    let mut parts = Vec::new();
    for client in &clients {
        scope.turn_to(Some(client));
        parts.push(of_client(case, expectation, client, several, scope));
    }
    scope.turn_to(None);
    if parts.is_empty() {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            "the check has no client whose records could be looked up",
        ));
    }
    ExpectationResult::all_of(parts)
}

fn of_client(
    case: &Case<'_>,
    expectation: &ProviderRecordsExpectation,
    client: &str,
    several: bool,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let mut mine = case.evidence.entries.iter().rev().filter(|entry| entry.client.as_deref() == Some(client));
    let records = mine.find_map(|entry| entry.what.records());
    let Some(records) = records else {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            "the records of the simulated provider were not read",
        ));
    };
    let about = if several { format!(" about the client {client}") } else { String::new() };
    ExpectationResult::all_of(expectation.provider_records.iter().map(|(collection, matcher)| {
        let number = records.get(collection).and_then(Value::as_array).map_or(0, Vec::len);
        matches(matcher, Some(&json!(number)), scope, &format!("the number of {collection} at the provider{about}"))
    }))
}

/// Judges `denied_hosts: ...`.
pub(super) fn judge_denied_hosts(
    case: &Case<'_>,
    expectation: &DeniedHostsExpectation,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let hosts = match expectation.hosts().map(|text| hosts(text, scope)).transpose() {
        Ok(hosts) => hosts,
        Err(unknown) => return unknown,
    };
    let found: Vec<String> = refused(case)
        .filter(|refused| hosts.as_ref().is_none_or(|hosts| hosts.contains(&Host::spelling(&refused.host))))
        .map(|refused| format!("{}:{}", refused.host, refused.port))
        .collect();
    let number = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let least = expectation.at_least.or_else(|| expectation.exactly.is_none().then_some(1));
    if expectation.exactly.is_none_or(|wanted| number == wanted) && least.is_none_or(|least| number >= least) {
        // The proxy does not see calls that ignore the proxy variables.
        return ExpectationResult::Yes(vec![
            "Preflight sees only calls that honour the proxy variables; it does not contain others".to_owned(),
        ]);
    }
    let about = hosts.map_or_else(String::new, |hosts| format!(" among {}", hosts.join(", ")));
    let wanted = match (expectation.exactly, least) {
        (Some(0), _) => format!("no call to any host{about} other than the addresses that the build was given"),
        (Some(exactly), _) => format!("exactly {exactly} denied hosts{about}"),
        (None, least) => format!("at least {} denied hosts{about}", least.unwrap_or(1)),
    };
    let seen = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    let hint = scope.hint(expectation.hint.as_ref());
    ExpectationResult::No(Finding::contrast(Responsible::Partner, wanted, seen)).hinted(hint.as_deref())
}

fn refused<'c>(case: &Case<'c>) -> impl Iterator<Item = &'c DeniedHost> + use<'c> {
    case.evidence.entries.iter().filter_map(|entry| entry.what.refused())
}

/// Returns the hosts that a template gives, normalised for comparison.
fn hosts(text: &str, scope: &Scope<'_>) -> Result<Vec<String>, ExpectationResult> {
    let template = Value::String(text.to_owned());
    let value = scope.value(&template)?;
    let one = |value: &Value| value.as_str().map(Host::spelling);
    let list = match value.as_ref() {
        Value::Array(list) => list.iter().map(one).collect(),
        other => one(other).map(|one| vec![one]),
    };
    list.ok_or_else(|| {
        ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            format!("`{text}` gives {value}, which is not a list of hosts"),
        ))
    })
}
