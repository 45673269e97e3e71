//! Finds structural problems by JSON Schema. The schema is generated from the types that are deserialised.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::document::Document;
use super::problem::{MAX_SHOWN, Problem};
use crate::json::escaped;
use crate::json_path::{self, JsonPath, NotAPath};

/// Generates the JSON Schema of a type.
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

/// Builds the schema of a map with exactly one of some verbs, each with its description and shape; `later` are verbs of
/// the language that this version does not support.
pub fn verbs(what: &str, shapes: &[(&str, &str, Schema)], later: &[&str]) -> Schema {
    let names: Vec<&str> = shapes.iter().map(|(name, ..)| *name).collect();
    let a = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mut rules: Vec<Value> = vec![json!({
        "description": format!("{a} {what} must have exactly one of the keys {}", names.join(", ")),
        "oneOf": names.iter().chain(later).map(|name| json!({ "required": [name] })).collect::<Vec<_>>(),
    })];
    // With two verbs, neither shape applies, and their errors would only confuse.
    rules.extend(shapes.iter().map(|(name, _, shape)| {
        let others: Vec<Value> =
            names.iter().filter(|other| *other != name).map(|other| json!({ "required": [other] })).collect();
        let alone = json!({ "type": "object", "required": [name], "not": { "anyOf": others } });
        json!({ "if": alone, "then": shape })
    }));
    rules.extend(later.iter().map(|name| {
        json!({
            "if": { "type": "object", "required": [name] },
            "then": { "not": {}, "description": format!("`{name}` is a reserved word that this version does not support yet") }
        })
    }));
    // These reject nothing, but an editor offers them, with descriptions, before a verb is chosen.
    let offered: Map<String, Value> =
        shapes.iter().map(|(name, says, _)| ((*name).to_owned(), json!({ "description": says.trim() }))).collect();
    Schema::try_from(json!({
        "type": "object",
        "description": format!("{a} {what}, a map with exactly one verb,"),
        "properties": offered,
        "allOf": rules
    }))
    .unwrap_or_default()
}

/// Finds every structural problem of a value of type `T`.
pub(super) fn check<T: JsonSchema>(document: &Document, value: &Value) -> Vec<Problem> {
    let compiled = compiled::<T>();
    let Some(validator) = &compiled.validator else { return Vec::new() };
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut problems: Vec<Problem> = Vec::new();
    for error in validator.iter_errors(value) {
        for problem in explain(document, &compiled.schema, &error) {
            if !problems.iter().any(|known| known.place == problem.place && known.message == problem.message) {
                problems.push(problem);
            }
        }
        if problems.len() >= MAX_SHOWN {
            break;
        }
    }
    problems
}

/// Returns the JSON pointers of invalid parts, and of fields missing at the root.
pub(super) fn wrong_places<T: JsonSchema>(value: &Value) -> Vec<String> {
    let compiled = compiled::<T>();
    let Some(validator) = &compiled.validator else { return Vec::new() };
    let mut places: Vec<String> = Vec::new();
    validator.iter_errors(value).for_each(|error| places_of(&error, &mut places));
    places.sort_unstable();
    places.dedup();
    places
}

fn places_of(error: &ValidationError<'_>, places: &mut Vec<String>) {
    let at = error.instance_path().as_str();
    let below = |name: &str| format!("{at}/{}", escaped(name));
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            places.extend(unexpected.iter().map(|name| below(name)));
        }
        ValidationErrorKind::Required { property } if at.is_empty() => places.extend(property.as_str().map(below)),
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            match deepest(context) {
                Some(errors) => errors.iter().for_each(|inner| places_of(inner, places)),
                None => places.push(at.to_owned()),
            }
        }
        _ => places.push(at.to_owned()),
    }
}

struct Compiled {
    schema: Value,
    /// `None` cannot happen with schemas generated from our types; serde would still find the first problem.
    validator: Option<Validator>,
}

/// Returns the compiled schema of a type. Compiling costs more than a thousand validations, so it is cached.
fn compiled<T: JsonSchema>() -> Arc<Compiled> {
    static COMPILED: Mutex<BTreeMap<String, Arc<Compiled>>> = Mutex::new(BTreeMap::new());
    let mut kept = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    kept.entry(T::schema_id().into_owned())
        .or_insert_with(|| {
            let schema = schema_of::<T>();
            let validator = validator(&schema).ok();
            Arc::new(Compiled { schema, validator })
        })
        .clone()
}

