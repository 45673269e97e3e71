//! `preflight test DIR`: tests every check of a pack in three ways, without a line of code. The correct sample partner
//! that the pack describes passes everything; each of its defects fails its own check and no unrelated one; and a
//! silent partner leaves every check inconclusive.

use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::table;
use super::verdicts::Found;
use crate::cli::args::Test;
use crate::cli::exit::Exit;
use crate::cli::sample::{DemoDefect, DemoError, Sample, described_nowhere};
use crate::cli::screen::Screen;
use crate::cli::test_provider::{MAX_CONCURRENT_TRIALS, Trial, test_provider, wanted};
use crate::pack::Pack;
use crate::pack::load::Catalog;
use crate::pack::sample_partner::PackedSamplePartner;
use crate::yaml::{Problem, Problems};

pub(in crate::cli) async fn test(test: Test, screen: &Screen) -> Exit {
    let built_in = || Catalog::built_in().is_ok_and(|catalog| catalog.packs.contains_key(test.target.as_str()));
    if test.checks.is_some() || built_in() {
        return test_provider(test, screen).await;
    }
    let folder = Path::new(&test.target);
    let (catalog, wanted) = match (Catalog::from_folder(folder), wanted(&test.only)) {
        (Ok(catalog), Ok(wanted)) => (catalog, wanted),
        (Err(problems), _) => return wrong(&problems, screen),
        (_, Err(why)) => {
            screen.complain(&why.to_string());
            return Exit::WrongInput;
        }
    };
    let mut sampled = Vec::new();
    let mut without = Vec::new();
    for pack in catalog.packs.values() {
        match &pack.sample {
            Some(sample) => sampled.push((pack, sample)),
            None => without.push(described_nowhere(pack)),
        }
    }
    if !without.is_empty() {
        return wrong(&Problems(without), screen);
    }
    if !catalog.packs.values().any(|pack| pack.checks.iter().any(|packed| wanted(&packed.check.id))) {
        let problem = Problem::of_file("command line", format!("no check matches `{}`", test.only.join("` or `")));
        let ids = || catalog.packs.values().flat_map(|pack| pack.checks.iter().map(|packed| packed.check.id.as_str()));
        return wrong(&problem.nearest(&test.only[0], ids()).into(), screen);
    }
    let jobs = test.jobs.map_or(MAX_CONCURRENT_TRIALS, usize::from);
    let mut exit = Exit::Success;
    for (pack, sample) in sampled {
        let trials = Trials { pack, sampled: sample, folder: &test.target, wanted: &wanted, screen };
        exit = match trials.run_all(jobs).await {
            Ok(found) => table::show(pack, found, screen),
            Err(DemoError::Problems(problems)) => return wrong(&problems, screen),
            Err(DemoError::Trouble(why)) => {
                screen.complain(&format!("{}: the test cannot run: {why}", pack.id));
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

impl Exit {
    /// Returns the worse of two exit codes of a test.
    fn worse(self, other: Exit) -> Exit {
        if self == Exit::Success { other } else { self }
    }
}

/// A partner to run the checks with.
#[derive(Clone, Copy)]
enum Part<'t> {
    Conforming,
    /// With one defect.
    Faulty(&'t DemoDefect),
    Silent,
}

impl Part<'_> {
    fn name(&self) -> &str {
        match self {
            Part::Conforming => "(conforming)",
            Part::Faulty(defect) => &defect.name,
            Part::Silent => "(silent)",
        }
    }
}

/// The trials of one pack.
struct Trials<'t, W> {
    pack: &'t Arc<Pack>,
    sampled: &'t PackedSamplePartner,
    /// The folder of packs, as the user named it.
    folder: &'t str,
    /// Selects the checks whose defects are tried.
    wanted: &'t W,
    screen: &'t Screen,
}

impl<W: Fn(&str) -> bool> Trials<'_, W> {
    /// Runs all partners and collects what each check found.
    async fn run_all(&self, jobs: usize) -> Result<Found<'_>, DemoError> {
        let sample = Sample::scripted(self.pack, self.sampled)?;
        let silent = Sample::silent(self.pack, self.sampled)?;
        let faults = sample.setup.defects.iter().filter(|defect| (self.wanted)(&defect.caught_by)).map(Part::Faulty);
        let parts = [Part::Conforming, Part::Silent].into_iter().chain(faults);
        let (sample, silent) = (&sample, &silent);
        let trials = parts.map(|part| async move {
            let report = match part {
                Part::Conforming => Trial { sample, quick: false }.report(None).await,
                Part::Faulty(defect) => Trial { sample, quick: false }.report(Some(defect)).await,
                Part::Silent => Trial { sample: silent, quick: false }.report(None).await,
            };
            self.screen.note(&format!("tested {}", part.name()));
            Ok::<_, DemoError>((part, report?))
        });
        let tried: Vec<_> = stream::iter(trials).buffer_unordered(jobs).collect().await;
        let tried = tried.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut found = Found::new(self.pack, self.sampled, self.folder, self.wanted);
        // First record which checks the correct partner does not pass: for those, the defects prove nothing.
        for (part, report) in &tried {
            match part {
                Part::Conforming => found.conforming(report),
                Part::Silent => found.silent(report),
                Part::Faulty(_) => {}
            }
        }
        for (part, report) in &tried {
            if let Part::Faulty(defect) = part {
                found.faulty(defect, report);
            }
        }
        found.unproved();
        Ok(found)
    }
}
