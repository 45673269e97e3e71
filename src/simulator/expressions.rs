//! Evaluates the language of the `simulator` section: conditions, templates and fixtures, over a scope of named values.
//!
//! Unlike in other templates, an absent value is no error: a reply has null where a record has nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use indexmap::IndexMap;
use minijinja::{Environment, Value as Dynamic};
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use url::Url;

use crate::address::{Host, Reach};
use crate::template::{self, Absent, TemplateError};

/// Maximum work of one template, in instructions of the template engine.
const FUEL: u64 = 200_000;

/// Maximum number of values that are filled per transaction, because nested lists of fixtures could grow without end.
const MAX_VALUES: usize = 200_000;

/// Named values. The counter is the number of values filled in this scope and the scopes derived from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope(BTreeMap<String, Dynamic>, Arc<AtomicUsize>);

impl Scope {
    pub(super) fn set(&mut self, name: &str, value: &Value) {
        self.0.insert(name.to_owned(), Dynamic::from(minijinja::value::Serde(value)));
    }

    /// Returns a copy of the scope with one more value.
    pub(super) fn with(&self, name: &str, value: &Value) -> Scope {
        let mut scope = self.clone();
        scope.set(name, value);
        scope
    }

    /// Counts one more value. Returns false if the limit is exceeded.
    fn spend(&self) -> bool {
        self.1.fetch_add(1, Ordering::Relaxed) < MAX_VALUES
    }

    fn context(&self) -> Dynamic {
        Dynamic::from(self.0.clone())
    }
}

/// What is wrong with a text of the `simulator` section.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExpressionError {
    /// It does not parse.
    #[error("`{text}`: {cause}")]
    Syntax { text: String, cause: minijinja::Error },
    /// It has a statement or a comment.
    #[error("`{text}`: {cause}")]
    NotAllowed { text: String, cause: TemplateError },
    /// It names a fixture that does not exist.
    #[error("the fixture `{0}` does not exist")]
    NoFixture(String),
}

/// Evaluates templates and conditions, and contains the fixtures that they may include.
#[derive(Debug)]
pub(super) struct Evaluator {
    engine: Environment<'static>,
    fixtures: BTreeMap<String, Value>,
}

