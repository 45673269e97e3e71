//! `preflight test PROVIDER`: proves that the checklist can tell right from wrong. The correct sample partner passes
//! everything; each defect is caught by its own check, and no unrelated check fails.

use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use globset::{Glob, GlobSetBuilder};
use tokio::sync::watch;

use super::args::{RunOptions, Test};
use super::demo;
use super::drive::{RunSettings, drive};
use super::exit::Exit;
use super::sample::{self, DemoDefect, DemoError, Sample};
use super::screen::Screen;
use crate::judge::{ItemVerdict, Readiness};
use crate::pack::Pack;
use crate::redact::Redactor;
use crate::report::model::{ItemRow, Report, VerdictLabel};
use crate::report::text::for_terminal;
use crate::run::StopReason;
use crate::yaml::Problem;

/// How many partners run at the same time by default. A trial spends most of its time waiting.
pub(super) const MAX_CONCURRENT_TRIALS: usize = 12;

pub(super) async fn test_provider(test: Test, screen: &Screen) -> Exit {
    let sample = demo::sample(Some(&test.target), test.checks.as_deref());
    let (sample, wanted) = match (sample, wanted(&test.only)) {
        (Ok(sample), Ok(wanted)) => (sample, wanted),
        (Err(problems), _) => {
            screen.show_problems(&problems);
            return Exit::WrongInput;
        }
        (_, Err(why)) => {
            screen.complain(&why.to_string());
            return Exit::WrongInput;
        }
    };
    let (mistakes, others): (Vec<DemoDefect>, Vec<DemoDefect>) =
        sample.setup.defects.iter().cloned().partition(|defect| wanted(&defect.name));
    if mistakes.is_empty() {
        let asked = test.only.first().map_or("", String::as_str);
        let problem = Problem::of_file("command line", format!("no defect matches `{asked}`"));
        let names = others.iter().map(|defect| defect.name.as_str());
        let problem = problem.nearest_or(asked, names, "`preflight demo --defect help` lists them");
        screen.show_problems(&problem.into());
        return Exit::WrongInput;
    }
    let all = std::iter::once(None).chain(mistakes.iter().map(Some));
    let jobs = test.jobs.map_or(MAX_CONCURRENT_TRIALS, usize::from);
    // Unordered, so that a slow trial does not hold up those behind it.
    let trial = Trial { sample: &sample, quick: test.quick };
    let trials = all.enumerate().map(|(at, defect)| async move { (at, trial.tried(defect, screen).await) });
    let mut tried: Vec<(usize, TrialResult)> = stream::iter(trials).buffer_unordered(jobs).collect().await;
    tried.sort_by_key(|(at, _)| *at);
    let tried: Vec<TrialResult> = tried.into_iter().map(|(_, tried)| tried).collect();
    let exit = if tried.iter().all(|tried| tried.fault.is_none()) { Exit::Success } else { Exit::NotReady };
    screen.say(&format!("{}{}", matrix(&tried), for_terminal(&untried(&sample.pack))), exit)
}

pub(super) fn wanted(only: &[String]) -> Result<impl Fn(&str) -> bool + use<>, globset::Error> {
    let mut globs = GlobSetBuilder::new();
    for text in only {
        globs.add(Glob::new(text)?);
    }
    let (globs, all) = (globs.build()?, only.is_empty());
    Ok(move |name: &str| all || globs.is_match(name))
}

/// Names the items that no trial tests, on one line; empty if there are none.
pub(super) fn untried(pack: &Pack) -> String {
    let items: Vec<&str> = pack.unserved().map(|item| item.id.as_str()).collect();
    match items.len() {
        0 => String::new(),
        n => {
            format!(
                "{n} of {} items have no check and were not tested: {}\n",
                pack.provider.items.len(),
                items.join(", ")
            )
        }
    }
}

/// The result of one trial.
struct TrialResult {
    name: String,
    expected: String,
    failed: Vec<String>,
    fault: Option<String>,
}

/// The settings of the trials with one sample partner.
#[derive(Clone, Copy)]
pub(super) struct Trial<'s> {
    pub(super) sample: &'s Sample,
    /// Whether to run only the checks of the defect's section and a few others.
    pub(super) quick: bool,
}

