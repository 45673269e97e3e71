//! Sample partners: a profile, the world it lives in, and the mistakes that can be switched on, all of them a pack's data.

mod keys;
mod scripted;
mod signer;
mod stage;
mod world;

pub(super) use scripted::described_nowhere;
pub(super) use stage::{Unstaged, stage};
pub(super) use world::World;
pub use world::{Mistake, Sample};
