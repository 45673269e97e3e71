//! Conditions and templates of a sample partner: a missing value is absent, not an error.

use serde_json::Value;

use super::error::ActError;
use crate::template::{self, TemplateError};

/// Whether a condition holds; without a condition, true. A condition that reads a missing value is false.
pub(super) fn holds(condition: Option<&str>, scope: &Value) -> Result<bool, ActError> {
    let Some(condition) = condition else { return Ok(true) };
    match template::render(&format!("{{{{ {condition} }}}}"), scope) {
        Ok(value) => Ok(is_true(&value)),
        Err(TemplateError::Missing(_)) => Ok(false),
        Err(error @ TemplateError::Invalid(_)) => Err(ActError::Condition { condition: condition.to_owned(), error }),
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// Fills the templates in a JSON value; one that reads a missing value becomes null.
pub(super) fn filled(value: &Value, scope: &Value) -> Result<Value, ActError> {
    Ok(match value {
        Value::String(text) => match template::render(text, scope) {
            Ok(value) => value,
            Err(TemplateError::Missing(_)) => Value::Null,
            Err(error @ TemplateError::Invalid(_)) => return Err(ActError::Template { text: text.clone(), error }),
        },
        Value::Array(list) => list.iter().map(|inner| filled(inner, scope)).collect::<Result<_, _>>()?,
        Value::Object(map) => map
            .iter()
            .map(|(name, inner)| Ok((name.clone(), filled(inner, scope)?)))
            .collect::<Result<_, ActError>>()?,
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// Fills the templates in a text, which must have a value.
pub(super) fn text(text: &str, scope: &Value) -> Result<String, ActError> {
    template::render_text(text, scope).map_err(|error| ActError::Template { text: text.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_there_is_absent() {
        let scope = json!({ "verified": false, "stale": false, "created": { "status": 401 }, "stored": { "a b": 1 } });
        for (condition, expected) in [
            ("not verified or stale", true),
            ("verified", false),
            ("created.status == 401", true),
            ("minted.status == 200", false),
            ("stored['a b'] == 1", true),
            ("stored['c']", false),
            ("not stored['c']", true),
        ] {
            assert_eq!(holds(Some(condition), &scope), Ok(expected), "{condition}");
        }
        assert_eq!(holds(None, &scope), Ok(true));
        assert!(holds(Some("1 +"), &scope).unwrap_err().to_string().contains("`if: 1 +`"));
        let body = json!({ "n": "{{ created.status }}", "gone": "{{ stored.c.d }}", "list": ["x{{ stored['a b'] }}"] });
        assert_eq!(filled(&body, &scope), Ok(json!({ "n": 401, "gone": null, "list": ["x1"] })));
    }
}
