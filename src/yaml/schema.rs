//! Structural problems by JSON Schema. The schema is generated from the types that are deserialised.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{Document, Problem};

/// The JSON Schema of a type.
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

/// The schema of a map that holds exactly one of some verbs, each with a shape of its own; `later` are verbs of the
/// language that this version does not carry out.
pub fn verbs(what: &str, shapes: &[(&str, Schema)], later: &[&str]) -> Schema {
    let names: Vec<&str> = shapes.iter().map(|(name, _)| *name).collect();
    let mut rules: Vec<Value> = vec![json!({
        "description": format!("a {what} has exactly one of the words {}", names.join(", ")),
        "anyOf": names.iter().chain(later).map(|name| json!({ "required": [name] })).collect::<Vec<_>>(),
    })];
    rules.extend(
        shapes.iter().map(|(name, shape)| json!({ "if": { "type": "object", "required": [name] }, "then": shape })),
    );
    rules.extend(later.iter().map(|name| {
        json!({
            "if": { "type": "object", "required": [name] },
            "then": { "not": {}, "description": format!("`{name}` is a word of the language that this version does not carry out yet") }
        })
    }));
    Schema::try_from(
        json!({ "type": "object", "description": format!("a {what}: a map with exactly one verb"), "allOf": rules }),
    )
    .unwrap_or_default()
}

/// Every structural problem of a value of type `T`.
pub(super) fn check<T: JsonSchema>(document: &Document, value: &Value) -> Vec<Problem> {
    let compiled = compiled::<T>();
    let Some(validator) = &compiled.validator else { return Vec::new() };
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut problems: Vec<Problem> = Vec::new();
    for error in validator.iter_errors(value) {
        for problem in explain(document, &compiled.schema, value, &error) {
            if !problems.iter().any(|known| known.place == problem.place && known.message == problem.message) {
                problems.push(problem);
            }
        }
    }
    problems
}

struct Compiled {
    schema: Value,
    /// `None` cannot happen with schemas generated from our types; serde then still finds the first problem.
    validator: Option<Validator>,
}

/// The compiled schema of a type. Compiling costs more than a thousand validations, so each is kept.
fn compiled<T: JsonSchema>() -> Arc<Compiled> {
    static KEPT: Mutex<BTreeMap<String, Arc<Compiled>>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.entry(T::schema_id().into_owned())
        .or_insert_with(|| {
            let schema = schema_of::<T>();
            let validator = jsonschema::validator_for(&schema).ok();
            Arc::new(Compiled { schema, validator })
        })
        .clone()
}

/// An error of the validator in words, where it stands.
fn explain(document: &Document, schema: &Value, value: &Value, error: &ValidationError<'_>) -> Vec<Problem> {
    let at = error.instance_path().as_str();
    let here = |message: String| vec![document.problem(at, message)];
    let shown = show(error.instance());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = known_names(schema, error);
            unexpected
                .iter()
                .map(|name| {
                    let problem =
                        document.problem_at_key(at, name, format!("`{name}` is not a word that is known here"));
                    let near = problem.clone().nearest(name, known.iter().map(String::as_str));
                    if near.hint.is_some() || known.is_empty() {
                        near
                    } else {
                        problem.hint(format!("known here: {}", known.join(", ")))
                    }
                })
                .collect()
        }
        ValidationErrorKind::Required { property } => {
            here(format!("`{}` is missing here", property.as_str().unwrap_or_default()))
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            match description(schema, error) {
                Some(words) if words.starts_with("a ") => {
                    let names =
                        value.pointer(at).and_then(Value::as_object).map(|map| map.keys().cloned().collect::<Vec<_>>());
                    vec![document.problem(at, words).hint(format!("found: {}", names.unwrap_or_default().join(", ")))]
                }
                Some(_) | None => deepest(context).map_or_else(
                    || here(format!("{shown} does not fit here")),
                    |errors| errors.iter().flat_map(|inner| explain(document, schema, value, inner)).collect(),
                ),
            }
        }
        ValidationErrorKind::Enum { options } => {
            let names: Vec<String> =
                options.as_array().into_iter().flatten().filter_map(|o| o.as_str().map(str::to_owned)).collect();
            let problem = document.problem(at, format!("{shown} is not one of {}", names.join(", ")));
            vec![problem.nearest(error.instance().as_str().unwrap_or_default(), names.iter().map(String::as_str))]
        }
        ValidationErrorKind::Constant { expected_value } => {
            here(format!("{shown} stands where {expected_value} is expected"))
        }
        ValidationErrorKind::Type { kind } => here(format!("{shown} stands where {} is expected", kind_words(kind))),
        ValidationErrorKind::Not { .. } | ValidationErrorKind::FalseSchema => {
            here(description(schema, error).unwrap_or_else(|| format!("{shown} is not allowed here")))
        }
        // The library's kinds are open-ended; its own sentence is right for all the others.
        _ => here(match description(schema, error) {
            Some(words) => format!("{shown} stands where {words} is expected"),
            None => error.masked_with(shown).to_string(),
        }),
    }
}

/// Of several alternatives, the errors of the one that went furthest: that is the one that was meant.
fn deepest<'c>(context: &'c [Vec<ValidationError<'static>>]) -> Option<&'c Vec<ValidationError<'static>>> {
    let depth = |errors: &Vec<ValidationError<'static>>| {
        let kind = errors.iter().all(|e| !matches!(e.kind(), ValidationErrorKind::Type { .. }));
        (errors.iter().map(|e| e.instance_path().as_str().matches('/').count()).max().unwrap_or(0), kind)
    };
    context.iter().max_by_key(|errors| depth(errors))
}

/// The schema that refused a value, without the keyword.
fn refusing<'s>(schema: &'s Value, error: &ValidationError<'_>) -> Option<&'s Value> {
    let path = error.schema_path().as_str();
    schema.pointer(&path[..path.rfind('/')?])
}

fn description(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    refusing(schema, error)?.get("description")?.as_str().map(str::to_owned)
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

/// The user's own value, short enough for a sentence.
fn show(value: &Value) -> String {
    let text = match value {
        Value::Object(_) => return "a map".into(),
        Value::Array(_) => return "a list".into(),
        Value::Null => return "nothing".into(),
        Value::String(text) => format!("`{text}`"),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
    };
    if text.chars().count() > 60 { format!("{}…`", text.chars().take(57).collect::<String>()) } else { text }
}
