//! Identifies the caller: the partner by a key, a password or its own token, or a client by its token.

use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;

use super::collection::RecordFilter;
use super::expressions::Scope;
use super::identity::Caller;
use super::request::Received;
use super::script::Script;
use super::store::Store;
use crate::pack::authentication::{Api, ClientCredentials, CredentialsSent};

/// Authenticates a request by the rule of its API. A request for the partner's own token needs the client id and the
/// secret.
pub(super) fn caller(script: &Script, store: &Store, request: &Received, now: OffsetDateTime) -> Caller {
    let scope = Scope::default().with("api_key", &json!(script.api_key));
    let scope = scope.with("credentials", &json!(script.credentials));
    let written = |text: &String| super::values::text(&script.words.value(text, &scope));
    let partner = |right: bool| if right { Caller::Partner } else { Caller::Nobody };
    let apis = &script.provider.apis;
    let token_request = apis.iter().filter_map(|(name, api)| api.token_request(name)).find(|token_request| {
        token_request.own.is_some()
            && token_request.from == request.api
            && token_request.call.matches(&request.method, &request.path)
    });
    if let Some(own) = token_request.and_then(|token_request| token_request.own) {
        return partner(shows(own, request, &written));
    }
    let token = || {
        let token = request.bearer().and_then(|text| store.token(text));
        token.filter(|token| !token.revoked && token.expires > now)
    };
    match apis.get(&request.api) {
        Some(Api::Header(headers)) => {
            let right = |(name, value): (&String, &String)| {
                request.header(name).is_some_and(|text| same(text, &written(value)))
            };
            // An API without an authentication rule authenticates nobody.
            partner(!headers.is_empty() && headers.iter().all(right))
        }
        Some(Api::Basic(basic)) => partner(request.basic().is_some_and(|(user, password)| {
            same(&user, &written(&basic.user)) & same(&password, &written(&basic.password))
        })),
        Some(Api::Bearer(_)) => {
            let client = token().and_then(|token| token.client.as_ref());
            client.filter(|key| is_linked(script, store, key)).map_or(Caller::Nobody, |key| Caller::Client(key.clone()))
        }
        Some(Api::ClientCredentials(_)) => partner(token().is_some_and(|token| token.client.is_none())),
        None => Caller::Nobody,
    }
}

/// Whether a token request contains the client id and the secret (RFC 6749, sections 2.3.1 and 4.4.2). Basic
/// authentication is always accepted, and the form if the provider accepts that.
fn shows(own: &ClientCredentials, request: &Received, written: &dyn Fn(&String) -> String) -> bool {
    let form = request.form().unwrap_or_default();
    let said = |name: &str| form.get(name).and_then(Value::as_str);
    let (id, secret) = (written(&own.id), written(&own.secret));
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let by_name = request.basic().is_some_and(|(name, password)| {
        let plain = same(&name, &id) & same(&password, &secret);
        plain | (same(&name, &encoded(&id)) & same(&password, &encoded(&secret)))
    });
    let in_form = match own.sent {
        CredentialsSent::Basic => false,
        CredentialsSent::Form => {
            let is = |name: &str, wanted: &str| said(name).is_some_and(|text| same(text, wanted));
            is("client_id", &id) & is("client_secret", &secret)
        }
    };
    said("grant_type") == Some("client_credentials") && (by_name || in_form)
}

/// Compares two texts in constant time.
fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// Whether a client exists and is not hidden. A client's tokens become invalid when its link ends.
fn is_linked(script: &Script, store: &Store, key: &str) -> bool {
    let spec = &script.spec;
    let like = [(spec.client.key.clone(), json!(key))].into_iter().collect();
    let which = RecordFilter { like, ..RecordFilter::default() };
    store.find(&spec.client.within, &which).is_some_and(|client| {
        let state = client.get("state").and_then(Value::as_str).and_then(|name| spec.states.get(name));
        state.is_some_and(|state| !state.hidden)
    })
}
