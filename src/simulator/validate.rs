//! Validates a request by itself: its body, its query, and the pack's rules.

use serde_json::{Map, Value, json};

use super::query::InvalidParameter;
use super::reply::Play;
use super::request::kind_of;
use super::response::Reply;
use crate::json::{camel_case, without_nulls};
use crate::pack::provider::FieldNames;
use crate::pack::simulator::{RouteSpec, Rule};

impl Play<'_> {
    /// Returns the body as rules read it, or the reply to an unreadable body.
    pub(super) fn body(&mut self, call: &RouteSpec) -> Result<Value, Reply> {
        let script = self.turn.script;
        let Some(types) = &call.body else { return Ok(Value::Null) };
        if self.request.too_large {
            return Err(self.refusal(&script.spec.default_replies.too_large, Map::new()));
        }
        let Some(body) = self.parsed.clone().filter(Value::is_object) else {
            return Err(self.refusal(&script.spec.default_replies.malformed, Map::new()));
        };
        let body = without_nulls(match script.provider.field_names {
            FieldNames::Exact => body,
            FieldNames::CamelCase => camel_case(body),
        });
        for (path, kind) in types {
            if path.select(&body).into_iter().any(|value| !kind_of(*kind, value)) {
                let field = path.field();
                let with = json!({ "path": path, "field": field, "expected": kind.word() });
                let with = with.as_object().cloned().unwrap_or_default();
                return Err(self.refusal(&script.spec.default_replies.wrong_type, with));
            }
        }
        Ok(body)
    }

    /// Returns the reply to an invalid query parameter.
    pub(super) fn wrong(&mut self, wrong: InvalidParameter) -> Reply {
        let default_replies = &self.turn.script.spec.default_replies;
        let name = default_replies.wrong_query.as_ref().unwrap_or(&default_replies.malformed);
        let with = [("field", wrong.field), ("message", wrong.message)];
        self.refusal(name, with.map(|(name, text)| (name.to_owned(), json!(text))).into_iter().collect())
    }

    pub(super) fn validate(&mut self, call: &RouteSpec, body: &Value) -> Option<Reply> {
        call.validate.iter().find_map(|rule| self.broken(rule, body))
    }

    /// Returns the reply to a request that breaks a rule; `None` if it breaks none.
    fn broken(&mut self, rule: &Rule, body: &Value) -> Option<Reply> {
        let script = self.turn.script;
        let items = match &rule.for_each {
            Some(path) => path.values(body),
            None => vec![body.clone()],
        };
        let shared = rule.rules.as_ref().and_then(|name| script.spec.rules.get(name));
        let rules: Vec<&Rule> = shared.map_or_else(|| vec![rule], |rules| rules.iter().collect());
        let before = self.turn.scope.clone();
        for (index, item) in items.iter().enumerate() {
            self.turn.scope = before.with("item", item).with("index", &json!(index));
            let broken = rules.iter().find(|one| {
                one.condition.as_ref().is_some_and(|condition| script.words.holds(condition, &self.turn.scope))
            });
            if let Some(one) = broken {
                let with = script.words.values(&one.with, &self.turn.scope);
                let reply = rule.reply.as_ref().or(one.reply.as_ref())?;
                return Some(self.refusal(reply, with));
            }
        }
        self.turn.scope = before;
        None
    }
}
