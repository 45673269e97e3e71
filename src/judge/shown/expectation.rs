//! Judges expectations about the URLs that the partner showed its client.

use serde_json::Value;

use super::link::{Likeness, Link};
use super::place::ShownContent;
use super::return_url;
use crate::address::{Host, web};
use crate::evidence::{Entry, Offset, Responsible};
use crate::judge::case::Case;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::scope::Scope;
use crate::pack::expectations::{ShownExpectation, ShownRule};
use crate::pack::types::Stage;

/// Judges `shown: ...`, separately for each client.
pub(in crate::judge) fn judge(
    case: &Case<'_>,
    expectation: &ShownExpectation,
    scope: &mut Scope<'_>,
) -> ExpectationResult {
    let mut parts = Vec::new();
    for client in case.clients(expectation.client.as_ref()) {
        scope.turn_to(Some(&client));
        parts.push(of_client(case, expectation, &client, scope));
    }
    scope.turn_to(None);
    if parts.is_empty() {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            "the check has no client to whom anything could be shown",
        ));
    }
    let hint = scope.hint(expectation.hint.as_ref());
    ExpectationResult::all_of(parts).hinted(hint.as_deref())
}

fn of_client(case: &Case<'_>, expectation: &ShownExpectation, client: &str, scope: &Scope<'_>) -> ExpectationResult {
    let place = ShownContent::collect(case, client, expectation.by.as_deref());
    let received = if case.stage == Stage::Rehearsal { received(case, client) } else { at_home(case, &place) };
    if expectation.shown == ShownRule::Nothing {
        return nothing(case, &place, &received);
    }
    let wanted = match expectation.url.as_ref().map(|url| named(url, scope)).transpose() {
        Ok(named) => named,
        Err(unknown) => return unknown,
    };
    let each = wanted.is_some();
    let wanted = wanted.unwrap_or_else(|| received.clone());
    if wanted.is_empty() && case.stage != Stage::Rehearsal {
        return place.lacks_any(case);
    }
    if wanted.is_empty() {
        let why = "the simulated provider sent no URL for the client: the partner did not get that far";
        return ExpectationResult::Unknown(Finding::new(Responsible::Partner, why));
    }
    let parameter = case.provider.return_url.as_ref().map(|word| word.parameter.as_str());
    let pairs: Vec<(&Link, Vec<&Link>)> =
        wanted.iter().map(|ours| (ours, shown(ours, &place.links, &received, parameter))).collect();
    let met: Vec<(&Link, &Link)> =
        pairs.iter().flat_map(|(ours, theirs)| theirs.iter().map(move |theirs| (*ours, *theirs))).collect();
    let missing: Vec<&Link> = pairs.iter().filter(|(_, theirs)| theirs.is_empty()).map(|(ours, _)| *ours).collect();
    match expectation.shown {
        // If the check names URLs, the partner must show all of them. Of the received URLs, it must show at least one.
        ShownRule::ProviderUrl if each && !missing.is_empty() => {
            place.lacks(case, &missing, " and ", handed_over(case, client, &missing))
        }
        ShownRule::ProviderUrl if met.is_empty() => {
            place.lacks(case, &missing, " or ", handed_over(case, client, &missing))
        }
        ShownRule::ProviderUrl | ShownRule::Nothing => ExpectationResult::YES,
        ShownRule::ReceivedHost | ShownRule::ReturnUrl if met.is_empty() => {
            place.lacks(case, &missing, " or ", None).softened()
        }
        ShownRule::ReceivedHost => {
            ExpectationResult::all_of(met.iter().map(|(ours, theirs)| received_host(ours, theirs)))
        }
        ShownRule::ReturnUrl => match return_url::ReturnUrlRule::from_case(case) {
            Ok(rule) => ExpectationResult::all_of(met.iter().map(|(ours, theirs)| rule.judge(ours, theirs, scope))),
            Err(unknown) => unknown,
        },
    }
}

/// Returns the shown URLs on a host of the provider or on a sibling of one. In a real environment, Preflight does not
/// see the provider's responses, and the pack's list of page hosts may be incomplete.
fn at_home(case: &Case<'_>, place: &ShownContent) -> Vec<Link> {
    let pages = pages(case);
    let beside = |link: &&Link| Host::of(&link.url).is_some_and(|host| pages.iter().any(|page| host.is_beside(page)));
    place.links.iter().filter(beside).cloned().collect()
}

/// Returns the hosts of the provider's pages.
fn pages(case: &Case<'_>) -> Vec<Host> {
    let pages = case.provider.environments.values().flat_map(|addresses| &addresses.pages);
    pages.filter_map(|page| Host::parse(page)).collect()
}

