//! Preflight tells a partner, with evidence, whether its integration is ready to go live against a provider.
//!
//! Data flows one way: `cli -> app -> catalog -> plan -> execute -> judge -> report`.

pub mod address;
pub mod app;
pub mod catalog;
pub mod cli;
pub mod environment;
pub mod evidence;
pub mod execute;
pub mod files;
pub mod gate;
mod issued;
pub mod json;
pub mod judge;
pub mod partner;
pub mod plan;
pub mod proxy;
pub mod report;
pub mod sample;
pub mod secret;
pub mod simulator;
mod spelling;
pub mod template;
pub mod webhook;
pub mod wire;
pub mod yaml;