impl Trial<'_> {
    async fn tried(self, defect: Option<&DemoDefect>, screen: &Screen) -> TrialResult {
        let name = defect.map_or("(none)", |defect| defect.name.as_str()).to_owned();
        let expected = defect.map_or_else(String::new, |defect| defect.caught_by.clone());
        let (failed, fault) = match self.report(defect).await {
            Ok(report) => {
                let failed = failures(&report);
                let fault = fault(defect, &report, &failed);
                (failed, fault)
            }
            Err(DemoError::Problems(problems)) => (Vec::new(), Some(problems.to_string())),
            Err(DemoError::Trouble(why)) => (Vec::new(), Some(why)),
        };
        let word = if fault.is_some() { "WRONG" } else { "ok" };
        screen.note(&format!("{word:5} {name}"));
        TrialResult { name, expected, failed, fault }
    }

    /// Runs the demo with a defect and returns its report.
    pub(super) async fn report(self, defect: Option<&DemoDefect>) -> Result<Report, DemoError> {
        let redactor = Redactor::new();
        let section = defect.filter(|_| self.quick).and_then(|defect| defect.caught_by.split('.').next());
        let only = section
            .map(|section| [format!("{section}.*")].into_iter().chain(self.sample.setup.smoke.clone()).collect());
        let options = RunOptions { only: only.unwrap_or_default(), ..RunOptions::default() };
        let prepared = sample::prepare_demo(self.sample, defect, &options, &redactor, None).await?;
        let (_sender, stop) = watch::channel(StopReason::No);
        let how = RunSettings { sample: true, people: prepared.people.clone(), ..RunSettings::default() };
        Ok(drive(Arc::new(prepared.plan), redactor, how, stop, |_| ()).await.map_err(|error| error.to_string())?)
    }
}

/// Returns the checks that failed, each once.
fn failures(report: &Report) -> Vec<String> {
    let mut failed: Vec<String> =
        report.checks.iter().filter(|row| row.verdict == VerdictLabel::Fail).map(|row| row.id.clone()).collect();
    failed.dedup();
    failed
}

/// Describes what is wrong with the result of a trial; `None` if it is as expected.
fn fault(defect: Option<&DemoDefect>, report: &Report, failed: &[String]) -> Option<String> {
    let Some(defect) = defect else {
        let open: Vec<String> = report
            .checks
            .iter()
            .filter(|row| matches!(row.verdict, VerdictLabel::Fail | VerdictLabel::Inconclusive))
            .map(|row| format!("{} ({})", row.full_id(), row.reason))
            .chain(unspoken(report).map(|item| format!("{} ({})", item.id, item.reason)))
            .collect();
        return (report.readiness != Readiness::Ready)
            .then(|| format!("the correct partner is not ready: {}", open.join("; ")));
    };
    if !failed.contains(&defect.caught_by) {
        let reasons: Vec<String> = report
            .checks
            .iter()
            .filter(|row| row.id == defect.caught_by)
            .map(|row| format!("{}: {} {}", row.full_id(), row.verdict.words(), row.reason))
            .collect();
        return Some(format!("its check does not catch it: {}", reasons.join("; ")));
    }
    let unrelated: Vec<&str> =
        failed.iter().filter(|id| **id != defect.caught_by && !defect.also.contains(id)).map(String::as_str).collect();
    (!unrelated.is_empty()).then(|| format!("unrelated checks fail: {}", unrelated.join(", ")))
}

/// Returns the items that no check serves and nobody attested.
fn unspoken(report: &Report) -> impl Iterator<Item = &ItemRow> {
    report.items.iter().filter(|item| item.verdict == ItemVerdict::Unchecked)
}

fn matrix(tried: &[TrialResult]) -> String {
    let widest = |of: fn(&TrialResult) -> &str| tried.iter().map(|tried| of(tried).len()).max().unwrap_or(0);
    let (name, expected) = (widest(|t| &t.name), widest(|t| &t.expected).max("expected".len()));
    let mut text = format!("{:name$}  {:expected$}  caught  also failed\n", "defect", "expected");
    for one in tried {
        let caught = match (&one.fault, one.expected.is_empty()) {
            (None, true) => "ready",
            (None, false) => "yes",
            (Some(_), _) => "NO",
        };
        let also: Vec<&str> = one.failed.iter().filter(|id| **id != one.expected).map(String::as_str).collect();
        writeln!(text, "{:name$}  {:expected$}  {caught:6}  {}", one.name, one.expected, also.join(", ")).ok();
        if let Some(fault) = &one.fault {
            writeln!(text, "{:name$}  {fault}", "").ok();
        }
    }
    let wrong = tried.iter().filter(|tried| tried.fault.is_some()).count();
    writeln!(text, "\n{} tested, {wrong} wrong", tried.len()).ok();
    for_terminal(&text)
}
