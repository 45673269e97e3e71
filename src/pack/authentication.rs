//! How calls to a provider's APIs are authenticated.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::types::{Route, Span, Text};
use crate::json_path::JsonPath;
use crate::template;

/// How to authenticate to an API. Texts are templates over `api_key` and `credentials` from the profile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Api {
    /// A key in one or more headers.
    Header(#[schemars(extend("minProperties" = 1))] BTreeMap<String, Text>),
    /// HTTP Basic with a user name and a password, RFC 7617.
    Basic(Basic),
    /// A bearer token per client, which another call issues.
    Bearer(Bearer),
    /// A bearer token for the partner itself (client credentials grant, RFC 6749, section 4.4).
    ClientCredentials(ClientCredentials),
}

/// A user name and a password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    /// The name.
    pub user: Text,
    /// The password.
    #[serde(default)]
    pub password: Text,
}

/// A bearer token, and the call that issues it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bearer {
    /// The API that issues the token.
    pub from: String,
    /// The call that issues the token.
    pub mint: Route,
    /// The JSON body of that call, as a template over `client`, for calls that Preflight makes.
    pub json: Option<Value>,
    /// The JSON path of the token in the response.
    pub token: JsonPath,
    /// The lifetime of a token.
    pub lifetime: Span,
}

/// A token for the partner itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCredentials {
    /// The API that has the token endpoint, if it is another one; that call carries no token.
    pub from: Option<String>,
    /// The token endpoint.
    pub mint: Route,
    /// The client id.
    pub id: Text,
    /// The client secret.
    pub secret: Text,
    /// The requested scope.
    pub scope: Option<Text>,
    /// How the client id and secret are sent.
    #[serde(default)]
    pub sent: CredentialsSent,
    /// The JSON path of the token in the response.
    #[serde(default = "access_token")]
    pub token: JsonPath,
    /// The lifetime of a token.
    pub lifetime: Span,
}

fn access_token() -> JsonPath {
    "$.access_token".parse().unwrap_or_else(|_| JsonPath::root())
}

/// How the client id and secret are sent to the token endpoint, RFC 6749, section 2.3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialsSent {
    /// As HTTP Basic user name and password.
    #[default]
    Basic,
    /// In the form, as `client_id` and `client_secret`.
    Form,
}

/// A call that issues tokens for an API.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    /// The API that the call is made to.
    pub from: &'a str,
    /// The method and path of the call.
    pub call: &'a Route,
    /// The JSON path of the token in the response.
    pub token: &'a JsonPath,
    /// The lifetime of a token.
    pub lifetime: Span,
    /// The client credentials that it sends for the partner itself; without them, it issues a token for each client of
    /// the partner.
    pub own: Option<&'a ClientCredentials>,
}

impl Api {
    /// Returns the call that issues tokens for this API, whose name is `name`; none if the API takes no tokens.
    pub fn token_request<'a>(&'a self, name: &'a str) -> Option<TokenRequest<'a>> {
        match self {
            Api::Header(_) | Api::Basic(_) => None,
            Api::Bearer(Bearer { from, mint, token, lifetime, json: _ }) => {
                Some(TokenRequest { from, call: mint, token, lifetime: *lifetime, own: None })
            }
            Api::ClientCredentials(own) => {
                let from = own.from.as_deref().unwrap_or(name);
                Some(TokenRequest { from, call: &own.mint, token: &own.token, lifetime: own.lifetime, own: Some(own) })
            }
        }
    }

    /// Returns the texts that contain the partner's key and credentials: first those that must be kept secret, then the
    /// others.
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

/// Returns the names that calls to an API read from the profile: `api_key`, `credentials.NAME`.
pub fn needs(apis: &IndexMap<String, Api>, api: &str) -> BTreeSet<String> {
    let rule = match apis.get(api) {
        Some(Api::Bearer(bearer)) => apis.get(&bearer.from),
        other => other,
    };
    let (secret, open) = rule.map(Api::texts).unwrap_or_default();
    named(&[secret, open].concat())
}

/// Returns the names of the credentials that a provider's APIs need besides the key.
pub fn credentials(apis: &IndexMap<String, Api>) -> BTreeSet<String> {
    let all = apis.values().map(Api::texts).flat_map(|(secret, open)| [secret, open].concat()).collect::<Vec<_>>();
    below(&named(&all))
}

/// Returns those of these credentials that only identify the partner and are not secret, such as a client id.
pub fn open_credentials(apis: &IndexMap<String, Api>) -> BTreeSet<String> {
    let texts = apis.values().map(Api::texts);
    let (secret, open): (Vec<_>, Vec<_>) = texts.unzip();
    let secret = below(&named(&secret.concat()));
    below(&named(&open.concat())).into_iter().filter(|name| !secret.contains(name)).collect()
}

/// Whether a name in a profile, such as `credentials.id`, is one of these open credentials.
pub fn is_open(open: &BTreeSet<String>, name: &str) -> bool {
    name.strip_prefix("credentials.").is_some_and(|name| open.contains(name))
}

fn named(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().flat_map(|text| template::names(text).unwrap_or_default()).collect()
}

fn below(names: &BTreeSet<String>) -> BTreeSet<String> {
    names.iter().filter_map(|name| name.strip_prefix("credentials.")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_looked_for_where_oauth_puts_it() {
        assert_eq!(access_token().first(&json!({ "access_token": "t" })), Some(&json!("t")));
    }
}
