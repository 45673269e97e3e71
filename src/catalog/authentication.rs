//! How one authenticates to a provider's APIs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::words::{Route, Span, Text};

/// How one authenticates to an API. Texts are templates over `api_key` and `credentials`, which are the profile's.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Api {
    /// A key in one or more headers.
    Header(BTreeMap<String, Text>),
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
