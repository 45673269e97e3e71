//! The paths of a run's reports. Before anything else, they are compared with each other and with what the run reads,
//! and earlier reports there are removed: a run that ends early leaves none that somebody could mistake for its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::args::RunOptions;
use super::reporters::REPORTERS;
use crate::pack::load::Catalog;
use crate::redact::Redactor;
use crate::report::write::{ReservedFile, can_write, is_same, place, remove};
use crate::yaml::{Problem, Problems};

/// The option that names the file of the log.
const LOG: &str = "--log";

/// The files that a run reads and writes.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    /// The options that name a file to write, a report or the log, each with its path.
    pub(super) reports: Vec<(&'static str, PathBuf)>,
    /// The path of the profile.
    pub(super) profile: Option<PathBuf>,
    /// The folder of packs that the command line names.
    pub(super) checks: Option<PathBuf>,
}

impl Outputs {
    pub(super) fn new(options: &RunOptions, profile: Option<&Path>, checks: Option<&Path>) -> Self {
        let reports = REPORTERS.iter().map(|reporter| (reporter.option, (reporter.path)(options)));
        let reports = reports.chain([(LOG, &options.log)]).filter_map(|(option, path)| Some((option, path.clone()?)));
        Outputs {
            reports: reports.collect(),
            profile: profile.map(Path::to_path_buf),
            checks: checks.map(Path::to_path_buf),
        }
    }

    /// Collects the paths from a command line that cannot be parsed as a whole.
    pub(super) fn of_arguments(arguments: &[OsString]) -> Self {
        let of = |option: &str| -> Vec<PathBuf> {
            let joined = format!("{option}=");
            let next = arguments.windows(2).filter(|pair| pair[0] == option).map(|pair| PathBuf::from(&pair[1]));
            let joined = arguments.iter().filter_map(|argument| argument.to_str()?.strip_prefix(&joined));
            next.chain(joined.map(PathBuf::from)).collect()
        };
        let runs = arguments.get(1).is_some_and(|command| command == "run" || command == "demo");
        let options = REPORTERS.iter().map(|reporter| reporter.option).chain([LOG]);
        let reports = options.flat_map(|option| of(option).into_iter().map(move |path| (option, path)));
        Outputs {
            reports: reports.filter(|_| runs).collect(),
            profile: of("--profile").pop(),
            checks: of("--checks").pop(),
        }
    }

    /// Removes earlier reports if all paths can be used, and returns what must be kept open until the reports are
    /// written.
    ///
    /// # Errors
    ///
    /// Returns every problem with the paths. If a path cannot be used, no report was removed.
    pub(super) fn prepare(&self, keeper: &Redactor) -> Result<Vec<ReservedFile>, Problems> {
        if self.reports.is_empty() {
            return Ok(Vec::new());
        }
        let mut problems = self.conflicts();
        let mut held = Vec::new();
        for (_, path) in &self.reports {
            match can_write(path) {
                Ok(one) => held.push(one),
                Err(error) => problems.push(Problem::of_file("command line", error.to_string())),
            }
        }
        if problems.is_empty() {
            let stuck = self.reports.iter().filter_map(|(_, path)| remove(path).err());
            problems.extend(stuck.map(|error| Problem::of_file("command line", error.to_string())));
        }
        if problems.is_empty() {
            return Ok(held);
        }
        // The messages name input paths, which may come from variables with secret values.
        self.profile
            .iter()
            .for_each(|path| crate::profile::learn_variables(path, &|name| std::env::var(name).ok(), keeper));
        Err(Problems(problems))
    }

    /// Finds report paths that lead to another report, to a file that the run reads, or into a pack.
    fn conflicts(&self) -> Vec<Problem> {
        let inputs =
            self.profile.iter().flat_map(|path| crate::profile::inputs(path, &|name| std::env::var(name).ok()));
        let inputs: Vec<PathBuf> = inputs.collect();
        let mut problems = Vec::new();
        for (at, (option, path)) in self.reports.iter().enumerate() {
            let wrong = |message: String, hint: &str| Problem::of_file("command line", message).hint(hint);
            let shown = path.display();
            for (other, same) in self.reports[..at].iter().filter(|(_, other)| is_same(other, path)) {
                let same = same.display();
                let message = format!("{other} {same} and {option} {shown} are the same file");
                problems.push(wrong(message, "give each report its own file"));
            }
            if let Some(input) = inputs.iter().find(|input| is_same(input, path)) {
                let message = format!("{option} {shown} would overwrite {}, which this run reads", input.display());
                problems.push(wrong(message, "name another file for the report"));
            }
            if let Some(folder) = self.checks.iter().find(|folder| Catalog::holds(folder, &place(path))) {
                let message = format!("{option} {shown} would become part of a pack in {}", folder.display());
                problems.push(wrong(message, "name a file in another folder for the report"));
            }
        }
        problems
    }
}
