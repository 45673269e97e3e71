//! The `preflight` program.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    preflight::app::main(preflight::cli::Cli::parse())
}
