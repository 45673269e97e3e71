//! The small types that check files, `provider.yaml` and profiles share: spans of time, routes, stages, statuses.

mod common;
mod one_or_many;
mod route;

pub use common::{Age, Environment, Names, Span, Stage, StatusRule, Text, Where};
pub use one_or_many::{Listed, OneOrMany};
pub use route::Route;
