//! Validates the settings that only one provider needs, against the pack's declaration.

use serde_json::Value;
use time::Date;
use time::macros::format_description;

use crate::json::escaped;
use crate::pack::Pack;
use crate::pack::provider::Setting;
use crate::pack::simulator::Kind;
use crate::profile::loaded::LoadedProfile;
use crate::yaml::{Document, Problem};

/// Finds settings that the pack does not declare or whose value is wrong, and a partner with a blank name, for whom no
/// email can be written.
pub(in crate::profile) fn against(read: &LoadedProfile, pack: &Pack) -> Vec<Problem> {
    let (declared, document) = (&pack.provider.settings, &read.document);
    let mut problems = Vec::new();
    // A missing name is reported where it is required.
    if read.json.get("partner").and_then(Value::as_str).is_some_and(|name| name.trim().is_empty()) {
        problems.push(document.problem("/partner", "`partner` is blank").hint("write the name of your company"));
    }
    for (environment, inside) in &read.profile.environments {
        let above = format!("/environments/{environment}/settings");
        for (name, value) in &inside.settings {
            let pointer = format!("{above}/{}", escaped(name));
            match declared.get(name) {
                Some(detail) => problems.extend(judgement(document, &pointer, name, detail, value)),
                None => {
                    let message = format!("{} has no setting `{name}`", pack.provider.name);
                    let problem = document.problem_at_key(&above, name, message);
                    problems.push(problem.nearest_or(
                        name,
                        declared.keys().map(String::as_str),
                        &describe_settings(pack),
                    ));
                }
            }
        }
    }
    problems
}

fn describe_settings(pack: &Pack) -> String {
    let details = pack.provider.settings.iter().map(|(name, detail)| format!("`{name}`: {}", detail.description));
    let details: Vec<String> = details.collect();
    if details.is_empty() { "remove it".into() } else { format!("it has {}", details.join("; ")) }
}

/// Returns what is wrong with one setting. A value that is absent because its variable is not set is not wrong yet.
fn judgement(document: &Document, pointer: &str, name: &str, detail: &Setting, value: &Value) -> Option<Problem> {
    if value.is_null() {
        return None;
    }
    if !has_kind(detail.kind, value) {
        let problem = document.problem(pointer, format!("`{name}` is not {}", describe_kind(detail.kind)));
        return Some(problem.hint(format!("it is {}", detail.description)));
    }
    match value {
        Value::Array(list) => {
            let each = list.iter().enumerate();
            each.map(|(at, word)| (format!("{pointer}/{at}"), word))
                .find_map(|(at, word)| spoken(document, &at, name, detail, word))
        }
        one => spoken(document, pointer, name, detail, one),
    }
}

/// Returns what is wrong with one value: that of a setting, or an element of its list.
fn spoken(document: &Document, pointer: &str, name: &str, detail: &Setting, word: &Value) -> Option<Problem> {
    let wrong = |message: String| document.problem(pointer, message);
    let text = match word {
        Value::String(text) => text.as_str(),
        Value::Number(_) | Value::Bool(_) => {
            return (!detail.one_of.is_empty()).then(|| not_one_of(wrong, name, detail, word));
        }
        Value::Object(_) | Value::Array(_) if detail.kind == Kind::List => {
            return Some(
                wrong(format!("`{name}` contains a value that is not a string: {word}"))
                    .hint(format!("it is {}", detail.description)),
            );
        }
        Value::Null | Value::Object(_) | Value::Array(_) => return None,
    };
    if text.trim().is_empty() {
        return Some(
            wrong(format!("`{name}` is blank"))
                .hint(format!("it is {}; write a value, or remove the line", detail.description)),
        );
    }
    if !detail.one_of.is_empty() && !detail.one_of.iter().any(|known| known == text) {
        return Some(not_one_of(wrong, name, detail, word));
    }
    let form = detail.matches.as_ref().and_then(|pattern| regex::Regex::new(pattern).ok())?;
    (!form.is_match(text))
        .then(|| wrong(format!("`{name}` cannot be {word}")).hint(format!("it is {}", detail.description)))
}

fn not_one_of(wrong: impl Fn(String) -> Problem, name: &str, detail: &Setting, word: &Value) -> Problem {
    let (text, list) = (word.as_str().unwrap_or_default(), detail.one_of.join(", "));
    let problem = wrong(format!("`{name}` cannot be {word}"));
    problem.nearest_or(text, detail.one_of.iter().map(String::as_str), &format!("it is one of {list}"))
}

fn has_kind(kind: Kind, value: &Value) -> bool {
    let text = value.as_str();
    match kind {
        Kind::Text => text.is_some(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Object => value.is_object(),
        Kind::List => value.is_array(),
        Kind::Uuid => text.is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
        Kind::Date => text.is_some_and(|text| Date::parse(text, format_description!("[year]-[month]-[day]")).is_ok()),
    }
}

fn describe_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Object => "a map",
        Kind::List => "a list, such as `[A, B]`",
        Kind::Uuid => "a UUID",
        Kind::Date => "a date such as 2026-11-22",
    }
}
