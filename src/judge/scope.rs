//! What templates and expectations can read: the bound profile, the pack's facts, and what the steps gave.

use std::borrow::Cow;

use serde_json::Value;

use super::held::{Finding, Held};
use crate::catalog::words::Stage;
use crate::evidence::{Evidence, Who};
use crate::plan::Bound;
use crate::template::{self, TemplateError};

/// The scope of one unit while it is judged.
pub(super) struct Scope<'s> {
    bound: &'s Bound,
    stage: Stage,
    values: Value,
}

impl<'s> Scope<'s> {
    pub(super) fn new(bound: &'s Bound, stage: Stage, evidence: &Evidence) -> Self {
        let mut values = bound.values(stage);
        for entry in &evidence.entries {
            if let Some((name, value)) = entry.step.as_ref().zip(entry.value()) {
                values.insert(name.clone(), value);
            }
        }
        Scope { bound, stage, values: Value::Object(values) }
    }

    /// A value with its templates evaluated.
    pub(super) fn value<'v>(&self, value: &'v Value) -> Result<Cow<'v, Value>, Held> {
        match value {
            Value::String(text) if !template::is_template(text) => Ok(Cow::Borrowed(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(Cow::Borrowed(value)),
            Value::String(_) | Value::Array(_) | Value::Object(_) => {
                template::render_json(value, &self.values).map(Cow::Owned).map_err(|error| self.unknown(error))
            }
        }
    }

    /// A text with its templates evaluated.
    pub(super) fn text<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Held> {
        if !template::is_template(text) {
            return Ok(Cow::Borrowed(text));
        }
        template::render_text(text, &self.values).map(Cow::Owned).map_err(|error| self.unknown(error))
    }

    fn unknown(&self, error: TemplateError) -> Held {
        Held::Unknown(match error {
            TemplateError::Missing(name) => {
                let place = Bound::surroundings(self.stage);
                match name.strip_prefix("environment.").map(|rest| format!("profile.{place}.{rest}")).unwrap_or(name) {
                    name if name.starts_with("profile.") => Finding::new(Who::Partner, self.bound.how_to_give(&name)),
                    name => Finding::new(Who::Tool, format!("`{name}` has no value: the step did not give it")),
                }
            }
            error @ TemplateError::Invalid(_) => Finding::new(Who::Tool, error.to_string()),
        })
    }
}
