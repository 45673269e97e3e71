//! Preflight tells a partner, with evidence, whether its integration is ready to go live against a provider.
//!
//! Data flows one way: `cli -> app -> catalog -> plan -> execute -> judge -> report`.

pub mod address;
pub mod catalog;
pub mod environment;
pub mod evidence;
pub mod gate;
pub mod report;
pub mod secret;
pub mod template;
pub mod wire;
