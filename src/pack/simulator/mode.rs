//! Where the simulated provider runs.

use schemars::JsonSchema;
use serde::Deserialize;

/// Where a simulation runs; some routes depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The partner's build runs against the simulator.
    Rehearsal,
    /// The simulator replaces the provider's test environment.
    Test,
    /// The simulator replaces the provider's production environment.
    Production,
}

impl Mode {
    /// Returns the word for it in packs.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Rehearsal => "rehearsal",
            Mode::Test => "test",
            Mode::Production => "production",
        }
    }
}
