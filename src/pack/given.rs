//! The set-up of a check (`given`): its clients, their states, and the overrides of replies.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::types::{Listed, OneOrMany, Route, Span};

/// The set-up of both sides before the check begins.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// One client in a state.
    pub client: Option<ClientSetup>,
    /// The overrides for that client.
    #[serde(default)]
    #[serde(rename = "override")]
    pub overrides: Overrides,
    /// Several clients, by name.
    #[serde(default)]
    pub clients: IndexMap<String, ClientSetup>,
    /// The variant of the partner's build, by its name in the profile; by default, the plain build.
    pub variant: Option<String>,
}

impl Given {
    /// Returns the clients by name, each with its set-up; the only client of a check is called `client`.
    pub fn client_setups(&self) -> Vec<(&str, ClientSetup)> {
        let only = self.client.iter().map(|beginning| {
            let mut beginning = beginning.clone();
            beginning.change.0.extend(self.overrides.0.iter().cloned());
            ("client", beginning)
        });
        only.chain(self.clients.iter().map(|(name, beginning)| (name.as_str(), beginning.clone()))).collect()
    }
}

/// The set-up of a client: a state, alone or with overrides.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientSetup {
    /// The name of the state in the pack's simulator.
    pub is: String,
    /// The overrides for this client.
    pub change: Overrides,
}

/// The long form of [`ClientSetup`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FullSetup {
    /// The name of the state in the pack's simulator.
    state: String,
    /// The overrides for this client.
    #[serde(default)]
    #[serde(rename = "override")]
    overrides: Overrides,
}

impl<'de> Deserialize<'de> for ClientSetup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(is) => Ok(ClientSetup { is, change: Overrides::default() }),
            other => serde_json::from_value(other)
                .map(|FullSetup { state: is, overrides: change }| ClientSetup { is, change })
                .map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for ClientSetup {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClientSetup".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let in_full = generator.subschema_for::<FullSetup>();
        schemars::json_schema!({
            "description": "a state, or `{ state: STATE, override }`",
            "if": { "type": "string" }, "then": true, "else": in_full
        })
    }
}

/// One override or several.
pub type Overrides = OneOrMany<Override>;

impl Listed for Override {
    const EXPECTED: &'static str = "an override or a list of overrides";
}

/// A changed reply for the client's own calls, on a route or for a credential. When the override is used up, the
/// ordinary reply returns.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The route; without it, the override is for a credential.
    pub on: Option<Route>,
    /// What happens to the tokens of the client's calls.
    pub credential: Option<CredentialFate>,
    /// For a credential: only once.
    #[serde(default)]
    pub once: bool,
    /// Only for the nth such call after the set-up, counted from 1; by default, for every call.
    #[schemars(range(min = 1))]
    pub nth: Option<u32>,
    /// One of the pack's replies instead of the ordinary one.
    pub reply: Option<String>,
    /// Values that the reply reads as `with`.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// Another status for the ordinary reply.
    pub status: Option<u16>,
    /// Fields to replace or add in the body of the ordinary reply; a dotted name reaches nested fields.
    #[serde(default)]
    pub change: Map<String, Value>,
    /// The delay before the reply.
    pub delay: Option<Span>,
    /// Drop the connection without a reply.
    pub drop_connection: Option<Dropping>,
}

/// What happens to a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialFate {
    /// It is rejected as expired, and stays rejected.
    Expired,
}

/// When the connection drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dropping {
    /// Before the request is processed.
    BeforeProcessing,
    /// After the request is processed.
    AfterProcessing,
}
