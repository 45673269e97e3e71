//! The `preflight` program.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use preflight::cli;
use preflight::cli::args::Cli;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli::main(cli),
        // Help and the version arrive here too, although they are no errors.
        Err(told) => cli::instead(&told, &arguments),
    }
}
