//! Answers of providers and pages, values of all kinds, and what the partner presented.

use serde_json::{Value, json};
use serde_json_path::JsonPath;
use url::Url;

use super::Case;
use super::held::{Finding, Held};
use super::matching::{matches, show};
use super::scope::Scope;
use crate::address::is_public;
use crate::catalog::expect::{
    AddressRule, AnswerExpectation, CertificateRule, PresentedExpectation, PresentedRule, Selection, Source,
    ValuesExpectation,
};
use crate::catalog::step::Step;
use crate::evidence::{Answer, Exchange, Outcome, Trouble, TroubleKind, What, Who};

/// Judges `answer: ...`.
pub(super) fn answer(case: &Case<'_>, expectation: &AnswerExpectation, scope: &Scope<'_>) -> Held {
    let mut parts = Vec::new();
    for step in &expectation.answer.0 {
        let found = exchanges(case, step);
        if found.is_empty() {
            let why = case.skipped(step).unwrap_or_else(|| {
                format!("the step `{step}` was made for an empty list: there was nothing to ask for")
            });
            parts.push(Held::Unknown(Finding::new(Who::Partner, why)));
        }
        parts.extend(found.into_iter().map(|exchange| one(case, step, expectation, exchange, scope)));
    }
    let hint = expectation.hint.as_ref().and_then(|hint| scope.text(hint).ok());
    Held::all(parts).hinted(hint.as_deref())
}

fn exchanges<'c>(case: &Case<'c>, step: &str) -> Vec<&'c Exchange> {
    case.evidence
        .entries
        .iter()
        .filter(|entry| entry.step.as_deref() == Some(step))
        .filter_map(|entry| match &entry.what {
            What::Exchange(exchange) => Some(exchange),
            What::Delivery(_)
            | What::Call(_)
            | What::Action(_)
            | What::Inspection(_)
            | What::Fact(_)
            | What::Skipped(_)
            | What::Waited => None,
        })
        .collect()
}

/// Whether the step called one of the provider's APIs, and not a page of the partner's.
fn asks_provider(case: &Case<'_>, name: &str) -> bool {
    case.check.when.iter().any(|step| match step {
        Step::Request(request) => request.name.as_deref() == Some(name) && request.api.is_some(),
        Step::Deliver(_) | Step::Action(_) | Step::Config(_) | Step::Ask(_) | Step::Wait(_) => false,
    })
}

fn one(case: &Case<'_>, step: &str, expectation: &AnswerExpectation, exchange: &Exchange, scope: &Scope<'_>) -> Held {
    let what = format!("{} {}", exchange.request.method, exchange.request.url);
    let provider = asks_provider(case, step);
    if let Some(CertificateRule::Valid) = expectation.certificate
        && let Outcome::Trouble(Trouble { kind: TroubleKind::Certificate, detail }) = &exchange.outcome
    {
        return Held::No(Finding::contrast(
            Who::Partner,
            format!("{what}: a certificate that is trusted, for this host, and in date"),
            detail.clone(),
        ));
    }
    if let (Some(AddressRule::Public), Some(address)) = (expectation.address, exchange.address)
        && !is_public(address)
    {
        return Held::No(Finding::contrast(Who::Partner, format!("{what}: a public address"), address.to_string()));
    }
    let answer = match &exchange.outcome {
        Outcome::Trouble(trouble) => return Held::Unknown(no_answer(&what, trouble, provider)),
        Outcome::Answered(answer) => answer,
    };
    // The provider's own trouble says nothing about the partner.
    let theirs = provider && (answer.status == 429 || answer.status >= 500);
    if theirs && expectation.status.as_ref().is_some_and(|rule| !rule.holds(answer.status)) {
        return Held::Unknown(Finding::new(
            Who::Provider,
            format!("{what} was answered {}; try again later", answer.status),
        ));
    }
    Held::all([
        status(expectation, answer, &what),
        headers(expectation, answer, scope),
        body(expectation, answer, scope),
        counted(case, expectation, exchange, scope),
    ])
}

fn no_answer(what: &str, trouble: &Trouble, provider: bool) -> Finding {
    let who = match trouble.kind {
        TroubleKind::Refused => Who::Partner,
        TroubleKind::Certificate | TroubleKind::Redirects | TroubleKind::TooLarge => {
            if provider {
                Who::Provider
            } else {
                Who::Partner
            }
        }
        TroubleKind::Dns | TroubleKind::Connect | TroubleKind::Timeout | TroubleKind::Broken => Who::Network,
    };
    Finding::new(who, format!("{what} got no answer: {}", trouble.detail))
}

