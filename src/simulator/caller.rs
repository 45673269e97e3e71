//! Who calls: the partner by its key, or a client by its token.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::request::Received;
use super::script::Script;
use super::store::Store;
use super::words::Scope;
use crate::catalog::authentication::Api;

/// Whose request it is.
pub(super) enum Caller {
    /// Nobody's who may ask.
    Nobody,
    /// The partner's own, by its key.
    Partner,
    /// A client's, by its token.
    Client(String),
}

/// Whose request it is, by what its API asks for.
pub(super) fn caller(script: &Script, store: &Store, request: &Received, now: OffsetDateTime) -> Caller {
    match script.provider.apis.get(&request.api) {
        Some(Api::Header(headers)) => {
            let scope = Scope::default().with("api_key", &json!(script.api_key));
            let right =
                |(name, value): (&String, &String)| request.header(name) == script.words.value(value, &scope).as_str();
            if headers.iter().all(right) { Caller::Partner } else { Caller::Nobody }
        }
        Some(Api::Bearer(_)) => {
            let token = request.bearer().and_then(|text| store.token(text));
            token
                .filter(|token| !token.revoked && token.expires > now && is_linked(script, store, &token.client))
                .map_or(Caller::Nobody, |token| Caller::Client(token.client.clone()))
        }
        Some(Api::Basic(_) | Api::ClientCredentials(_)) | None => Caller::Nobody,
    }
}

/// Whether a client is there and not hidden: its tokens end with its link.
fn is_linked(script: &Script, store: &Store, key: &str) -> bool {
    let spec = &script.spec;
    let mut clients = store.all(&spec.client.within).filter(|client| client.get(&spec.client.key) == Some(&json!(key)));
    clients.any(|client| {
        let state = client.get("state").and_then(Value::as_str).and_then(|name| spec.states.get(name));
        state.is_some_and(|state| !state.hidden)
    })
}
