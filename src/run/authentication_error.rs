//! Why a call to a provider cannot be drafted with authentication.

use crate::pack::types::Environment;

/// What the pack or the profile lacks for a call.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum AuthenticationError {
    #[error("the pack does not say how to authenticate to the API `{api}`")]
    NoRule { api: String },
    #[error("the pack does not name the JSON body with which `{mint}` mints a token for the API `{api}`")]
    NoTokenBody { mint: String, api: String },
    #[error("a token for the API `{api}` needs a client, and this call has none")]
    NoClient { api: String },
    #[error("the API `{api}` does not accept tokens")]
    NoTokens { api: String },
    #[error("the pack's simulator does not play the API `{api}`")]
    NotPlayed { api: String },
    #[error("the pack gives no address of the API `{api}` in {environment}")]
    NoAddress { api: String, environment: Environment },
}
