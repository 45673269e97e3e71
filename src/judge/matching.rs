//! Compares values with matchers. The same value always gives the same result.

use palette::Srgb;
use palette::color_difference::Wcag21RelativeContrast;
use serde_json::Value;

use super::finding::{ExpectationResult, Finding};
use super::scope::Scope;
use crate::address::{Host, web};
use crate::evidence::Responsible;
use crate::json_path::JsonPath;
use crate::pack::matcher::{AddressRule, Contrast, Matcher, Predicate, UrlRule};
use crate::pack::matcher_text::{self, Values};

/// Compares a value with a matcher; an absent value is `None`. `what` names the value in the finding.
pub(super) fn matches(matcher: &Matcher, value: Option<&Value>, scope: &Scope<'_>, what: &str) -> ExpectationResult {
    let value = value.filter(|value| !value.is_null());
    ExpectationResult::all_of(matcher.0.iter().map(|predicate| judge_predicate(predicate, value, scope, what)))
}

fn judge_predicate(predicate: &Predicate, value: Option<&Value>, scope: &Scope<'_>, what: &str) -> ExpectationResult {
    let judge = |holds: bool| {
        if holds {
            return ExpectationResult::YES;
        }
        let wanted = matcher_text::predicate(predicate, &RunDescriber(scope));
        ExpectationResult::No(Finding::contrast(
            Responsible::Partner,
            format!("{what} {wanted}"),
            describe_value(what, value),
        ))
    };
    let with = |wanted: &Value, decide: &dyn Fn(&Value) -> ExpectationResult| match scope.value(wanted) {
        Ok(wanted) => decide(&wanted),
        Err(unknown) => unknown,
    };
    let with_text = |wanted: &str, decide: &dyn Fn(&str) -> ExpectationResult| match scope.text(wanted) {
        Ok(wanted) => decide(&wanted),
        Err(unknown) => unknown,
    };
    let text = value.and_then(Value::as_str);
    let size = value.and_then(amount);
    match predicate {
        Predicate::Equals(wanted) => with(wanted, &|w| judge(value.is_some_and(|v| equal(v, w)))),
        Predicate::NotEquals(wanted) => with(wanted, &|w| judge(value.is_some_and(|v| !equal(v, w)))),
        Predicate::Not(inner) if value.is_some_and(|value| !speaks_of(inner, value)) => judge(false),
        Predicate::Not(inner) => match matches(inner, value, scope, what) {
            ExpectationResult::Yes(_) => judge(false),
            ExpectationResult::No(_) => ExpectationResult::YES,
            ExpectationResult::Unknown(finding) => ExpectationResult::Unknown(finding),
        },
        Predicate::Exists(wanted) => judge(value.is_some() == *wanted),
        Predicate::OneOf(list) => with(&Value::Array(list.clone()), &|w| {
            judge(value.is_some_and(|v| w.as_array().is_some_and(|list| list.iter().any(|one| equal(v, one)))))
        }),
        Predicate::Matches(wanted) => with_text(wanted, &|w| match regex::Regex::new(w) {
            Ok(regex) => judge(written(text).any(|t| regex.is_match(&t))),
            Err(error) => ExpectationResult::Unknown(Finding::new(
                Responsible::Tool,
                format!("the pattern `{w}` is invalid: {error}"),
            )),
        }),
        Predicate::StartsWith(wanted) => {
            with_text(wanted, &|w| judge(written(text).any(|t| web::spellings(w).iter().any(|w| t.starts_with(w)))))
        }
        Predicate::Contains(wanted) => with(wanted, &|w| {
            judge(value.and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| equal(one, w))))
        }),
        Predicate::ContainsAll(wanted) => with(wanted, &|w| contain_all(value, w, &|| judge(false))),
        Predicate::AtLeast(wanted) => judge(size.is_some_and(|n| n >= *wanted)),
        Predicate::AtMost(wanted) => judge(size.is_some_and(|n| n <= *wanted)),
        Predicate::MaxLength(wanted) => judge(text.is_some_and(|t| t.chars().count() <= *wanted)),
        Predicate::EqualsIgnoringCase(wanted) => {
            with_text(wanted, &|w| judge(text.is_some_and(|t| t.to_lowercase() == w.to_lowercase())))
        }
        Predicate::SameUrlAs(wanted) => with_text(wanted, &|w| {
            let differs = text.and_then(|text| web::difference(text, w));
            let held = judge(text.is_some_and(|text| web::same(text, w)));
            held.hinted(differs.map(|differs| format!("they differ in {}", differs.words())).as_deref())
        }),
        Predicate::Url(rule) => url(rule, text, scope).map_or_else(|unknown| unknown, judge),
        Predicate::MediaType(wanted) => with_text(wanted, &|w| judge(text.is_some_and(|t| is_media_type(t, w)))),
        Predicate::Contrast(rule) => contrast(rule, text, scope, what),
    }
}

