//! Judges the requirements on each selected call, and those on all of them together.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bodies::{Plain, key};
use super::call::{path, title};
use super::select::Selection;
use crate::evidence::{Body, Entry, RecordedCall, Responsible};
use crate::json_path::JsonPath;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::matching::{by_path, matches, show};
use crate::judge::scope::Scope;
use crate::pack::traffic::{CallsExpectation, Credential};

/// Judges every requirement, in the order in which a reader would look at them.
pub(super) fn require_all(
    expectation: &CallsExpectation,
    selection: &Selection<'_>,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let each = selection.calls.iter().filter_map(|entry| Some((*entry, entry.what.call()?)));
    let each = each.flat_map(|(entry, call)| {
        [
            credential(expectation, entry, call),
            carries(expectation, entry, call, scope),
            headers(expectation, entry, call, scope),
            body(expectation, entry, call, scope),
        ]
    });
    let together =
        [super::gaps::gaps(expectation, selection), same(expectation, selection), distinct(expectation, selection)];
    ExpectationResult::all_of(each.chain(together))
}

fn credential(expectation: &CallsExpectation, entry: &Entry, call: &RecordedCall) -> ExpectationResult {
    let bearer = call.request.headers.iter().any(|(name, value)| {
        let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
        name.eq_ignore_ascii_case("authorization") && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
    });
    let failed = |wanted: &str, seen: &str| {
        ExpectationResult::No(Finding::contrast(Responsible::Partner, format!("{} with {wanted}", title(entry)), seen))
    };
    match expectation.credential {
        None => ExpectationResult::YES,
        Some(Credential::Token) if bearer => ExpectationResult::YES,
        Some(Credential::Token) => failed("a bearer token", "no bearer token"),
        Some(Credential::Own) if call.token_of.is_some() && call.token_of == call.client => ExpectationResult::YES,
        Some(Credential::Own) => failed(
            "a token of the client that the call is about",
            match (&call.token_of, bearer) {
                (Some(_), _) => "the token of another client",
                (None, true) => "a token that belongs to no client of this check",
                (None, false) => "no bearer token",
            },
        ),
    }
}

fn carries(expectation: &CallsExpectation, entry: &Entry, call: &RecordedCall, scope: &Scope<'_>) -> ExpectationResult {
    let wanted = match expectation.carries.as_ref().map(|text| scope.text(text)).transpose() {
        Ok(None) => return ExpectationResult::YES,
        Ok(Some(wanted)) => wanted,
        Err(unknown) => return unknown,
    };
    let mut found = path(call).split('/').any(|segment| decoded(segment) == *wanted);
    let query = call.request.url.split_once('?').map_or("", |(_, query)| query);
    found |= url::form_urlencoded::parse(query.as_bytes()).any(|(_, value)| value == wanted);
    match &call.request.body {
        Body::Json(json) => found |= holds(json, &wanted),
        Body::Text(text) => found |= text.contains(&*wanted),
        Body::Empty | Body::Binary(_) => {}
    }
    if found {
        return ExpectationResult::YES;
    }
    let seen = match &call.request.body {
        Body::Json(json) => format!("{} {}", call.request.url, show(json)),
        Body::Text(_) | Body::Empty | Body::Binary(_) => call.request.url.clone(),
    };
    ExpectationResult::No(Finding::contrast(
        Responsible::Partner,
        format!("{} that carries {wanted}", title(entry)),
        seen,
    ))
}

fn decoded(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// Whether a text or a number anywhere in a value equals the wanted one.
fn holds(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Number(number) => number.to_string() == wanted,
        Value::Array(list) => list.iter().any(|value| holds(value, wanted)),
        Value::Object(members) => members.values().any(|value| holds(value, wanted)),
        Value::Null | Value::Bool(_) => false,
    }
}

fn headers(expectation: &CallsExpectation, entry: &Entry, call: &RecordedCall, scope: &Scope<'_>) -> ExpectationResult {
    ExpectationResult::all_of(expectation.header.iter().map(|(name, matcher)| {
        let value = call.request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = value.map(|(_, value)| json!(value));
        matches(matcher, value.as_ref(), scope, &format!("{}: the header {name}", title(entry)))
    }))
}

fn body(expectation: &CallsExpectation, entry: &Entry, call: &RecordedCall, scope: &Scope<'_>) -> ExpectationResult {
    let json = call.request.body.json().unwrap_or(&Value::Null);
    let what = |path: &JsonPath| format!("{}: {}", title(entry), path.field());
    ExpectationResult::all_of(
        expectation.body.iter().map(|(path, matcher)| by_path(json, path, matcher, scope, &what(path))),
    )
}

/// Judges whether all calls share some parts. The call that they follow counts too, if it is on the same route.
fn same(expectation: &CallsExpectation, selection: &Selection<'_>) -> ExpectationResult {
    if expectation.same.is_empty() {
        return ExpectationResult::YES;
    }
    let on = |entry: &Entry| entry.what.call().map(|call| (call.request.method.clone(), path(call).to_owned()));
    let first = selection.calls.first().and_then(|entry| on(entry));
    let anchors = selection.anchors.iter().filter(|entry| first.is_some() && on(entry) == first);
    let all = plain(anchors.chain(&selection.calls), &expectation.except);
    let Some(((reference, wanted), others)) = all.split_first() else { return ExpectationResult::YES };
    ExpectationResult::all_of(expectation.same.iter().map(|same| {
        let part = same.path();
        let model = key_of(wanted, part);
        let other = others.iter().find(|(_, body)| key_of(body, part) != model);
        other.map_or(ExpectationResult::YES, |(entry, body)| {
            let expected = format!("the same {} in {} as in {}", part_name(part), title(entry), title(reference));
            let observed = format!("{} and then {}", shown(wanted, part), shown(body, part));
            ExpectationResult::No(Finding::contrast(Responsible::Partner, expected, observed))
        })
    }))
}

fn distinct(expectation: &CallsExpectation, selection: &Selection<'_>) -> ExpectationResult {
    let all = plain(selection.calls.iter(), &expectation.except);
    ExpectationResult::all_of(expectation.distinct.iter().map(|path| {
        let mut known = BTreeSet::new();
        let again = all.iter().find(|(_, body)| !known.insert(key_of(body, Some(path))));
        again.map_or(ExpectationResult::YES, |(entry, body)| {
            let expected = format!("a different {} in each {}", path.field(), entry.what.call().map_or("", self::path));
            ExpectationResult::No(Finding::contrast(
                Responsible::Partner,
                expected,
                format!("{} more than once", shown(body, Some(path))),
            ))
        })
    }))
}

fn plain<'s, 'c: 's>(entries: impl Iterator<Item = &'s &'c Entry>, except: &[JsonPath]) -> Vec<(&'c Entry, Plain)> {
    entries.filter_map(|entry| Some((*entry, Plain::without_fields(entry.what.call()?, except)))).collect()
}

/// A key that equal parts of bodies share: of what a path selects, or of the whole body.
fn key_of(body: &Plain, part: Option<&JsonPath>) -> String {
    part.map_or_else(|| body.key(), |path| key(&Value::Array(body.select(path))))
}

fn part_name(part: Option<&JsonPath>) -> &str {
    part.map_or("body", JsonPath::field)
}

/// A part of a body as a reader sees it.
fn shown(body: &Plain, part: Option<&JsonPath>) -> String {
    match body.select(part.unwrap_or(&JsonPath::root())).as_slice() {
        [] => "nothing".to_owned(),
        [one] => show(one),
        many => show(&Value::Array(many.to_vec())),
    }
}