fn status(expectation: &AnswerExpectation, answer: &Answer, what: &str) -> Held {
    let Some(rule) = expectation.status.as_ref().filter(|rule| !rule.holds(answer.status)) else { return Held::YES };
    let said = answer.body.json().and_then(|body| body.get("message").or_else(|| body.get("title"))).map(show);
    let observed = said.map_or_else(|| answer.status.to_string(), |said| format!("{} ({said})", answer.status));
    Held::No(Finding::contrast(Who::Partner, format!("{what} answered {rule}"), observed))
}

fn headers(expectation: &AnswerExpectation, answer: &Answer, scope: &Scope<'_>) -> Held {
    Held::all(expectation.header.iter().map(|(name, matcher)| {
        let value = answer.header(name).map(|value| json!(value));
        matches(matcher, value.as_ref(), scope, &format!("the header {name}"))
    }))
}

fn body(expectation: &AnswerExpectation, answer: &Answer, scope: &Scope<'_>) -> Held {
    if expectation.body.is_empty() {
        return Held::YES;
    }
    let Some(json) = answer.body.json() else {
        return Held::Unknown(Finding::new(Who::Provider, format!("the answer ({}) is not JSON", answer.status)));
    };
    Held::all(expectation.body.iter().map(|(path, matcher)| {
        let found = JsonPath::parse(path).map(|path| path.query(json).all()).unwrap_or_default();
        match found.as_slice() {
            [] => matches(matcher, None, scope, path.trim_start_matches("$.")),
            [one] => matches(matcher, Some(one), scope, path.trim_start_matches("$.")),
            many => {
                Held::all(many.iter().map(|value| matches(matcher, Some(value), scope, path.trim_start_matches("$."))))
            }
        }
    }))
}

/// How often the partner took note of what the request sent out.
fn counted(case: &Case<'_>, expectation: &AnswerExpectation, exchange: &Exchange, scope: &Scope<'_>) -> Held {
    let Some(matcher) = &expectation.counted else { return Held::YES };
    match exchange.captured.get("counted").filter(|value| !value.is_null()) {
        Some(count) => {
            let what = exchange.item.as_ref().map_or_else(
                || "deliveries that took effect".to_owned(),
                |item| format!("{}: deliveries that took effect", show(item)),
            );
            matches(matcher, Some(count), scope, &what)
        }
        None => {
            let place = format!("environments.{}.inspect.received", case.stage);
            Held::Unknown(Finding::new(
                Who::Partner,
                format!("nobody can tell whether it arrived: {}", case.bound.how_to_give(&place)),
            ))
        }
    }
}

/// Judges `values: ...`.
pub(super) fn values(case: &Case<'_>, expectation: &ValuesExpectation, scope: &Scope<'_>) -> Held {
    let (list, what) = match &expectation.values {
        Source::Template(text) => match scope.value(&Value::String(text.clone())) {
            Ok(value) => (value.into_owned(), text.trim_matches(|c| "{} ".contains(c)).to_owned()),
            Err(unknown) => return unknown,
        },
        Source::Selection(selection) => match select(case, selection, scope) {
            Ok(list) => (Value::Array(list), format!("{} of `{}`", selection.take, selection.of)),
            Err(held) => return held,
        },
    };
    let single = match (&expectation.values, list.as_array().map(Vec::as_slice)) {
        // One node that was read whole stands for itself.
        (Source::Selection(selection), Some([one]))
            if selection.select == "$" && !selection.take.contains(['*', '?']) =>
        {
            Some(one.clone())
        }
        (Source::Selection(_) | Source::Template(_), _) => None,
    };
    let are = expectation
        .are
        .as_ref()
        .map_or(Held::YES, |matcher| matches(matcher, Some(single.as_ref().unwrap_or(&list)), scope, &what));
    let each = expectation.each.as_ref().map_or(Held::YES, |matcher| match list.as_array().map(Vec::as_slice) {
        Some([]) => Held::No(Finding::contrast(Who::Partner, format!("at least one {what}"), "none")),
        Some(list) => Held::all(list.iter().map(|value| matches(matcher, Some(value), scope, &what))),
        None => matches(matcher, Some(&list), scope, &what),
    });
    let hint = expectation.hint.as_ref().and_then(|hint| scope.text(hint).ok());
    Held::all([are, each]).hinted(hint.as_deref())
}

