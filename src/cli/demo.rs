//! `preflight demo`: runs the sample profile like any other, against simulated environments that are started for it.

use std::path::Path;

use super::args::Demo;
use super::exit::Exit;
use super::outputs::Outputs;
use super::sample::{DemoDefect, DemoError, Sample, prepare_demo};
use super::screen::Screen;
use super::{interrupt, logging, manual_steps, run};
use crate::pack::load::Catalog;
use crate::report::text::for_terminal;
use crate::yaml::{Problem, Problems};

/// The provider of the demo if the user names none.
const PROVIDER: &str = "debitura";

pub(super) async fn demo(demo: Demo, screen: &Screen) -> Exit {
    let runs = demo.defect.as_deref() != Some("help");
    let named = if runs { Outputs::new(&demo.options, None, demo.checks.as_deref()) } else { Outputs::default() };
    let _held = match named.prepare(screen.keeper()) {
        Ok(held) => held,
        Err(problems) => {
            screen.show_problems(&problems);
            return Exit::WrongInput;
        }
    };
    let log = match logging::start(&demo.options, screen) {
        Ok(log) => log,
        Err(problem) => {
            screen.show_problems(&problem.into());
            return Exit::WrongInput;
        }
    };
    let sample = match sample(demo.provider.as_deref(), demo.checks.as_deref()) {
        Ok(sample) => sample,
        Err(problems) => {
            screen.show_problems(&problems);
            return Exit::WrongInput;
        }
    };
    let defects = &sample.setup.defects;
    let defect = match &demo.defect {
        None => None,
        Some(name) if name == "help" => {
            return screen.say(&listed(defects), Exit::Success);
        }
        Some(name) => match defects.iter().find(|defect| defect.name == *name) {
            Some(defect) => Some(defect.clone()),
            None => {
                let problem = Problem::of_file("command line", format!("there is no defect `{name}`"));
                let near = problem.clone().nearest(name, defects.iter().map(|defect| defect.name.as_str()));
                let problem =
                    if near.hint.is_some() { near } else { problem.hint("`preflight demo --defect help` lists them") };
                screen.show_problems(&Problems::from(problem));
                return Exit::WrongInput;
            }
        },
    };
    let redactor = screen.keeper().clone();
    let ask = if demo.sign_by_hand { manual_steps::at_terminal(screen) } else { None };
    // An interruption during the preparation still produces reports.
    let _heed = interrupt::heed();
    let exit = match prepare_demo(&sample, defect.as_ref(), &demo.options, &redactor, ask).await {
        Ok(prepared) => {
            run::finish(prepared.plan, redactor, &demo.options, prepared.people.clone(), true, screen).await
        }
        Err(DemoError::Problems(problems)) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
        Err(DemoError::Trouble(why)) => run::failed(&why, &demo.options, &redactor, screen),
    };
    log.end(exit, screen)
}

/// Returns the sample partner of a built-in provider, or the one that a pack in a folder describes.
pub(super) fn sample(provider: Option<&str>, folder: Option<&Path>) -> Result<Sample, Problems> {
    let provider = provider.unwrap_or(PROVIDER);
    match folder {
        Some(folder) => Sample::of_folder(&Catalog::from_folder(folder)?, provider),
        None => Sample::built_in(provider),
    }
}

fn listed(defects: &[DemoDefect]) -> String {
    let widest = defects.iter().map(|defect| defect.name.len()).max().unwrap_or(0);
    let line =
        |defect: &DemoDefect| format!("  {:widest$}  {} ({})\n", defect.name, defect.describe(), defect.caught_by);
    let lines: String = defects.iter().map(line).collect();
    for_terminal(&format!("Defects of the sample partner, and the check that catches each:\n\n{lines}"))
}
