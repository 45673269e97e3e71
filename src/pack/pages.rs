//! What a partner passes to the provider's own pages when it leads a client to them.

use schemars::JsonSchema;
use serde::Deserialize;

/// How a client returns from the provider's pages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnUrl {
    /// The query parameter that holds the URL to come back to.
    pub parameter: String,
}
