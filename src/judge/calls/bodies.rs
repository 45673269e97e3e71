//! Compares bodies as JSON: `null` counts as absent, and numbers compare by value.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath};

use crate::evidence::{Body, RecordedCall};
use crate::json::without_nulls;

/// The body of a call, without absent fields and without the fields that are excluded from the comparison.
pub(super) struct Plain(Body);

impl Plain {
    pub(super) fn without_fields(call: &RecordedCall, except: &[String]) -> Self {
        Plain(match &call.request.body {
            Body::Json(body) => Body::Json(without(body, except)),
            other => other.clone(),
        })
    }

    /// Returns a key that is the same for equal bodies and differs for different ones.
    pub(super) fn key(&self) -> String {
        match &self.0 {
            Body::Json(json) => key(json),
            Body::Text(text) => format!("text {text}"),
            Body::Binary(length) => format!("binary {length}"),
            Body::Empty => String::new(),
        }
    }

    /// Returns the values at a JSON path.
    pub(super) fn select(&self, path: &str) -> Vec<Value> {
        let found = JsonPath::parse(path).ok().zip(self.0.json());
        found.map(|(path, body)| path.query(body).all().into_iter().cloned().collect()).unwrap_or_default()
    }
}

/// Returns a key that is the same for equal values: their JSON with sorted fields and normalised numbers.
pub(super) fn key(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, Value> = members.iter().map(|(name, value)| (name, sorted(value))).collect();
            sorted.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

fn without(body: &Value, except: &[String]) -> Value {
    let mut body = body.clone();
    for path in except.iter().filter_map(|path| JsonPath::parse(path).ok()) {
        let places: Vec<String> = path.query_located(&body).locations().map(NormalizedPath::to_json_pointer).collect();
        for place in places {
            if let Some(value) = body.pointer_mut(&place) {
                *value = Value::Null;
            }
        }
    }
    without_nulls(body)
}
