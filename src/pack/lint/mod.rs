//! The lints of packs: what a schema cannot express, such as unknown names, checks that cannot fail and circular
//! `needs`.

mod check;
mod contradictions;
mod emails;
mod linter;
mod optional;
mod pack;
mod profile_names;
mod prose;
mod provider;
mod rehearsal;
mod sample_partner;
mod scheme;
mod templates;
mod texts;
mod traffic;
mod unlinted;
mod unused;
mod vacuous;

pub(super) use pack::pack;
pub(super) use sample_partner::sample;
pub(super) use texts::{Texts, texts};
pub(super) use unlinted::PendingLint;
