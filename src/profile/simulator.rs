//! Where a build that Preflight does not start finds the simulated provider.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::redact::Secret;

/// Fixed settings for the simulator of a rehearsal. All others change in each run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SimulatorSettings {
    /// The address to listen on: a loopback address, or `0.0.0.0` for a build in a container.
    #[schemars(with = "Option<String>")]
    pub bind: Option<IpAddr>,
    /// The port of each API.
    pub ports: BTreeMap<String, u16>,
    /// The key that the build uses: one that was made up for rehearsals.
    #[schemars(with = "Option<String>")]
    pub api_key: Option<Secret>,
}
