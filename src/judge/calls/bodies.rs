//! Bodies compared as JSON: `null` counts as absent, and numbers are equal by value.

use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath};

use super::super::matching::equal;
use crate::evidence::{Body, Call};

/// The body of a call without what is left out of a comparison, and without what is absent.
pub(super) struct Plain(Body);

impl Plain {
    pub(super) fn of(call: &Call, except: &[String]) -> Self {
        Plain(match &call.request.body {
            Body::Json(body) => Body::Json(without(body, except)),
            other => other.clone(),
        })
    }

    pub(super) fn is_as(&self, other: &Plain) -> bool {
        match (&self.0, &other.0) {
            (Body::Json(left), Body::Json(right)) => equal(left, right),
            (left, right) => left == right,
        }
    }

    /// The values at a path.
    pub(super) fn at(&self, path: &str) -> Vec<Value> {
        let found = JsonPath::parse(path).ok().zip(self.0.json());
        found.map(|(path, body)| path.query(body).all().into_iter().cloned().collect()).unwrap_or_default()
    }
}

/// Whether two lists of values are equal, one by one.
pub(super) fn alike(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
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
    pruned(body)
}

/// The value without members that are null, which count as absent.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name, pruned(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(pruned).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}
