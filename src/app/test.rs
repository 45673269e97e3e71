//! `preflight test DIR`: the three tests of each check, without a line of code. The sample partner that the pack
//! describes passes everything, each of its faults is caught by its own check and fails nothing unrelated, and a
//! partner that does nothing leaves everything undecided.

mod table;
mod verdicts;

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::sample::{Role, Sample, Unstaged};
use super::selftest::{JOBS, Trial, wanted};
use super::{Exit, Screen};
use crate::catalog::load::{Catalog, Pack};
use crate::catalog::sample::{Fault, Sampled};
use crate::cli::Test;
use crate::report::model::Report;
use crate::yaml::{Problem, Problems};
use verdicts::Found;

pub(super) async fn test(test: Test, screen: &Screen) -> Exit {
    let (catalog, wanted) = match (Catalog::from_folder(&test.folder), wanted(&test.only)) {
        (Ok(catalog), Ok(wanted)) => (catalog, wanted),
        (Err(problems), _) => return wrong(&problems, screen),
        (_, Err(why)) => {
            screen.complain(&why);
            return Exit::WrongInput;
        }
    };
    let mut sampled = Vec::new();
    let mut without = Vec::new();
    for pack in catalog.packs.values() {
        match &pack.sample {
            Some(sample) => sampled.push((pack, sample)),
            None => without.push(no_sample(pack)),
        }
    }
    if !without.is_empty() {
        return wrong(&Problems(without), screen);
    }
    if !catalog.packs.values().any(|pack| pack.checks.iter().any(|packed| wanted(&packed.check.id))) {
        let problem = Problem::of_file("command line", format!("no check is like `{}`", test.only.join("` or `")));
        let ids = || catalog.packs.values().flat_map(|pack| pack.checks.iter().map(|packed| packed.check.id.as_str()));
        return wrong(&problem.nearest(&test.only[0], ids()).into(), screen);
    }
    let jobs = test.jobs.map_or(JOBS, usize::from);
    let mut exit = Exit::Ready;
    for (pack, sample) in sampled {
        let trials = Trials { pack, sampled: sample, wanted: &wanted, screen };
        exit = match trials.all(jobs).await {
            Ok(found) => table::show(pack, found, screen),
            Err(Unstaged::Problems(problems)) => return wrong(&problems, screen),
            Err(Unstaged::Trouble(why)) => {
                screen.complain(&format!("{}: the trial cannot be made: {why}", pack.id));
                return Exit::Internal;
            }
        }
        .worse(exit);
    }
    exit
}

fn wrong(problems: &Problems, screen: &Screen) -> Exit {
    screen.show_problems(problems);
    Exit::WrongInput
}

fn no_sample(pack: &Pack) -> Problem {
    let message = "this pack has no sample partner to be tested with: there is no `partner.yaml` beside this file";
    let problem = pack.document.problem("", message);
    problem.hint("`preflight new pack NAME --in SOMEWHERE` writes one to begin with; copy its `partner.yaml`")
}

impl Exit {
    /// The worse of two ends of a test.
    fn worse(self, other: Exit) -> Exit {
        if self == Exit::Ready { other } else { self }
    }
}

/// One partner that is tried.
#[derive(Clone, Copy)]
enum Part<'t> {
    Conforming,
    /// With a fault of a check, by its name.
    Faulty(&'t str, &'t str, &'t Fault),
    Silent,
}

impl Part<'_> {
    fn words(&self) -> String {
        match self {
            Part::Conforming => "(conforming)".into(),
            Part::Faulty(check, name, _) => format!("{check}: {name}"),
            Part::Silent => "(silent)".into(),
        }
    }
}

/// The trials of a pack.
struct Trials<'t, W> {
    pack: &'t Arc<Pack>,
    sampled: &'t Sampled,
    /// Which checks' faults are tried.
    wanted: &'t W,
    screen: &'t Screen,
}

impl<W: Fn(&str) -> bool> Trials<'_, W> {
    /// Tries all partners, and gathers what each check did with them.
    async fn all(&self, jobs: usize) -> Result<Found<'_>, Unstaged> {
        let faults = self.sampled.partner.faults.iter().filter(|(check, _)| (self.wanted)(check));
        let faults = faults.flat_map(|(check, faults)| {
            faults.iter().map(move |(name, fault)| Part::Faulty(check.as_str(), name.as_str(), fault))
        });
        let parts: Vec<Part<'_>> = [Part::Conforming, Part::Silent].into_iter().chain(faults).collect();
        let trials = parts.iter().map(|part| async move { (part, self.tried(*part).await) });
        let mut tried = stream::iter(trials).buffer_unordered(jobs);
        let mut found = Found::new(self.pack, self.sampled, self.wanted);
        while let Some((part, report)) = tried.next().await {
            let report = report?;
            let right = match part {
                Part::Conforming => found.conforming(&report),
                Part::Faulty(check, name, fault) => found.faulty(check, name, fault, &report),
                Part::Silent => found.silent(&report),
            };
            self.screen.note(&format!("{:5} {}", if right { "ok" } else { "WRONG" }, part.words()));
        }
        found.unproved();
        Ok(found)
    }

    async fn tried(&self, part: Part<'_>) -> Result<Report, Unstaged> {
        let role = match part {
            Part::Conforming => Role::Conforming,
            Part::Faulty(_, _, fault) => Role::Faulty(fault),
            Part::Silent => Role::Silent,
        };
        let sample = Sample::scripted(self.pack, self.sampled, role)?;
        Trial { sample: &sample, quick: false }.report(None).await
    }
}