/// The selected nodes of a step, or why there are none to select from.
fn select(case: &Case<'_>, selection: &Selection, scope: &Scope<'_>) -> Result<Vec<Value>, Held> {
    let entry = case.evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(selection.of.as_str()));
    let unknown = |who: Who, why: String| Err(Held::Unknown(Finding::new(who, why)));
    let Some(entry) = entry else {
        let why = case.skipped(&selection.of).unwrap_or_else(|| format!("the step `{}` gave nothing", selection.of));
        return unknown(Who::Tool, why);
    };
    let root = match &entry.what {
        What::Exchange(exchange) => match &exchange.outcome {
            Outcome::Answered(answer) if (200..300).contains(&answer.status) => match answer.body.json() {
                Some(json) => json.clone(),
                None => return unknown(Who::Provider, format!("the answer of `{}` is not JSON", selection.of)),
            },
            Outcome::Answered(answer) => {
                let who = if answer.status >= 500 || answer.status == 429 { Who::Provider } else { Who::Partner };
                return unknown(
                    who,
                    format!("{} {} was answered {}", exchange.request.method, exchange.request.url, answer.status),
                );
            }
            Outcome::Trouble(trouble) => {
                let what = format!("{} {}", exchange.request.method, exchange.request.url);
                return Err(Held::Unknown(no_answer(&what, trouble, true)));
            }
        },
        What::Fact(fact) => match (&fact.value, &fact.trouble) {
            (Some(value), _) => value.clone(),
            (None, Some(trouble)) => return unknown(Who::Partner, format!("{}: {trouble}", fact.place)),
            (None, None) => return unknown(Who::Partner, format!("{} says nothing", fact.place)),
        },
        What::Action(_) | What::Delivery(_) | What::Call(_) | What::Inspection(_) | What::Skipped(_) | What::Waited => {
            return unknown(Who::Tool, format!("the step `{}` has no values", selection.of));
        }
    };
    let query = |path: &str, value: &Value| -> Vec<Value> {
        JsonPath::parse(path).map(|path| path.query(value).all().into_iter().cloned().collect()).unwrap_or_default()
    };
    let mut taken = Vec::new();
    for node in query(&selection.select, &root) {
        let wanted = selection.filter.iter().map(|(path, matcher)| {
            let value = query(path, &node);
            matches(matcher, value.first(), scope, path)
        });
        match Held::all(wanted) {
            Held::Yes(_) => taken.extend(query(&selection.take, &node)),
            Held::No(_) => {}
            Held::Unknown(finding) => return Err(Held::Unknown(finding)),
        }
    }
    Ok(taken)
}

/// Judges `presented: ...`. A presented URL is the provider's where its path is that of a URL the partner received.
pub(super) fn presented(case: &Case<'_>, expectation: &PresentedExpectation) -> Held {
    let (received, presented) = (received(case), shown(case));
    let pairs: Vec<(&Url, &Url)> = received
        .iter()
        .flat_map(|ours| {
            presented.iter().filter(move |theirs| theirs.path() == ours.path()).map(move |theirs| (ours, theirs))
        })
        .collect();
    if pairs.is_empty() {
        let why = match (received.is_empty(), presented.is_empty()) {
            (true, _) => "the simulated provider sent no URL: the partner did not get so far".to_owned(),
            (false, true) => format!(
                "no URL was presented in the action's answer; if clients see it elsewhere, {}",
                case.bound.how_to_give("rehearsal.inspect.presented")
            ),
            (false, false) => format!(
                "none of the URLs in the action's answer is the one that was received: {}",
                presented.iter().map(Url::as_str).collect::<Vec<_>>().join(", ")
            ),
        };
        return Held::Unknown(Finding::new(Who::Partner, why));
    }
    match expectation.presented {
        PresentedRule::ProviderUrl => Held::YES,
        PresentedRule::ReceivedHost => Held::all(pairs.iter().map(|(ours, theirs)| {
            if ours.origin() == theirs.origin() {
                return Held::YES;
            }
            let origin = |url: &Url| url.origin().ascii_serialization();
            Held::No(Finding::contrast(
                Who::Partner,
                format!("a URL at {}, as it was received", origin(ours)),
                theirs.to_string(),
            ))
        })),
    }
}

/// The URLs in what the simulated provider answered to the partner.
fn received(case: &Case<'_>) -> Vec<Url> {
    let mut found = Vec::new();
    for entry in &case.evidence.entries {
        if let What::Call(call) = &entry.what
            && let Some(json) = call.answer.body.json()
        {
            crate::json::texts(json, &mut |_, text| {
                found.extend(Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")));
            });
        }
    }
    found.dedup();
    found
}

fn shown(case: &Case<'_>) -> Vec<Url> {
    let actions = case.evidence.entries.iter().filter_map(|entry| match &entry.what {
        What::Action(action) => Some(action),
        What::Exchange(_)
        | What::Delivery(_)
        | What::Call(_)
        | What::Inspection(_)
        | What::Fact(_)
        | What::Skipped(_)
        | What::Waited => None,
    });
    actions.flat_map(|action| action.presented.iter().filter_map(|url| Url::parse(url).ok())).collect()
}
