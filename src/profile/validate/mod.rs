//! Validates a profile beyond its structure.

pub(super) mod addresses;
pub(super) mod calls;
pub(super) mod programs;
pub(super) mod public_env;
pub(super) mod secrets;
pub(super) mod settings;
pub(super) mod simulator;
pub(super) mod templates;
pub(super) mod trust;
