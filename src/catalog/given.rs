//! Where a check begins (`given`): its clients, the states they are brought to, and what is arranged to go otherwise.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::words::{Route, Span};

/// Both sides brought to where the check begins.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// One client, in a state.
    pub client: Option<Beginning>,
    /// What is arranged to go otherwise for that one.
    #[serde(default)]
    #[serde(rename = "override")]
    pub overlay: Overlays,
    /// Several clients, by name.
    #[serde(default)]
    pub clients: IndexMap<String, Beginning>,
    /// The variant of the partner's build, by its name in the profile, where it is not the plain one.
    pub variant: Option<String>,
}

impl Given {
    /// The clients by name, each with where it begins; the only one of a check is called `client`.
    pub fn all(&self) -> Vec<(&str, Beginning)> {
        let only = self.client.iter().map(|beginning| {
            let mut beginning = beginning.clone();
            beginning.overlay.0.extend(self.overlay.0.iter().cloned());
            ("client", beginning)
        });
        only.chain(self.clients.iter().map(|(name, beginning)| (name.as_str(), beginning.clone()))).collect()
    }
}

/// Where a client begins: a state alone, or with what is arranged for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    /// The state, as the pack's simulator names it.
    pub is: String,
    /// What is arranged to go otherwise.
    pub overlay: Overlays,
}

/// The long form of [`Beginning`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InFull {
    /// The state, as the pack's simulator names it.
    #[serde(rename = "state")]
    is: String,
    /// What is arranged to go otherwise.
    #[serde(default)]
    #[serde(rename = "override")]
    overlay: Overlays,
}

impl<'de> Deserialize<'de> for Beginning {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(is) => Ok(Beginning { is, overlay: Overlays::default() }),
            other => serde_json::from_value(other)
                .map(|InFull { is, overlay }| Beginning { is, overlay })
                .map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for Beginning {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Beginning".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let in_full = generator.subschema_for::<InFull>();
        schemars::json_schema!({
            "description": "a state, or `{ is: STATE, overlay }`",
            "if": { "type": "string" }, "then": true, "else": in_full
        })
    }
}

/// One overlay or several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlays(pub Vec<Overlay>);

impl<'de> Deserialize<'de> for Overlays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = match Value::deserialize(deserializer)? {
            Value::Array(list) => list,
            one => vec![one],
        };
        let overlays = list.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
        overlays.map(Overlays).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Overlays {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Overlays".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<Overlay>();
        schemars::json_schema!({
            "description": "an overlay or a list of them",
            "if": { "type": "array" }, "then": { "minItems": 1, "items": one }, "else": one
        })
    }
}

/// Something that goes otherwise for a client's own calls: on a route, or with a credential. When it is used up, the
/// ordinary reply returns.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// The route. Without it a credential is meant.
    pub on: Option<Route>,
    /// What becomes of the tokens that the client's calls carry.
    pub credential: Option<CredentialFate>,
    /// For a credential: only the first time.
    #[serde(default)]
    pub once: bool,
    /// Only at the nth such call after the set-up, counted from 1; otherwise at every one.
    #[schemars(range(min = 1))]
    pub nth: Option<u32>,
    /// One of the pack's replies, instead.
    pub reply: Option<String>,
    /// Values that this reply reads as `with`.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// Another status of the ordinary reply.
    pub status: Option<u16>,
    /// Members of the ordinary reply's body, replaced or added; a name with dots reaches inside.
    #[serde(default)]
    pub change: Map<String, Value>,
    /// The reply comes late.
    pub delay: Option<Span>,
    /// The connection ends without a reply.
    pub drop_connection: Option<Dropping>,
}

/// What becomes of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialFate {
    /// It is refused as expired, and stays refused.
    Expired,
}

/// When a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dropping {
    /// Nothing has been done.
    BeforeProcessing,
    /// What was asked for has been done.
    AfterProcessing,
}
