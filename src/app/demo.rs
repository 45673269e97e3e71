//! `preflight demo`: the sample profile, run like any other, in a world of stand-ins that is made for it.

mod signer;
mod stage;
mod world;

use super::{Exit, Screen, people, run};
use crate::cli::Demo;
use crate::report::text::for_terminal;
use crate::secret::Redactor;
use crate::yaml::{Problem, Problems};

pub(super) use stage::{Unstaged, stage};
pub use world::{Mistake, World, described};

/// The provider of the demo.
const PROVIDER: &str = "debitura";

pub(super) async fn demo(demo: Demo, screen: &Screen) -> Exit {
    let world = match described() {
        Ok(world) => world,
        Err(problems) => {
            screen.show_problems(&problems);
            return Exit::Internal;
        }
    };
    let mistake = match &demo.defect {
        None => None,
        Some(name) if name == "help" => {
            screen.say(&listed(&world));
            return Exit::Ready;
        }
        Some(name) => match world.defects.iter().find(|mistake| mistake.name == *name) {
            Some(mistake) => Some(mistake.clone()),
            None => {
                let problem = Problem::of_file("command line", format!("there is no defect `{name}`"));
                let near = problem.clone().nearest(name, world.defects.iter().map(|mistake| mistake.name.as_str()));
                let problem =
                    if near.hint.is_some() { near } else { problem.hint("`preflight demo --defect help` lists them") };
                screen.show_problems(&Problems::from(problem));
                return Exit::WrongInput;
            }
        },
    };
    let redactor = Redactor::new();
    let ask = if demo.sign_by_hand { people::at_terminal(screen) } else { None };
    match stage(mistake.as_ref(), &demo.options, &redactor, ask).await {
        Ok(mut staged) => match staged.plan.take() {
            Some(plan) => run::finish(plan, redactor, &demo.options, staged.people.clone(), true, screen).await,
            None => Exit::Internal,
        },
        Err(Unstaged::Problems(problems)) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
        Err(Unstaged::Trouble(why)) => {
            screen.complain(&redactor.text(&why));
            Exit::Internal
        }
    }
}

fn listed(world: &World) -> String {
    let widest = world.defects.iter().map(|mistake| mistake.name.len()).max().unwrap_or(0);
    let line = |mistake: &Mistake| format!("  {:widest$}  {} ({})\n", mistake.name, mistake.words(), mistake.caught_by);
    let lines: String = world.defects.iter().map(line).collect();
    for_terminal(&format!("Mistakes of the sample partner, and the check that catches each:\n\n{lines}"))
}
