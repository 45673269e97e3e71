//! `preflight email`: prints the emails that a partner sends to its provider, written from its profile.

use super::exit::Exit;
use super::screen::Screen;
use super::{args, run};
use crate::pack::types::Environment;
use crate::profile::{self, Inputs};
use crate::redact::Redactor;
use crate::report::text::for_terminal;
use crate::yaml::{Problem, Problems};

pub(super) fn email(options: &args::Email, screen: &Screen) -> Exit {
    match written(options, screen.keeper()) {
        Ok(text) => screen.say(&for_terminal(&text), Exit::Success),
        Err(problems) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
    }
}

/// Writes every email of the pack for the requested environments.
fn written(options: &args::Email, redactor: &Redactor) -> Result<String, Problems> {
    let catalog = run::catalog(options.checks.as_deref())?;
    let read = profile::read(&options.profile, &catalog, &|name: &str| std::env::var(name).ok(), redactor)?;
    let pack = catalog.pack(&read.profile.provider)?;
    let bound = Inputs::new(&read, &pack);
    let wrong = |message: String| Problem::of_file(&options.profile.display().to_string(), message);
    if pack.provider.emails.is_empty() {
        return Err(wrong(format!("the pack of {} has no emails", pack.provider.name)).into());
    }
    let has = |environment: &Environment| read.profile.environments.contains_key(environment);
    let environments: Vec<Environment> = match options.environment {
        Some(one) => vec![one],
        None => [Environment::Test, Environment::Production].into_iter().filter(has).collect(),
    };
    if environments.is_empty() {
        let problem = wrong("the profile has no environments, so there is no email to write".into());
        return Err(problem.hint("add `environments.test` and `environments.production`").into());
    }
    let (mut emails, mut problems) = (Vec::new(), Vec::new());
    for environment in environments {
        for name in pack.provider.emails.keys() {
            match profile::write_email(&read, &bound, &pack, name, environment) {
                Ok(email) => emails.push(email.to_string()),
                Err(lacking) => problems.extend(
                    lacking
                        .into_iter()
                        .map(|how| wrong(format!("the email `{name}` for {environment} cannot be written")).hint(how)),
                ),
            }
        }
    }
    if problems.is_empty() { Ok(emails.join("\n----\n\n")) } else { Err(Problems(problems)) }
}
