//! Reads configuration values from the profile, and from the files that production loads.

mod dotenv;
mod entries;
mod error;
mod file;
mod ini;
mod json;
mod placeholder;
mod properties;
mod tree;
mod value;
mod yaml;

pub(super) use value::read;
