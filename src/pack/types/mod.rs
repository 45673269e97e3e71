//! The small types that check files, `provider.yaml` and profiles share: spans of time, routes, stages, statuses.

mod common;
mod route;

pub use common::{Age, Environment, Names, Span, Stage, StatusRule, Text, Where};
pub use route::Route;
