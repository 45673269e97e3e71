//! Preflight tells a partner, with evidence, whether its integration is ready to go live against a provider.
//!
//! Data flows one way: `cli -> pack, profile -> plan -> run -> judge -> report`.

pub mod address;
pub mod body;
pub mod cli;
pub mod environment;
pub mod evidence;
pub mod files;
pub mod json;
pub mod json_path;
pub mod judge;
pub mod net;
pub mod pack;
pub mod plan;
pub mod profile;
pub mod redact;
pub mod reference_partner;
pub mod report;
pub mod run;
pub mod sample_partner;
pub mod simulator;
pub mod template;
pub mod webhook;
pub mod yaml;