/// A validator that also reads JSON paths.
fn validator(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    let options = jsonschema::options().should_validate_formats(true);
    // serde reads URLs, and says more of what is wrong with one.
    let options = options.with_format("uri", |_: &str| true);
    options.with_format(json_path::FORMAT, |text: &str| JsonPath::from_str(text).is_ok()).build(schema)
}

/// An error of the validator as problems with positions.
fn explain(document: &Document, schema: &Value, error: &ValidationError<'_>) -> Vec<Problem> {
    let at = error.instance_path().as_str();
    let here = |message: String| vec![document.problem(at, message)];
    let shown = document.quoted(error.instance());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = known_names(schema, error);
            unexpected
                .iter()
                .take(MAX_SHOWN)
                .map(|name| {
                    let problem = document.problem_at_key(at, name, format!("`{name}` is not allowed here"));
                    let near = problem.clone().nearest(name, known.iter().map(String::as_str));
                    if near.hint.is_some() || known.is_empty() {
                        near
                    } else {
                        problem.hint(format!("allowed here: {}", known.join(", ")))
                    }
                })
                .collect()
        }
        ValidationErrorKind::Required { property } => {
            here(format!("`{}` is missing", property.as_str().unwrap_or_default()))
        }
        // The type error reports a value that is not a map.
        ValidationErrorKind::OneOfMultipleValid { .. } | ValidationErrorKind::OneOfNotValid { .. }
            if is_verbs(schema, error) && !error.instance().is_object() =>
        {
            Vec::new()
        }
        ValidationErrorKind::OneOfMultipleValid { .. } => vec![one_verb(document, schema, error)],
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let words = choices(context, at);
            if !words.is_empty() {
                return vec![none_of(document, error, &words)];
            }
            if is_verbs(schema, error) {
                return vec![one_verb(document, schema, error)];
            }
            deepest(context).map_or_else(
                || here(format!("{shown} is not valid here")),
                |errors| errors.iter().flat_map(|inner| explain(document, schema, inner)).collect(),
            )
        }
        ValidationErrorKind::Enum { options } => {
            let names: Vec<String> =
                options.as_array().into_iter().flatten().filter_map(|o| o.as_str().map(str::to_owned)).collect();
            vec![none_of(document, error, &names)]
        }
        ValidationErrorKind::MinItems { .. } | ValidationErrorKind::MinProperties { .. } => {
            here("this is empty; at least one element is required".into())
        }
        ValidationErrorKind::Constant { expected_value } => here(format!("{shown} is not {expected_value}")),
        ValidationErrorKind::Type { kind } => {
            let wanted = own_words(schema, error).unwrap_or_else(|| kind_words(kind));
            here(format!("expected {wanted}, found {shown}"))
        }
        ValidationErrorKind::Not { .. } | ValidationErrorKind::FalseSchema => {
            here(description(schema, error).unwrap_or_else(|| format!("{shown} is not allowed here")))
        }
        ValidationErrorKind::Format { .. } => match error.instance().as_str().map(JsonPath::from_str) {
            Some(Err(why)) => vec![not_a_path(document.problem(at, why.to_string()), &why)],
            _ => here(error.masked_with(shown).to_string()),
        },
        ValidationErrorKind::PropertyNames { error: name } => {
            match name.instance().as_str().map(|name| (name, JsonPath::from_str(name))) {
                Some((name, Err(why))) => vec![not_a_path(document.problem_at_key(at, name, why.to_string()), &why)],
                _ => here(name.to_string()),
            }
        }
        // The library's enum is open-ended; its own message is right for all other kinds.
        _ => here(match own_words(schema, error) {
            Some(words) => format!("expected {words}, found {shown}"),
            None => error.masked_with(shown).to_string(),
        }),
    }
}

