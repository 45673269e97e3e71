//! Calls the function of each command.

use std::ffi::OsString;
use std::process::ExitCode;

use super::args::{Cli, Command};
use super::exit::Exit;
use super::runtime::{on_runtime, within_runtime};
use super::screen::Screen;
use super::{coverage, demo, email, explain, lint, list, new, outputs, run, schema, simulate, test};
use crate::files::outlive_limits;
use crate::reference_partner;
use crate::sample_partner::{Surroundings, serve};

/// Runs the command and returns its exit code.
pub fn main(cli: Cli) -> ExitCode {
    outlive_limits();
    let screen = Screen::of_process();
    let exit = match cli.command {
        // The commands without a runtime wait for nothing, and a runtime takes time to start.
        Command::Coverage(coverage) => coverage::coverage(&coverage, &screen),
        Command::List(list) => list::list(&list, &screen),
        Command::Email(options) => email::email(&options, &screen),
        Command::Explain(explain) => explain::explain(&explain, &screen),
        Command::Lint(lint) => lint::lint(&lint, &screen),
        Command::Schema(schema) => schema::schema(&schema, &screen),
        Command::Run(run) => within_runtime(&screen, run::run(run, &screen)),
        Command::Demo(demo) => within_runtime(&screen, demo::demo(demo, &screen)),
        Command::Simulate(simulate) => within_runtime(&screen, simulate::simulate(simulate, &screen)),
        Command::Test(test) => within_runtime(&screen, test::test(test, &screen)),
        Command::New(new) => new::new(&new, &screen),
        // These commands have nothing to clean up, so a signal may end them at once.
        Command::Sample(sample) => on_runtime(&screen, sample_partner(sample, &screen)),
        Command::Partner(options) => on_runtime(&screen, reference_partner(options, &screen)),
    };
    ExitCode::from(exit as u8)
}

/// Prints help, the version, or the error in the command line. As with any wrong input, removes earlier reports from
/// the paths where this run would have written its own.
pub fn instead(told: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let screen = Screen::of_process();
    if told.use_stderr() {
        // A report that cannot be removed is not worth another message beside the error in the command line.
        outputs::Outputs::of_arguments(arguments).prepare(screen.keeper()).ok();
    }
    ExitCode::from(screen.help(told) as u8)
}

async fn reference_partner(options: super::args::Partner, screen: &Screen) -> Exit {
    let configured = match reference_partner::Options::from_env() {
        Ok(configured) => configured.with_defect(options.defect),
        Err(error) => {
            screen.complain(&error.to_string());
            return Exit::WrongInput;
        }
    };
    match reference_partner::serve(configured).await {
        Ok(()) => Exit::Success,
        Err(error) => {
            screen.complain(&format!("the reference partner cannot run: {error}"));
            Exit::WrongInput
        }
    }
}

async fn sample_partner(described: super::args::SampleFile, screen: &Screen) -> Exit {
    let served = match Surroundings::from_env() {
        Ok(around) => serve(&described.file, around).await,
        Err(error) => Err(error),
    };
    match served {
        Ok(()) => Exit::Success,
        Err(error) => {
            screen.complain(&error.to_string());
            Exit::WrongInput
        }
    }
}