impl Evaluator {
    /// Creates an evaluator with global values.
    pub(super) fn new(globals: &Map<String, Value>, fixtures: BTreeMap<String, Value>) -> Self {
        let mut engine = template::engine(Absent::IsAllowed, FUEL);
        engine.add_filter("day", |value: &Dynamic| value.as_str().and_then(moment).map(|(day, _)| day.to_string()));
        engine.add_filter("datetime", |value: &Dynamic| value.as_str().and_then(moment).map(|(_, text)| text));
        engine.add_filter("url", |value: &Dynamic| {
            Dynamic::from(minijinja::value::Serde(&url_parts(value.as_str().unwrap_or_default())))
        });
        engine.add_test("email", |value: &Dynamic| value.as_str().is_some_and(is_email));
        engine
            .add_test("uuid", |value: &Dynamic| value.as_str().is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()));
        for (name, value) in globals {
            engine.add_global(name.clone(), Dynamic::from(minijinja::value::Serde(value)));
        }
        Evaluator { engine, fixtures }
    }

    /// Checks the syntax of a condition.
    pub(super) fn check_condition(&self, condition: &str) -> Result<(), ExpressionError> {
        self.engine
            .compile_expression(condition)
            .map(|_| ())
            .map_err(|cause| ExpressionError::Syntax { text: condition.to_owned(), cause })
    }

    /// Checks the templates and fixture references in a JSON value.
    pub(super) fn check(&self, value: &Value) -> Result<(), ExpressionError> {
        match value {
            Value::String(text) => {
                template::only_expressions(text)
                    .map_err(|cause| ExpressionError::NotAllowed { text: text.clone(), cause })?;
                let syntax = |cause| ExpressionError::Syntax { text: text.clone(), cause };
                self.engine.template_from_str(text).map(|_| ()).map_err(syntax)
            }
            Value::Array(list) => list.iter().try_for_each(|inner| self.check(inner)),
            Value::Object(map) => map.iter().try_for_each(|(name, inner)| {
                if matches!(&**name, "$for_each" | "$if") {
                    return self.check_condition(inner.as_str().unwrap_or_default());
                }
                if let (true, Some(fixture)) = (name == "$is", inner.as_str()) {
                    return self
                        .fixtures
                        .get(fixture)
                        .map(|_| ())
                        .ok_or_else(|| ExpressionError::NoFixture(fixture.to_owned()));
                }
                self.check(inner)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    /// Whether a condition holds. A condition that cannot be evaluated does not hold.
    pub(super) fn holds(&self, condition: &str, scope: &Scope) -> bool {
        self.evaluate(condition, &scope.context()).is_some_and(|value| value.is_true())
    }

    /// Evaluates a text. A single expression keeps its type, and is null if it has no value.
    pub(super) fn value(&self, text: &str, scope: &Scope) -> Value {
        self.value_in(text, &scope.context())
    }

    /// Evaluates named values.
    pub(super) fn values(&self, texts: &IndexMap<String, Value>, scope: &Scope) -> Map<String, Value> {
        texts.iter().map(|(name, value)| (name.clone(), self.fill(value, scope))).collect()
    }

    /// Returns a fixture by name, filled; null if it does not exist.
    pub(super) fn fixture(&self, name: &str, scope: &Scope) -> Value {
        self.fixtures.get(name).map_or(Value::Null, |fixture| self.fill(fixture, scope))
    }

    /// Evaluates every template in a JSON value, and expands four special forms:
    ///
    /// `{ $is: FIXTURE }` is that fixture, `{ $if: CONDITION, $is: .. }` is null unless the condition holds, `{
    /// $for_each: LIST, $as: NAME, $is: .. }` is a list, and `{ $text: .. }` is a text and not the name of a fixture. A
    /// field whose name ends in `?` is left out if it is null.
    pub(super) fn fill(&self, value: &Value, scope: &Scope) -> Value {
        match value {
            _ if !scope.spend() => Value::Null,
            Value::String(text) => self.value(text, scope),
            Value::Array(list) => Value::Array(list.iter().map(|inner| self.fill(inner, scope)).collect()),
            Value::Object(map) => self.form(map, scope).unwrap_or_else(|| self.members(map, scope)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn form(&self, map: &Map<String, Value>, scope: &Scope) -> Option<Value> {
        if let Some(text) = map.get("$text") {
            return Some(self.fill(text, scope));
        }
        let body = map.get("$is")?;
        let one = |scope: &Scope| match body {
            Value::String(fixture) => self.fixture(fixture, scope),
            other => self.fill(other, scope),
        };
        if let Some(list) = map.get("$for_each").and_then(Value::as_str) {
            let name = map.get("$as").and_then(Value::as_str).unwrap_or("item");
            let Value::Array(list) = self.value(&format!("{{{{ {list} }}}}"), scope) else {
                return Some(json!([]));
            };
            let each = list.iter().enumerate();
            return Some(each.map(|(index, item)| one(&scope.with(name, item).with("index", &json!(index)))).collect());
        }
        let left_out = map.get("$if").and_then(Value::as_str).is_some_and(|condition| !self.holds(condition, scope));
        Some(if left_out { Value::Null } else { one(scope) })
    }

    fn members(&self, map: &Map<String, Value>, scope: &Scope) -> Value {
        let mut filled = Map::new();
        for (name, inner) in map {
            let value = self.fill(inner, scope);
            let name = self.value(name, scope);
            let name = name.as_str().unwrap_or_default();
            match name.strip_suffix('?') {
                Some(_) if value.is_null() => {}
                Some(name) => drop(filled.insert(name.to_owned(), value)),
                None => drop(filled.insert(name.to_owned(), value)),
            }
        }
        Value::Object(filled)
    }

    fn value_in(&self, text: &str, context: &Dynamic) -> Value {
        if !text.contains("{{") {
            return Value::String(text.to_owned());
        }
        let expression = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        match expression.filter(|inner| !inner.contains("{{") && !inner.contains("}}")) {
            Some(expression) => self
                .evaluate(expression, context)
                .filter(|value| !value.is_undefined())
                .and_then(|value| template::to_json(&value).ok())
                .unwrap_or_default(),
            None => self.engine.render_str(text, context).map_or(Value::Null, Value::String),
        }
    }

    fn evaluate(&self, expression: &str, context: &Dynamic) -> Option<Dynamic> {
        self.engine.compile_expression(expression).and_then(|compiled| compiled.eval(context)).ok()
    }
}

/// Parses a date, or a date and time with or without an offset. Returns its day in UTC, and the time in RFC 3339.
pub(super) fn moment(text: &str) -> Option<(Date, String)> {
    let day = format_description!("[year]-[month]-[day]");
    if let Ok(date) = Date::parse(text, day) {
        return Some((date, format!("{text}T00:00:00Z")));
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339));
    let time = time.ok()?.to_offset(time::UtcOffset::UTC);
    Some((time.date(), time.format(&Rfc3339).ok()?))
}

fn is_email(text: &str) -> bool {
    let mut parts = text.split('@');
    let (local, domain, more) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    more.is_none() && !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace)
}

/// Returns the parts of a URL that rules read. The scheme of an invalid address is empty.
pub(crate) fn url_parts(text: &str) -> Value {
    let Ok(url) = Url::parse(text) else { return json!({ "scheme": "" }) };
    let host = Host::of(&url);
    let reach = host.as_ref().map(Host::reach);
    let (loopback, public) = (reach == Some(Reach::ThisMachine), reach == Some(Reach::Public));
    json!({
        "scheme": url.scheme(), "host": host.map(|host| host.to_string()), "port": url.port_or_known_default(),
        "loopback": loopback, "public": public && url.username().is_empty() && url.password().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Evaluator {
        let fixtures = BTreeMap::from([("name".to_owned(), json!({ "n": "{{ it.name }}" }))]);
        Evaluator::new(&Map::from_iter([("facts".to_owned(), json!({ "known": ["DK"] }))]), fixtures)
    }

    fn scope() -> Scope {
        Scope::default()
            .with("body", &json!({ "amount": 1.5, "list": [{ "name": "a" }, { "name": "b" }], "code": "dk" }))
    }

    #[test]
    fn values_keep_their_type_and_what_is_absent_is_null() {
        let filled = words().fill(
            &json!({ "a": "{{ body.amount }}", "b": "x{{ body.amount }}", "c": "{{ body.none.at.all }}", "d?": "{{ none }}",
                     "{{ body.code }}": true }),
            &scope(),
        );
        assert_eq!(filled, json!({ "a": 1.5, "b": "x1.5", "c": null, "dk": true }));
    }

    #[test]
    fn lists_conditions_and_fixtures_are_forms() {
        let filled = words().fill(
            &json!({ "each": { "$for_each": "body.list", "$as": "it", "$is": "name" },
                     "if?": { "$if": "body.none", "$is": { "x": 1 } },
                     "text": { "$for_each": "['p']", "$as": "t", "$is": { "$text": "{{ t }}{{ index }}" } } }),
            &scope(),
        );
        assert_eq!(filled, json!({ "each": [{ "n": "a" }, { "n": "b" }], "text": ["p0"] }));
    }

    #[test]
    fn conditions_over_what_is_absent_do_not_end_in_an_error() {
        for (condition, holds) in [
            ("not body.none", true),
            ("not body.none.deeper", true),
            ("body.none | length > 3", false),
            ("body.code | upper in facts.known", true),
            ("body.none | upper in facts.known", false),
            ("body.amount is number and body.amount > 1", true),
            ("body.list | selectattr('name') | list | length == 2", true),
            ("'a@b' is email and 'a b@c' is not email and body.none is not email", true),
            ("('2026-10-01T23:30:00-02:00' | day) == '2026-10-02'", true),
        ] {
            assert_eq!(words().holds(condition, &scope()), holds, "{condition}");
        }
    }

    #[test]
    fn addresses_are_judged_by_their_parsed_host() {
        for (url, public, loopback) in [
            ("https://acme.example/x", true, false),
            ("https://10.1.2.3/", false, false),
            ("https://169.254.169.254/", false, false),
            ("https://[::ffff:192.168.0.1]/", false, false),
            ("http://127.0.0.1:80/", false, true),
            ("http://localhost./", false, true),
            ("https://intranet/", false, false),
            ("https://metadata.google.internal/", false, false),
            ("https://0x7f.1/", false, true),
            ("https://me:pw@acme.example/", false, false),
        ] {
            let parts = url_parts(url);
            assert_eq!((&parts["public"], &parts["loopback"]), (&json!(public), &json!(loopback)), "{url}");
        }
        assert_eq!(url_parts("nonsense")["scheme"], "");
    }

    #[test]
    fn what_does_not_parse_or_is_not_there_is_found_before_the_play() {
        for wrong in [json!("{{ 1 + }}"), json!({ "$if": "1 +", "$is": {} }), json!([{ "$is": "nothing" }])] {
            assert!(words().check(&wrong).is_err(), "{wrong}");
        }
        assert!(words().check(&json!({ "$for_each": "body.list", "$as": "it", "$is": "name" })).is_ok());
    }
}
