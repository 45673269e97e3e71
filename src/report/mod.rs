//! Reports: one finished model, and writers that render it.
//!
//! Each writer is a function of the model and of nothing else that could change its bytes between two runs, apart
//! from the small values that it takes. None of them looks at the terminal, the clock or the environment.

mod block;
pub mod build;
pub mod console;
pub mod explain;
pub mod json;
pub mod junit;
mod map;
pub mod markdown;
pub mod model;
mod outline;
pub mod sentence;
mod stream;
pub mod text;
mod timeline;
mod words;
pub mod write;
