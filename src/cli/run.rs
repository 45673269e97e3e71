//! `preflight run`: checks a profile against its provider's checklist.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::args::{Run, RunOptions};
use super::drive::{RunSettings, drive};
use super::exit::Exit;
use super::outputs::Outputs;
use super::reporters::{REPORTERS, Reporter};
use super::screen::Screen;
use super::{interrupt, logging, manual_steps};
use crate::pack::load::Catalog;
use crate::pack::types::Span;
use crate::plan::{self, Plan, Selection};
use crate::profile::{self, Variables};
use crate::redact::{Redactor, Sealed};
use crate::report::console::{self, Look};
use crate::report::model::Report;
use crate::report::{junit, write};
use crate::run::{ManualStepSender, StopReason};
use crate::yaml::Problems;

/// The time limit of a run if the profile sets none.
const RUN_TIMEOUT: Span = Span(Duration::from_mins(15));

pub(super) async fn run(run: Run, screen: &Screen) -> Exit {
    // Before anything is read, so that no earlier report is left behind if anything goes wrong from here on.
    let _held = match Outputs::new(&run.options, Some(&run.profile), run.checks.as_deref()).prepare(screen.keeper()) {
        Ok(held) => held,
        Err(problems) => return wrong(screen, &problems),
    };
    let log = match logging::start(&run.options, screen) {
        Ok(log) => log,
        Err(problem) => return wrong(screen, &problem.into()),
    };
    let catalog = match catalog(run.checks.as_deref()) {
        Ok(catalog) => catalog,
        Err(problems) => return wrong(screen, &problems),
    };
    let redactor = screen.keeper().clone();
    let variables = |name: &str| std::env::var(name).ok();
    let plan = match planned(&catalog, &run.profile, &run.options, &variables, &redactor) {
        Ok(plan) => plan,
        Err(problems) => return wrong(screen, &problems),
    };
    let exit = finish(plan, redactor, &run.options, manual_steps::at_terminal(screen), false, screen).await;
    log.end(exit, screen)
}

fn wrong(screen: &Screen, problems: &Problems) -> Exit {
    screen.show_problems(problems);
    Exit::WrongInput
}

/// Returns the available packs: the built-in ones, and those of a folder.
pub(super) fn catalog(folder: Option<&Path>) -> Result<Catalog, Problems> {
    let built_in = Catalog::built_in()?;
    match folder {
        Some(folder) => Ok(built_in.with(Catalog::from_folder(folder)?)),
        None => Ok(built_in),
    }
}

/// Reads a profile and plans its checks.
pub(super) fn planned(
    catalog: &Catalog,
    profile: &Path,
    options: &RunOptions,
    variables: Variables<'_>,
    redactor: &Redactor,
) -> Result<Plan, Problems> {
    let read = profile::read(profile, catalog, variables, redactor)?;
    // Reading the profile has made sure that the pack exists.
    let pack = catalog.packs.get(&read.profile.provider).cloned().ok_or_else(Problems::default)?;
    let selection = Selection { stages: options.stage.clone(), only: options.only.clone(), skip: options.skip.clone() };
    plan::plan(pack, read, selection)
}

/// Carries out a plan, writes the reports to their prepared paths, and returns the exit code.
pub(super) async fn finish(
    plan: Plan,
    redactor: Redactor,
    options: &RunOptions,
    people: ManualStepSender,
    sample: bool,
    screen: &Screen,
) -> Exit {
    let stop = stopping(plan.read.profile.run_within.unwrap_or(RUN_TIMEOUT));
    let how = RunSettings { jobs: options.jobs.map(usize::from), strict: options.strict, people, sample };
    let (keeper, progress) = (redactor.clone(), screen.progress());
    // In a task of its own, so that a panic still ends in a report that says so.
    let driven = tokio::spawn(drive(Arc::new(plan), redactor, how, stop.clone(), progress)).await;
    let report = match driven {
        Ok(Ok(report)) => report,
        Ok(Err(error)) => {
            screen.complain(&error.to_string());
            return Exit::WrongInput;
        }
        Err(error) => return failed(&format!("Preflight failed: {error}"), options, &keeper, screen),
    };
    let writing = interrupt::writing();
    let exit = publish(&report, options, &keeper, screen);
    drop(writing);
    // Kept until here, so that an interruption does not leave half-written reports.
    drop(stop);
    exit
}

/// Reports that the run failed although its input is correct: on the terminal, and in the `JUnit` file for pipelines.
pub(super) fn failed(why: &str, options: &RunOptions, keeper: &Redactor, screen: &Screen) -> Exit {
    let message = keeper.text(why);
    screen.complain(&message);
    if let Some(path) = &options.junit {
        return put(path, &keeper.seal(junit::crash(&message).into_bytes()), Exit::Internal, screen);
    }
    Exit::Internal
}

/// Writes every requested report and returns the exit code of the run. Secrets are removed from each report as a whole
/// before any of it is written.
fn publish(report: &Report, options: &RunOptions, keeper: &Redactor, screen: &Screen) -> Exit {
    // Reports are created and redacted in parallel, because that is most of their cost.
    std::thread::scope(|scope| {
        let seal = |reporter: &Reporter| (reporter.render)(report).map(|text| keeper.seal(text.into_bytes()));
        let wanted = REPORTERS.iter().filter_map(|reporter| Some(((reporter.path)(options).as_ref()?, reporter)));
        let making: Vec<_> = wanted.map(|(path, reporter)| (path, scope.spawn(move || seal(reporter)))).collect();
        let shown = console::render(report, Look { timings: options.timings, ..screen.look() });
        let mut exit = screen.say(&shown, Exit::from_report(report));
        for (path, report) in making {
            let failed = |_| Err(format!("{}: Preflight failed while it created the report", path.display()));
            exit = match report.join().unwrap_or_else(failed) {
                Ok(sealed) => put(path, &sealed, exit, screen),
                Err(why) => {
                    screen.complain(&why);
                    Exit::Internal
                }
            };
        }
        exit
    })
}

/// Writes a report and returns the exit code with which the run ends.
fn put(path: &Path, sealed: &Sealed, exit: Exit, screen: &Screen) -> Exit {
    if !sealed.hits.is_empty() {
        screen.complain(&format!("{}: removed {} before writing", path.display(), sealed.hits.join(", ")));
    }
    match write::write(path, &sealed.bytes) {
        Ok(()) => exit,
        Err(error) => {
            screen.complain(&error.to_string());
            exit.lost()
        }
    }
}

/// Returns a receiver that says why the run must stop: a person interrupts it, or its time is over.
pub(super) fn stopping(within: Span) -> watch::Receiver<StopReason> {
    let (sender, receiver) = watch::channel(StopReason::No);
    // An interruption is handled from now on until all receivers are dropped; before and after, it ends the program at
    // once.
    let mut heed = interrupt::heed();
    tokio::spawn(async move {
        let why = tokio::select! {
            () = heed.interrupted() => StopReason::Interrupted,
            () = tokio::time::sleep(within.0) => StopReason::OutOfTime,
            () = sender.closed() => StopReason::No,
        };
        sender.send(why).ok();
        // The receivers may read the last value as long as they live.
        sender.closed().await;
        drop(heed);
    });
    receiver
}