/// Returns the URLs in the simulated provider's responses to the partner's calls about a client, without those that the
/// partner itself had sent.
fn received(case: &Case<'_>, client: &str) -> Vec<Link> {
    let calls = || {
        let mine = case.evidence.entries.iter().filter(|entry| entry.client.as_deref() == Some(client));
        mine.filter_map(|entry| entry.what.call())
    };
    let mut own: Vec<&str> = Vec::new();
    for json in calls().filter_map(|call| call.request.body.json()) {
        texts(json, &mut own);
    }
    let mut found: Vec<Link> = Vec::new();
    for json in calls().filter_map(|call| call.answer.body.json()) {
        let mut theirs = Vec::new();
        texts(json, &mut theirs);
        let is_own = |text: &&str| own.iter().any(|own| own == text || web::same(own, text));
        for link in theirs.into_iter().filter(|text| !is_own(text)).filter_map(Link::parse) {
            if !found.iter().any(|known| known.raw == link.raw) {
                found.push(link);
            }
        }
    }
    found
}

/// Returns when the simulated provider first answered with one of these URLs.
fn handed_over(case: &Case<'_>, client: &str, links: &[&Link]) -> Option<Offset> {
    let mine = case.evidence.entries.iter().filter(|entry| entry.client.as_deref() == Some(client));
    let holds = |entry: &&Entry| {
        let mut found = Vec::new();
        entry.what.call().and_then(|call| call.answer.body.json()).into_iter().for_each(|json| texts(json, &mut found));
        links.iter().any(|link| found.contains(&link.raw.as_str()))
    };
    mine.filter(holds).map(|entry| entry.to).min()
}

fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns the URLs that a template gives.
fn named(text: &str, scope: &Scope<'_>) -> Result<Vec<Link>, ExpectationResult> {
    let template = Value::String(text.to_owned());
    let value = scope.value(&template)?;
    if value.as_array().is_some_and(Vec::is_empty) {
        return Err(ExpectationResult::No(Finding::contrast(
            Responsible::Partner,
            "a URL that the partner could show",
            "the partner received none",
        )));
    }
    let mut found = Vec::new();
    texts(&value, &mut found);
    let links: Option<Vec<Link>> = found.iter().map(|text| Link::parse(text)).collect();
    let wrong = || {
        ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            format!("`{text}` gives {value}, which is not a URL"),
        ))
    };
    links.filter(|links| !links.is_empty()).ok_or_else(wrong)
}

/// Returns the shown URLs that correspond to a received one, unchanged or damaged. A damaged URL does not count if it
/// is another received URL unchanged.
fn shown<'p>(ours: &Link, presented: &'p [Link], received: &[Link], parameter: Option<&str>) -> Vec<&'p Link> {
    let like = |wanted: Likeness| presented.iter().filter(move |theirs| theirs.likeness(ours, parameter) == wanted);
    let is_other = |theirs: &&Link| received.iter().any(|other| theirs.likeness(other, parameter) == Likeness::Whole);
    let damaged = like(Likeness::Damaged).filter(|theirs| !is_other(theirs));
    like(Likeness::Whole).chain(damaged).collect()
}

fn received_host(ours: &Link, theirs: &Link) -> ExpectationResult {
    let origin = |link: &Link| link.url.origin().ascii_serialization();
    if origin(ours) == origin(theirs) {
        return ExpectationResult::YES;
    }
    let wanted = format!("a URL at {}, as received", origin(ours));
    ExpectationResult::No(Finding::contrast(Responsible::Partner, wanted, theirs.raw.clone()))
}

/// Judges whether the partner showed no URL of the provider: neither one of its pages, nor a URL that the partner
/// received.
fn nothing(case: &Case<'_>, place: &ShownContent, received: &[Link]) -> ExpectationResult {
    let pages = pages(case);
    let theirs = place.links.iter().filter(|link| {
        let at_home = Host::of(&link.url).is_some_and(|host| pages.contains(&host));
        at_home || received.iter().any(|ours| link.likeness(ours, None) != Likeness::Other)
    });
    let found: Vec<&str> = theirs.map(|link| link.raw.as_str()).collect();
    if !found.is_empty() {
        let wanted = "the partner shows no URL of the provider";
        return ExpectationResult::No(Finding::contrast(Responsible::Partner, wanted, found.join(", ")));
    }
    match place.unseen(case) {
        Some(finding) => ExpectationResult::Unknown(finding),
        None => ExpectationResult::Yes(crate::judge::calls::quiet(case).into_iter().collect()),
    }
}
