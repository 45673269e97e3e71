//! The arguments of an action besides the client.

use serde_json::{Map, Value, json};

use super::context::identity::Identity;
use super::context::run_context::RunContext;
use crate::template;

impl Identity {
    /// Returns the arguments of an action besides the client. The subject's number is generated once, so that a
    /// repeated action has the same arguments.
    pub(in crate::run) fn arguments(
        &mut self,
        run: &RunContext,
        action: &str,
        subject: &str,
        with: &Map<String, Value>,
    ) -> Map<String, Value> {
        let Some(word) = run.plan.pack.provider.actions.get(action) else { return with.clone() };
        let n = *self.subjects.entry(subject.to_owned()).or_insert_with(|| run.number());
        let scope = json!({ "n": n, "run": run.run(), "client": self.value() });
        let render = |value: &Value| template::render_json(value, &scope).unwrap_or(Value::Null);
        let mut arguments: Map<String, Value> =
            word.arguments.iter().map(|(name, value)| (name.clone(), render(value))).collect();
        let with = Value::Object(with.clone());
        let mut merged = Value::Object(std::mem::take(&mut arguments));
        json_patch::merge(&mut merged, &with);
        let Value::Object(arguments) = merged else { return Map::new() };
        for name in &word.identified_by {
            if let (Some(value), Some(simulator)) = (arguments.get(name), run.provider.simulator()) {
                simulator.know(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), &self.email);
            }
        }
        arguments
    }
}