fn not_a_path(problem: Problem, why: &NotAPath) -> Problem {
    match why.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// A map with no verb, or with several.
fn one_verb(document: &Document, schema: &Value, error: &ValidationError<'_>) -> Problem {
    let problem = document
        .problem(error.instance_path().as_str(), description(schema, error).unwrap_or_else(|| "one verb".into()));
    let rules = refusing(schema, error).and_then(|rule| rule["oneOf"].as_array()).into_iter().flatten();
    let verbs: Vec<&str> = rules.filter_map(|rule| rule["required"][0].as_str()).collect();
    let found: Vec<&str> = error.instance().as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let near = found
        .iter()
        // Many words are near to one of two letters.
        .filter(|name| name.len() > 2 && !verbs.contains(name))
        .map(|name| problem.clone().nearest(name, verbs.iter().copied()))
        .find(|problem| problem.hint.is_some() && !found.iter().any(|name| verbs.contains(name)));
    near.unwrap_or_else(|| problem.hint(format!("found: {}", found.join(", "))))
}

/// Returns the allowed words at a position, if all alternatives are words.
fn choices(context: &[Vec<ValidationError<'static>>], at: &str) -> Vec<String> {
    let mut words = Vec::new();
    for error in context.iter().flatten() {
        // Words at a nested position are no alternatives to the whole.
        if error.instance_path().as_str() != at {
            return Vec::new();
        }
        match error.kind() {
            ValidationErrorKind::Constant { expected_value } => {
                words.extend(expected_value.as_str().map(str::to_owned));
            }
            ValidationErrorKind::Enum { options } => {
                words.extend(options.as_array().into_iter().flatten().filter_map(|o| o.as_str().map(str::to_owned)));
            }
            // A value that is not even a text fails twice in each alternative.
            ValidationErrorKind::Type {
                kind: TypeKind::Single(jsonschema::JsonType::String | jsonschema::JsonType::Null),
            } => {}
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                let inner = choices(context, at);
                if inner.is_empty() {
                    return inner;
                }
                words.extend(inner);
            }
            _ => return Vec::new(),
        }
    }
    words
}

/// Whether the rule "exactly one verb" rejected a value.
fn is_verbs(schema: &Value, error: &ValidationError<'_>) -> bool {
    refusing(schema, error).is_some_and(|rule| rule["oneOf"][0]["required"].is_array())
        && own_words(schema, error).is_some()
}

fn none_of(document: &Document, error: &ValidationError<'_>, words: &[String]) -> Problem {
    let shown = document.quoted(error.instance());
    let message = match words {
        [only] => format!("expected `{only}`, found {shown}"),
        several => format!("{shown} is not one of {}", several.join(", ")),
    };
    let problem = document.problem(error.instance_path().as_str(), message);
    problem.nearest(error.instance().as_str().unwrap_or_default(), words.iter().map(String::as_str))
}

/// Returns the errors of the alternative that matched furthest, which is probably the intended one. Absence is never
/// the intended alternative of a written value.
fn deepest<'c>(context: &'c [Vec<ValidationError<'static>>]) -> Option<&'c Vec<ValidationError<'static>>> {
    let absent = |errors: &Vec<ValidationError<'static>>| {
        let null = |e: &ValidationError<'_>| {
            matches!(e.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(jsonschema::JsonType::Null) })
        };
        errors.iter().all(null)
    };
    let depth = |errors: &Vec<ValidationError<'static>>| {
        let kind = errors.iter().all(|e| !matches!(e.kind(), ValidationErrorKind::Type { .. }));
        (errors.iter().map(|e| e.instance_path().as_str().matches('/').count()).max().unwrap_or(0), kind)
    };
    context.iter().filter(|errors| !absent(errors)).max_by_key(|errors| depth(errors))
}

/// Returns the schema that rejected a value, without the keyword.
fn refusing<'s>(schema: &'s Value, error: &ValidationError<'_>) -> Option<&'s Value> {
    let path = error.schema_path().as_str();
    schema.pointer(&path[..path.rfind('/')?])
}

fn description(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    refusing(schema, error)?.get("description")?.as_str().map(str::to_owned)
}

/// Returns the description if it was written for readers: one from a comment on a type begins with a capital letter.
fn own_words(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    let words = description(schema, error).filter(|words| !words.starts_with(char::is_uppercase))?;
    Some(words.trim_end_matches(',').to_owned())
}

fn known_names(schema: &Value, error: &ValidationError<'_>) -> Vec<String> {
    let properties = refusing(schema, error).and_then(|s| s.get("properties")).and_then(Value::as_object);
    properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

fn kind_words(kind: &TypeKind) -> String {
    let name = |kind: jsonschema::JsonType| match kind {
        jsonschema::JsonType::Array => "a list",
        jsonschema::JsonType::Boolean => "true or false",
        jsonschema::JsonType::Integer => "a whole number",
        jsonschema::JsonType::Null => "nothing",
        jsonschema::JsonType::Number => "a number",
        jsonschema::JsonType::Object => "a map",
        jsonschema::JsonType::String => "a text",
    };
    match kind {
        TypeKind::Single(one) => name(*one).to_owned(),
        TypeKind::Multiple(set) => {
            set.iter().filter(|k| *k != jsonschema::JsonType::Null).map(name).collect::<Vec<_>>().join(" or ")
        }
    }
}
