//! Sample partners: a profile, its environment, and the defects that can be switched on.

mod demo_setup;
mod keys;
mod prepare;
mod scripted;
mod signer;

pub(super) use demo_setup::DemoSetup;
pub use demo_setup::{DemoDefect, Sample};
pub(super) use prepare::{DemoError, prepare_demo};
pub(super) use scripted::described_nowhere;
