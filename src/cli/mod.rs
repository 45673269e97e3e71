//! The command line: its arguments, and one file for each command.

pub mod args;
mod coverage;
mod demo;
mod dispatch;
pub mod drive;
mod email;
mod exit;
mod explain;
mod interrupt;
mod lint;
mod list;
mod logging;
mod manual_steps;
mod new;
mod outputs;
mod reporters;
mod run;
mod runtime;
pub mod sample;
pub mod schema;
mod screen;
mod simulate;
mod simulated_environments;
mod temporary;
mod test;
mod test_provider;

pub use dispatch::{instead, main};
pub use exit::Exit;
