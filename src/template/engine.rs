//! Templates in packs and profiles: only `{{ expression }}`. No loops, no includes, limited work.
//!
//! A text that is a single expression keeps the type of its value, so a list stays a list.

use std::io;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value as Dynamic};
use serde_json::Value;

use crate::address::Host;

/// Maximum work of one template, in instructions of the template engine.
const MAX_STEPS: u64 = 20_000;

/// Maximum result of one template, in bytes of JSON.
const MAX_RESULT_BYTES: usize = 4 << 20;

/// The engine for texts.
pub(super) static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| engine(Absent::IsAnError, MAX_STEPS));

/// The engine for conditions.
static CONDITIONS: LazyLock<Environment<'static>> = LazyLock::new(|| engine(Absent::IsAllowed, MAX_STEPS));

/// What a template does with a value that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It has no result: a text with a gap would say something else. For texts of checks and profiles.
    IsAnError,
    /// The value is undefined, its fields are undefined, and its length is 0. For conditions, which ask whether
    /// something is there, and for the simulator, whose replies have null where a record has nothing.
    IsAllowed,
}

/// Creates an engine: every template of Preflight is evaluated by one of these. `steps` is the maximum work of one
/// template, in instructions.
pub fn engine(absent: Absent, steps: u64) -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    engine.set_fuel(Some(steps));
    match absent {
        Absent::IsAnError => engine.set_undefined_behavior(UndefinedBehavior::SemiStrict),
        Absent::IsAllowed => {
            engine.set_undefined_behavior(UndefinedBehavior::Chainable);
            engine.add_filter("length", |value: &Dynamic| value.len().unwrap_or(0));
        }
    }
    engine.add_filter("intersect", intersect);
    engine.add_filter("base64", |text: String| STANDARD.encode(text));
    engine.add_filter("host", |url: String| part(&url, |url| Host::of(url).map(|host| host.to_string())));
    engine.add_filter("origin", |url: String| part(&url, |url| Some(url.origin().ascii_serialization())));
    engine
}

/// Returns the elements of `left` that are in `right` too, in the order of `left`.
#[expect(clippy::needless_pass_by_value, reason = "the template engine hands arguments over by value")]
fn intersect(left: Vec<Dynamic>, right: Vec<Dynamic>) -> Vec<Dynamic> {
    left.into_iter().filter(|value| right.contains(value)).collect()
}

/// Returns a part of a URL; undefined if the text is not a URL.
fn part(text: &str, take: impl Fn(&url::Url) -> Option<String>) -> Dynamic {
    url::Url::parse(text).ok().and_then(|url| take(&url)).map_or(Dynamic::UNDEFINED, Dynamic::from)
}

/// Why a template has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It does not parse, or uses a construct that packs may not use.
    #[error("the template is invalid: {0}")]
    Invalid(String),
    /// It reads a value that does not exist.
    #[error("`{0}` has no value")]
    Missing(String),
}

/// Whether a text contains a template.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// Rejects statements and comments.
///
/// # Errors
///
/// Fails if the text contains a statement or comment.
pub fn only_expressions(text: &str) -> Result<(), TemplateError> {
    if text.contains("{%") || text.contains("{#") {
        return Err(TemplateError::Invalid("only `{{ expression }}` is allowed, no statements or comments".into()));
    }
    Ok(())
}

/// Checks a template without evaluating it, and returns the dotted names that it reads.
pub fn names(text: &str) -> Result<Vec<String>, TemplateError> {
    only_expressions(text)?;
    if !is_template(text) {
        return Ok(Vec::new());
    }
    let template = ENGINE.template_from_str(text).map_err(|error| TemplateError::Invalid(describe(&error)))?;
    let ours = |name: &String| ENGINE.globals().any(|(known, _)| known == name);
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().filter(|name| !ours(name)).collect();
    names.sort();
    Ok(names)
}

/// Evaluates a text in a scope.
///
/// # Errors
///
/// Fails if the template does not parse, exceeds its work limit, or reads a missing value.
pub fn render(text: &str, scope: &Value) -> Result<Value, TemplateError> {
    if !is_template(text) {
        return Ok(Value::String(text.to_owned()));
    }
    only_expressions(text)?;
    let missing = || names(text).ok()?.into_iter().find(|name| lookup(scope, name).is_none_or(Value::is_null));
    // If every name exists, one of them is a list that lacks the requested element.
    let lacking = || {
        let first = || names(text).ok()?.into_iter().next();
        TemplateError::Missing(missing().or_else(first).unwrap_or_else(|| text.to_owned()))
    };
    let context = Dynamic::from(minijinja::value::Serde(scope));
    let rendered = match single_expression(text) {
        Some(expression) => ENGINE.compile_expression(expression).and_then(|e| e.eval(context)),
        None => ENGINE.render_str(text, context).map(Dynamic::from),
    };
    match rendered {
        Ok(value) if value.is_undefined() || value.is_none() => Err(lacking()),
        Ok(value) => to_json(&value),
        Err(error) if error.kind() == ErrorKind::UndefinedError => Err(lacking()),
        Err(error) => match missing() {
            Some(name) => Err(TemplateError::Missing(name)),
            None => Err(TemplateError::Invalid(describe(&error))),
        },
    }
}

/// Converts the result of a template to JSON. The engine's fuel does not account for short lists of long ranges that
/// grow here.
///
/// # Errors
///
/// Fails if the value has no JSON form, or is too large.
pub fn to_json(value: &Dynamic) -> Result<Value, TemplateError> {
    if let Some(text) = value.as_str() {
        return Ok(Value::String(text.to_owned()));
    }
    let mut json = Bounded(Vec::new());
    let written = serde_json::to_writer(&mut json, value).and_then(|()| serde_json::from_slice(&json.0));
    written.map_err(|error| TemplateError::Invalid(error.to_string()))
}

