//! Preflight tells a partner, with evidence, whether its integration is ready to go live against a provider.
//!
//! Data flows one way: `cli -> app -> catalog -> plan -> execute -> judge -> report`.

pub mod catalog;
pub mod evidence;
pub mod report;
pub mod simulator;
pub mod template;
pub mod webhook;
