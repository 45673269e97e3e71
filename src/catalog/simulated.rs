//! How a pack describes its provider as we play it: the `simulator` section of `provider.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

/// The provider as the simulator plays it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulated {}