/// A buffer limited to the maximum result of a template.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_RESULT_BYTES {
            return Err(io::Error::other(format!("its result exceeds {MAX_RESULT_BYTES} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Checks the syntax of a condition, a bare expression.
pub fn check_condition(condition: &str) -> Result<(), TemplateError> {
    CONDITIONS.compile_expression(condition).map(|_| ()).map_err(|error| TemplateError::Invalid(describe(&error)))
}

/// Whether a condition holds in a scope; missing values count as absent.
///
/// # Errors
///
/// Fails if the condition does not parse or exceeds its work limit.
pub fn holds(condition: &str, scope: &Value) -> Result<bool, TemplateError> {
    let invalid = |error: minijinja::Error| TemplateError::Invalid(describe(&error));
    let expression = CONDITIONS.compile_expression(condition).map_err(invalid)?;
    let value = expression.eval(Dynamic::from(minijinja::value::Serde(scope))).map_err(invalid)?;
    Ok(value.is_true())
}

/// Evaluates a text in a scope to a string: strings as they are, other values as JSON.
pub fn render_text(text: &str, scope: &Value) -> Result<String, TemplateError> {
    Ok(match render(text, scope)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// Evaluates every text inside a JSON value; the first failure is the error.
pub fn render_json(value: &Value, scope: &Value) -> Result<Value, TemplateError> {
    Ok(match value {
        Value::String(text) => render(text, scope)?,
        Value::Array(list) => Value::Array(list.iter().map(|v| render_json(v, scope)).collect::<Result<_, _>>()?),
        Value::Object(map) => Value::Object(
            map.iter().map(|(k, v)| Ok((k.clone(), render_json(v, scope)?))).collect::<Result<_, TemplateError>>()?,
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// Returns the expression, if the text consists of a single one.
fn single_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    // A further closing brace is text.
    (!inner.contains("{{") && !inner.contains("}}") && !inner.ends_with('}')).then_some(inner)
}

/// Looks up a dotted name in a scope.
pub fn lookup<'v>(scope: &'v Value, name: &str) -> Option<&'v Value> {
    name.split('.').try_fold(scope, |value, part| match value {
        Value::Array(list) => part.parse::<usize>().ok().and_then(|at| list.get(at)),
        Value::Object(map) => map.get(part),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

fn describe(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_expression_keeps_its_type_and_a_mixture_is_text() {
        let scope = json!({ "provider": { "events": ["a", "b"] }, "n": 3 });
        assert_eq!(render("{{ provider.events }}", &scope), Ok(json!(["a", "b"])));
        assert_eq!(render("{{ n }}", &scope), Ok(json!(3)));
        assert_eq!(render("x{{ n }}y", &scope), Ok(json!("x3y")));
        assert_eq!(render("{{ ['b', 'c'] | intersect(provider.events) }}", &scope), Ok(json!(["b"])));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let scope = json!({ "profile": { "branding": {} } });
        assert_eq!(
            render("{{ profile.branding.logo_url }}", &scope),
            Err(TemplateError::Missing("profile.branding.logo_url".into()))
        );
        assert_eq!(render("{{ me.reply.x.y }}", &scope), Err(TemplateError::Missing("me.reply.x.y".into())));
        assert!(matches!(render("a {{ nothing }}", &scope), Err(TemplateError::Missing(_))));
    }

    #[test]
    fn in_a_condition_what_is_not_there_is_absent() {
        let scope = json!({ "profile": { "words": ["a"], "empty": null } });
        for (condition, wanted) in [
            ("profile.words", true),
            ("profile.none.of.this", false),
            ("profile.empty.of.this == 'a'", false),
            ("(profile.none.kind or 'token') != 'list'", true),
            ("profile.words | select('startingwith', 'b') | list", false),
        ] {
            assert_eq!(holds(condition, &scope), Ok(wanted), "{condition}");
        }
        assert!(check_condition("profile.words").is_ok() && check_condition("profile.").is_err());
        assert!(holds("'x' * 4000000000", &scope).is_err());
    }

    #[test]
    fn statements_are_refused_and_work_is_bounded() {
        assert!(matches!(names("{% for x in y %}{% endfor %}"), Err(TemplateError::Invalid(_))));
        assert!(matches!(names("{{ 1 + }}"), Err(TemplateError::Invalid(_))));
        let deep = format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
        let growing = format!("{{{{ 'a'{} }}}}", " | replace('a', 'aaaaaaaaaaaaaaaa')".repeat(20));
        let ranges = format!("{{{{ [{}] }}}}", vec!["range(100000)"; 900].join(", "));
        for text in [
            "{{ 'x' * 4000000000 }}",
            "{{ ('x' * 1000) * 100000 }}",
            "x{{ 'x' * 1000 * 1000 * 1000 }}",
            "{{ range(10 ** 9) }}",
            "{{ [range(100000)] * 10000 }}",
            "{{ range(100000) | map('string') | map('upper') | list | length }}",
            "{{ range(100000) | join(',') }}",
            "{{ [range(100000)] | tojson }}",
            "{{ 9 ** (9 ** 9) }}",
            &ranges,
            &deep,
            &growing,
        ] {
            let started = std::time::Instant::now();
            assert!(render(text, &json!({})).is_err(), "{text}");
            assert!(started.elapsed().as_secs() < 60, "{text}: {:?}", started.elapsed());
        }
    }
}