/// Whether a matcher applies to a value. A value of another type is neither equal nor unequal.
fn speaks_of(matcher: &Matcher, value: &Value) -> bool {
    matcher.0.iter().all(|predicate| match predicate {
        Predicate::Equals(wanted) | Predicate::NotEquals(wanted) => {
            // The result of a template is known only at run time.
            wanted.is_string() || wanted.is_null() || std::mem::discriminant(wanted) == std::mem::discriminant(value)
        }
        Predicate::Exists(_) | Predicate::OneOf(_) => true,
        Predicate::Not(inner) => speaks_of(inner, value),
        Predicate::Contains(_) | Predicate::ContainsAll(_) => value.is_array(),
        Predicate::AtLeast(_) | Predicate::AtMost(_) => amount(value).is_some(),
        Predicate::Matches(_)
        | Predicate::StartsWith(_)
        | Predicate::MaxLength(_)
        | Predicate::EqualsIgnoringCase(_)
        | Predicate::SameUrlAs(_)
        | Predicate::Url(_)
        | Predicate::MediaType(_)
        | Predicate::Contrast(_) => value.is_string(),
    })
}

/// Whether a text is a media type, ignoring case and parameters after a semicolon.
fn is_media_type(text: &str, wanted: &str) -> bool {
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (text, wanted) = (essence(text), essence(wanted));
    match wanted.strip_suffix('*') {
        Some(kind) => text.strip_prefix(kind).is_some_and(|rest| !rest.is_empty()),
        None => text == wanted,
    }
}

/// Describes a matcher with the values of this run. A template without a value stays as written.
struct RunDescriber<'r, 's>(&'r Scope<'s>);

impl Values for RunDescriber<'_, '_> {
    fn value(&self, value: &Value) -> String {
        self.0.value(value).map_or_else(|_| show(value), |value| show(&value))
    }

    fn text(&self, text: &str) -> String {
        self.0.text(text).map_or_else(|_| text.to_owned(), |text| show(&Value::String(text.into_owned())))
    }

    fn word(&self, word: &str) -> String {
        word.to_owned()
    }
}

fn describe_value(what: &str, value: Option<&Value>) -> String {
    value.map_or_else(|| format!("{what} is absent"), |value| format!("{what} is {}", show(value)))
}

/// Writes a value on one line: a text or a list of texts as it is, anything else as JSON. A long value is truncated.
pub(super) fn show(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    let text = if text.is_empty() { "empty".to_owned() } else { text };
    if text.chars().count() > 300 { format!("{}…", text.chars().take(300).collect::<String>()) } else { text }
}

/// Whether two values are equal as JSON. Numbers compare by value, and web addresses by target.
fn equal(left: &Value, right: &Value) -> bool {
    let same = match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => web::same(a, b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        _ => false,
    };
    same || left == right
}

/// Returns all spellings of a text that count as equal.
fn written(text: Option<&str>) -> impl Iterator<Item = String> {
    text.map(web::spellings).unwrap_or_default().into_iter()
}

