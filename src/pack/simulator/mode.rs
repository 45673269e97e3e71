//! Where the simulated provider is played.

use schemars::JsonSchema;
use serde::Deserialize;

/// Where a play takes place, which some routes ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The partner's build runs against us.
    Rehearsal,
    /// We stand in for the provider's test environment.
    Test,
    /// We stand in for the provider's production environment.
    Production,
}

impl Mode {
    /// The word in packs.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Rehearsal => "rehearsal",
            Mode::Test => "test",
            Mode::Production => "production",
        }
    }
}
