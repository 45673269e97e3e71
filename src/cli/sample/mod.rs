//! Sample partners: a profile, the surroundings it lives in, and the defects that can be switched on.

mod demo_setup;
mod keys;
mod prepare;
mod scripted;
mod signer;

pub(super) use demo_setup::World;
pub use demo_setup::{Mistake, Sample};
pub(super) use prepare::{Unstaged, stage};
pub(super) use scripted::described_nowhere;
