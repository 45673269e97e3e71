//! Sends the calls of a run through its gate, and watches whether the build still answers.

use std::time::Duration;

use serde_json::Value;

use super::context::identity::{Identity, scope_of};
use super::context::run_context::RunContext;
use crate::evidence::{Request, Response};
use crate::net::client::{CallResult, Limits};
use crate::net::gate::Draft;
use crate::pack::types::Environment;
use crate::template;

impl RunContext {
    /// Records that this run created the resource that a call would delete.
    pub(in crate::run) fn created(&self, environment: Environment, line: &str, client: &Identity) {
        let line = template::render_text(line, &scope_of(client, serde_json::Map::new())).unwrap_or_default();
        if let Some((_, path)) = line.split_once(' ') {
            self.outbound.created(environment, path);
        }
    }

    /// Sends a call if the gate permits it. A denied call results in a transport error of the kind `Refused`.
    pub(in crate::run) async fn send(
        &self,
        draft: Draft,
        patience: Duration,
        follow: bool,
        keep: Option<Vec<String>>,
    ) -> CallResult {
        let purpose = draft.purpose.clone();
        // Boxed, because every step awaits a call and none needs the space before.
        self.awaited(&purpose, Box::pin(self.sent(draft, patience, follow, keep))).await
    }

    /// Sends a call without raising a doubt about the build if no response comes.
    pub(in crate::run) async fn sent(
        &self,
        draft: Draft,
        patience: Duration,
        follow: bool,
        keep: Option<Vec<String>>,
    ) -> CallResult {
        let limits = Limits { follow, keep, ..Limits::within(patience) };
        self.outbound.send(draft, limits).await
    }

    /// Registers a resource that this run created in a test environment, so that it may be changed and deleted.
    pub(in crate::run) fn note_created(&self, environment: Environment, request: &Request, answer: &Response) {
        if environment != Environment::Test || request.method != "POST" || !(200..300).contains(&answer.status) {
            return;
        }
        let id = answer.body.json().and_then(|json| json.get("id")).and_then(Value::as_str);
        if let Some((url, id)) = url::Url::parse(&request.url).ok().zip(id) {
            self.outbound.created(environment, &format!("{}/{id}", url.path().trim_end_matches('/')));
        }
    }
}
