//! The values that templates and expectations can read: the profile, the pack's facts, values from steps, and calls
//! that earlier expectations selected. The scope grows while a check is judged.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::case::Case;
use super::finding::{ExpectationResult, Finding};
use super::missing;
use crate::evidence::{Body, Entry, RecordedCall, Responsible};
use crate::profile::Inputs;
use crate::template::{self, TemplateError};

/// The calls that expectations selected, by name.
pub(super) type Known<'s> = BTreeMap<String, Vec<&'s Entry>>;

/// The scope of one check while it is judged.
pub(super) struct Scope<'s> {
    case: Case<'s>,
    values: Value,
    known: Known<'s>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(case: &Case<'s>) -> Self {
        let mut values = case.bound.values(case.stage);
        for entry in &case.evidence.entries {
            if let Some((name, value)) = entry.step.as_ref().zip(entry.value()) {
                values.insert(name.clone(), value);
            }
        }
        values.insert("clients".into(), Value::Object(case.evidence.clients.clone()));
        let mut scope = Scope { case: *case, values: Value::Object(values), known: Known::new() };
        scope.turn_to(None);
        scope
    }

    /// Sets the client that `client` refers to; without a name, the first client.
    pub(super) fn turn_to(&mut self, client: Option<&str>) {
        let clients = &self.case.evidence.clients;
        let client = client.map_or_else(|| clients.values().next(), |name| clients.get(name));
        self.set("client", client.cloned().unwrap_or(Value::Null));
    }

    /// Binds calls to a name for later expectations and templates.
    pub(super) fn bind(&mut self, name: &str, calls: Vec<&'s Entry>) {
        self.set(name, described(&calls));
        self.known.insert(name.to_owned(), calls);
    }

    /// Returns the calls bound to a name.
    pub(super) fn known(&self, name: &str) -> Option<&[&'s Entry]> {
        self.known.get(name).map(Vec::as_slice)
    }

    /// Returns all bound names, so that they can be restored later.
    pub(super) fn all_known(&self) -> Known<'s> {
        self.known.clone()
    }

    /// Restores bound names, and drops those that were added since.
    pub(super) fn come_back_to(&mut self, known: Known<'s>) {
        for name in std::mem::take(&mut self.known).into_keys() {
            self.set(&name, Value::Null);
        }
        for (name, calls) in known {
            self.bind(&name, calls);
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(values) = self.values.as_object_mut() {
            values.insert(name.to_owned(), value);
        }
    }

    /// Renders the templates in a value.
    pub(super) fn value<'v>(&self, value: &'v Value) -> Result<Cow<'v, Value>, ExpectationResult> {
        match value {
            Value::String(text) if !template::is_template(text) => Ok(Cow::Borrowed(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(Cow::Borrowed(value)),
            Value::String(_) | Value::Array(_) | Value::Object(_) => {
                template::render_json(value, &self.values).map(Cow::Owned).map_err(|error| self.unknown(error))
            }
        }
    }

    /// Renders the templates in a text.
    pub(super) fn text<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, ExpectationResult> {
        if !template::is_template(text) {
            return Ok(Cow::Borrowed(text));
        }
        template::render_text(text, &self.values).map(Cow::Owned).map_err(|error| self.unknown(error))
    }

    /// Renders the hint of an expectation. One that cannot be rendered is left out.
    pub(super) fn hint<'t>(&self, hint: Option<&'t String>) -> Option<Cow<'t, str>> {
        self.text(hint?).ok()
    }

    fn unknown(&self, error: TemplateError) -> ExpectationResult {
        ExpectationResult::Unknown(match error {
            TemplateError::Missing(name) => {
                let place = Inputs::surroundings(self.case.stage);
                match name.strip_prefix("environment.").map(|rest| format!("profile.{place}.{rest}")).unwrap_or(name) {
                    name if name.starts_with("profile.") => {
                        Finding::for_want_of_a_line(self.case.bound.how_to_give(&name))
                    }
                    name => missing::finding(&self.case, &name),
                }
            }
            error @ TemplateError::Invalid(_) => Finding::new(Responsible::Tool, error.to_string()),
        })
    }
}

/// Converts calls to a value for templates: the fields of the first call, and `first`, `last` and `count`.
fn described(calls: &[&Entry]) -> Value {
    let one = |entry: Option<&&Entry>| entry.and_then(|entry| entry.what.call()).map_or(Value::Null, members);
    let (first, last) = (one(calls.first()), one(calls.last()));
    let mut all = first.clone();
    if let Some(all) = all.as_object_mut() {
        all.extend([("first".to_owned(), first), ("last".to_owned(), last), ("count".to_owned(), json!(calls.len()))]);
        return Value::Object(std::mem::take(all));
    }
    json!({ "count": calls.len() })
}

fn members(call: &RecordedCall) -> Value {
    json!({
        "request": body(&call.request.body),
        "reply": body(&call.answer.body),
        "status": call.answer.status,
        "path": super::calls::path(call),
    })
}

fn body(body: &Body) -> Value {
    match body {
        Body::Json(value) => value.clone(),
        Body::Text(text) => text.clone().into(),
        Body::Empty | Body::Binary(_) => Value::Null,
    }
}
