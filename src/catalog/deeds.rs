//! What others do for a check: the partner's software, a person, and who cleans up.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::words::Text;

/// What a partner's build can be asked to do.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionWord {
    /// In words.
    #[serde(rename = "description")]
    pub says: String,
    /// What the action is told beside the client, as templates over `n`, a number that no other subject has, and
    /// `client`. The profile's templates read them by these names.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// The arguments by which a call that the partner then makes is recognised, since no other client has them.
    #[serde(default)]
    #[serde(rename = "identified_by")]
    pub recognised_by: Vec<String>,
}

/// Something that a person does at the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// What, in words to that person; a template over `client`.
    #[serde(rename = "instructions")]
    pub says: Text,
    /// By what it is seen that it is done; without it, the person says so.
    pub until: Option<Sign>,
}

/// By what it is seen that something has happened at the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Method and path that are asked again and again; a template over `client`.
    pub request: Text,
    /// The API.
    pub api: String,
    /// What its JSON body must then say, by path; equal as JSON.
    pub body: IndexMap<String, Value>,
}

/// How a client that a run created is taken away: what it is recognised by, whether it may go, and how it goes. Texts
/// are templates over `client`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CleanUp {
    /// The API.
    pub api: String,
    /// The call that shows the client.
    pub look: Text,
    /// Where its answer holds the client's e-mail address, as a JSON path: only one that was made up in this run goes.
    pub email: String,
    /// The call that says whether the client may be deleted.
    pub ask: Text,
    /// Where its answer says so, as a JSON path.
    pub deletable: String,
    /// Where its answer says why not, as a JSON path.
    pub blockers: String,
    /// The call that deletes it.
    pub delete: Text,
}
