//! Reports: one finished model, and writers that render it.

mod block;
pub mod build;
pub mod console;
pub mod explain;
pub mod json;
pub mod junit;
mod labels;
mod map;
pub mod markdown;
pub mod model;
mod outline;
pub mod sentence;
mod stream;
pub mod text;
mod timeline;
pub mod write;
