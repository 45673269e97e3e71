//! The sample partner that a pack describes in `partner.yaml`.

mod description;
mod profile;
mod role;

pub(in crate::cli) use description::described_nowhere;
