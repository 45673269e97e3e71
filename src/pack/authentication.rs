//! How one authenticates to a provider's APIs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::types::{Route, Span, Text};
use crate::template;

/// How one authenticates to an API. Texts are templates over `api_key` and `credentials`, which are the profile's.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Api {
    /// A key in one or more headers.
    Header(#[schemars(extend("minProperties" = 1))] BTreeMap<String, Text>),
    /// A name and a password, RFC 7617.
    Basic(Basic),
    /// A bearer token for each client, which another call gives.
    Bearer(Bearer),
    /// A bearer token for the partner itself, RFC 6749, section 4.4.
    ClientCredentials(ClientCredentials),
}

/// A name and a password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    /// The name.
    pub user: Text,
    /// The password.
    #[serde(default)]
    pub password: Text,
}

/// A bearer token and where it comes from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bearer {
    /// The API that mints.
    pub from: String,
    /// The call that mints.
    pub mint: Route,
    /// The JSON body of that call, as a template over `client`, for calls that this program makes itself.
    pub json: Option<Value>,
    /// The path of the token in its answer.
    pub token: String,
    /// How long a token lives.
    pub lifetime: Span,
}

/// A token of the partner's own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCredentials {
    /// The API whose base URL the token endpoint is below, where that is another one; it is called without a token.
    pub from: Option<String>,
    /// The token endpoint.
    pub mint: Route,
    /// The client's id.
    pub id: Text,
    /// The client's secret.
    pub secret: Text,
    /// The scope that is asked for.
    pub scope: Option<Text>,
    /// How id and secret are sent.
    #[serde(default)]
    pub sent: CredentialsSent,
    /// The path of the token in the answer.
    #[serde(default = "access_token")]
    pub token: String,
    /// How long a token lives.
    pub lifetime: Span,
}

fn access_token() -> String {
    "$.access_token".into()
}

/// How a client's id and secret reach a token endpoint, RFC 6749, section 2.3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialsSent {
    /// As name and password.
    #[default]
    Basic,
    /// In the form, as `client_id` and `client_secret`.
    Form,
}

/// A call that gives tokens for an API.
#[derive(Clone, Copy, Debug)]
pub struct Minting<'a> {
    /// The API that the call is made to.
    pub from: &'a str,
    /// The call.
    pub call: &'a Route,
    /// The path of the token in its answer.
    pub token: &'a str,
    /// How long a token lives.
    pub lifetime: Span,
    /// The client that it authenticates; without it, tokens are for each client of the partner's.
    pub own: Option<&'a ClientCredentials>,
}

impl Api {
    /// The call that gives tokens for this API, whose name is `name`, if it takes tokens.
    pub fn minting<'a>(&'a self, name: &'a str) -> Option<Minting<'a>> {
        match self {
            Api::Header(_) | Api::Basic(_) => None,
            Api::Bearer(Bearer { from, mint, token, lifetime, json: _ }) => {
                Some(Minting { from, call: mint, token, lifetime: *lifetime, own: None })
            }
            Api::ClientCredentials(own) => {
                let from = own.from.as_deref().unwrap_or(name);
                Some(Minting { from, call: &own.mint, token: &own.token, lifetime: own.lifetime, own: Some(own) })
            }
        }
    }

    /// The texts that are written with the partner's key and credentials: what must be kept secret, and what need not.
    pub fn texts(&self) -> (Vec<&str>, Vec<&str>) {
        match self {
            Api::Header(headers) => (headers.values().map(String::as_str).collect(), Vec::new()),
            Api::Basic(basic) => (vec![&basic.password], vec![&basic.user]),
            Api::Bearer(_) => (Vec::new(), Vec::new()),
            Api::ClientCredentials(own) => {
                (vec![&own.secret], [&own.id].into_iter().chain(&own.scope).map(String::as_str).collect())
            }
        }
    }
}

/// What calls to an API take from the profile: `api_key`, `credentials.NAME`.
pub fn needs(apis: &IndexMap<String, Api>, api: &str) -> BTreeSet<String> {
    let rule = match apis.get(api) {
        Some(Api::Bearer(bearer)) => apis.get(&bearer.from),
        other => other,
    };
    let (secret, open) = rule.map(Api::texts).unwrap_or_default();
    named(&[secret, open].concat())
}

/// The names of the credentials that a provider's APIs take beside the key.
pub fn credentials(apis: &IndexMap<String, Api>) -> BTreeSet<String> {
    let all = apis.values().map(Api::texts).flat_map(|(secret, open)| [secret, open].concat()).collect::<Vec<_>>();
    below(&named(&all))
}

/// Those of them that only say who it is, and are no secret: a name, a client's id.
pub fn open_credentials(apis: &IndexMap<String, Api>) -> BTreeSet<String> {
    let texts = apis.values().map(Api::texts);
    let (secret, open): (Vec<_>, Vec<_>) = texts.unzip();
    let secret = below(&named(&secret.concat()));
    below(&named(&open.concat())).into_iter().filter(|name| !secret.contains(name)).collect()
}

/// Whether what a profile calls so, as in `credentials.id`, is one of those.
pub fn is_open(open: &BTreeSet<String>, name: &str) -> bool {
    name.strip_prefix("credentials.").is_some_and(|name| open.contains(name))
}

fn named(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().flat_map(|text| template::names(text).unwrap_or_default()).collect()
}

fn below(names: &BTreeSet<String>) -> BTreeSet<String> {
    names.iter().filter_map(|name| name.strip_prefix("credentials.")).map(str::to_owned).collect()
}
