//! Values of the profile, and of the files from which production loads them.

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
