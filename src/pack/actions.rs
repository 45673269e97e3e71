//! What others do for a check: the actions of the partner's build, the manual steps of a person, and the clean-up of
//! clients.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::types::Text;
use crate::json_path::{FORMAT, JsonPath};

/// An action that Preflight asks the partner's build to perform.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionSpec {
    /// A description for people.
    pub description: String,
    /// The arguments of the action besides the client, as templates over `client` and `n`, a number unique to each
    /// subject. Templates in the profile read them by these names.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// The arguments that identify the partner's later calls, because no other client has them.
    #[serde(default)]
    pub identified_by: Vec<String>,
}

/// A manual step that a person takes at the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualStepSpec {
    /// The instructions to that person; a template over `client`.
    pub instructions: Text,
    /// How to detect that the step is done; without it, the person confirms it.
    pub until: Option<DetectionRule>,
}

/// How to detect that something has happened at the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectionRule {
    /// The method and path to poll; a template over `client`.
    pub request: Text,
    /// The API.
    pub api: String,
    /// The values that the JSON body must then have, by JSON path; compared as JSON.
    #[schemars(extend("propertyNames" = { "format": FORMAT }))]
    pub body: IndexMap<JsonPath, Value>,
}

/// How to delete a client that a run created: how to recognise it, whether it may be deleted, and the call that deletes
/// it. Texts are templates over `client`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cleanup {
    /// The API.
    pub api: String,
    /// The call that shows the client.
    pub look: Text,
    /// The JSON path of the client's e-mail address in the response; only a client with an address generated in this
    /// run is deleted.
    pub email: JsonPath,
    /// The call that says whether the client may be deleted.
    pub ask: Text,
    /// The JSON path of that answer in the response.
    pub deletable: JsonPath,
    /// The JSON path of the reasons against it in the response.
    pub blockers: JsonPath,
    /// The call that deletes it.
    pub delete: Text,
}