/// Compares every node that a JSON path finds in a value with a matcher; without a node, the absent value.
pub(super) fn by_path(
    json: &Value,
    path: &JsonPath,
    matcher: &Matcher,
    scope: &Scope<'_>,
    what: &str,
) -> ExpectationResult {
    let found = path.select(json);
    if found.is_empty() {
        return matches(matcher, None, scope, what);
    }
    ExpectationResult::all_of(found.into_iter().map(|value| matches(matcher, Some(value), scope, what)))
}

#[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^52")]
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Array(list) => Some(list.len() as f64),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => None,
    }
}

fn contain_all(value: Option<&Value>, wanted: &Value, lacks: &dyn Fn() -> ExpectationResult) -> ExpectationResult {
    let Some(wanted) = wanted.as_array() else {
        return ExpectationResult::Unknown(Finding::new(
            Responsible::Tool,
            format!("`contains_all` needs a list, not {}", show(wanted)),
        ));
    };
    let Some(have) = value.and_then(Value::as_array) else { return lacks() };
    let lacking: Vec<Value> = wanted.iter().filter(|one| !have.iter().any(|h| equal(h, one))).cloned().collect();
    if lacking.is_empty() {
        return ExpectationResult::YES;
    }
    let missing = format!("missing: {}", show(&Value::Array(lacking)));
    match lacks() {
        ExpectationResult::No(Finding { expected: Some(expected), .. }) => {
            ExpectationResult::No(Finding::contrast(Responsible::Partner, expected, missing))
        }
        held @ (ExpectationResult::Yes(_) | ExpectationResult::No(_) | ExpectationResult::Unknown(_)) => held,
    }
}

/// Whether the parts of a URL satisfy a rule.
fn url(rule: &UrlRule, text: Option<&str>, scope: &Scope<'_>) -> Result<bool, ExpectationResult> {
    let host = rule.host.as_ref().map(|host| scope.text(host)).transpose()?;
    let named = host.as_deref().map(Host::parse);
    Ok(text.and_then(web::parse).is_some_and(|url| {
        rule.scheme.as_ref().is_none_or(|scheme| url.scheme() == scheme)
            && named.as_ref().is_none_or(|named| Host::of(&url) == *named)
            && rule.address.is_none_or(|AddressRule::Public| Host::of(&url).is_some_and(|host| host.is_callable()))
            && rule
                .port
                .as_ref()
                .is_none_or(|ports| url.port_or_known_default().is_some_and(|port| ports.contains(&port)))
    }))
}

fn colour(text: &str) -> Option<Srgb<f64>> {
    let text = text.trim();
    text.parse::<Srgb<u8>>().ok().or_else(|| palette::named::from_str(&text.to_lowercase())).map(Srgb::into_format)
}

fn contrast(rule: &Contrast, text: Option<&str>, scope: &Scope<'_>, what: &str) -> ExpectationResult {
    let other = match scope.text(&rule.with) {
        Ok(other) => other,
        Err(unknown) => return unknown,
    };
    let Some((ours, theirs)) = text.and_then(colour).zip(colour(&other)) else {
        let observed = format!("{} and {other}", text.unwrap_or("nothing"));
        return ExpectationResult::Unknown(Finding::contrast(
            Responsible::Partner,
            format!("{what} and its background are colours"),
            observed,
        ));
    };
    let ratio = ours.relative_contrast(theirs);
    if ratio >= rule.at_least {
        return ExpectationResult::Yes(vec![format!(
            "{what}: contrast {ratio:.1} (at least {} is required)",
            rule.at_least
        )]);
    }
    let expected = format!("a contrast of at least {}", rule.at_least);
    ExpectationResult::No(Finding::contrast(
        Responsible::Partner,
        expected,
        format!("{ratio:.1} ({} on {other})", text.unwrap_or_default()),
    ))
}
