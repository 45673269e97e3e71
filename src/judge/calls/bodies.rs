//! Compares bodies as JSON: `null` counts as absent, and numbers compare by value.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::evidence::{Body, RecordedCall};
use crate::json::without_nulls;
use crate::json_path::JsonPath;

/// The body of a call, without absent fields and without the fields that are excluded from the comparison.
pub(super) struct Plain(Body);

impl Plain {
    pub(super) fn without_fields(call: &RecordedCall, except: &[JsonPath]) -> Self {
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

    /// The values at a path.
    pub(super) fn select(&self, path: &JsonPath) -> Vec<Value> {
        self.0.json().map(|body| path.values(body)).unwrap_or_default()
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

fn without(body: &Value, except: &[JsonPath]) -> Value {
    let mut body = body.clone();
    for path in except {
        for place in path.pointers(&body) {
            if let Some(value) = body.pointer_mut(&place) {
                *value = Value::Null;
            }
        }
    }
    without_nulls(body)
}
