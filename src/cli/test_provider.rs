//! `preflight test PROVIDER`: the proof that the checklist can tell right from wrong. The correct sample partner passes
//! everything; each mistake is caught by its own check, and no unrelated check fails.

use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use globset::{Glob, GlobSetBuilder};
use tokio::sync::watch;

use super::args::{RunOptions, Test};
use super::demo;
use super::drive::{How, drive};
use super::exit::Exit;
use super::sample::{self, Mistake, Sample, Unstaged};
use super::screen::Screen;
use crate::judge::{ItemWord, Readiness};
use crate::pack::Pack;
use crate::redact::Redactor;
use crate::report::model::{ItemRow, Report, VerdictWord};
use crate::report::text::for_terminal;
use crate::run::Stop;
use crate::yaml::Problem;

/// How many mistakes are tried at the same time, where nothing else is said. A trial is mostly waiting.
pub(super) const JOBS: usize = 12;

pub(super) async fn test_provider(test: Test, screen: &Screen) -> Exit {
    let sample = demo::sample(Some(&test.target), test.checks.as_deref());
    let (sample, wanted) = match (sample, wanted(&test.only)) {
        (Ok(sample), Ok(wanted)) => (sample, wanted),
        (Err(problems), _) => {
            screen.show_problems(&problems);
            return Exit::WrongInput;
        }
        (_, Err(why)) => {
            screen.complain(&why);
            return Exit::WrongInput;
        }
    };
    let (mistakes, others): (Vec<Mistake>, Vec<Mistake>) =
        sample.world.defects.iter().cloned().partition(|mistake| wanted(&mistake.name));
    if mistakes.is_empty() {
        let asked = test.only.first().map_or("", String::as_str);
        let problem = Problem::of_file("command line", format!("no defect matches `{asked}`"));
        let names = others.iter().map(|mistake| mistake.name.as_str());
        let problem = problem.nearest_or(asked, names, "`preflight demo --defect help` lists them");
        screen.show_problems(&problem.into());
        return Exit::WrongInput;
    }
    let all = std::iter::once(None).chain(mistakes.iter().map(Some));
    let jobs = test.jobs.map_or(JOBS, usize::from);
    // Out of order, since a slow trial must not hold up those behind it.
    let trial = Trial { sample: &sample, quick: test.quick };
    let trials = all.enumerate().map(|(at, mistake)| async move { (at, trial.tried(mistake, screen).await) });
    let mut tried: Vec<(usize, Tried)> = stream::iter(trials).buffer_unordered(jobs).collect().await;
    tried.sort_by_key(|(at, _)| *at);
    let tried: Vec<Tried> = tried.into_iter().map(|(_, tried)| tried).collect();
    let exit = if tried.iter().all(|tried| tried.fault.is_none()) { Exit::Ready } else { Exit::NotReady };
    screen.say(&format!("{}{}", matrix(&tried), for_terminal(&untried(&sample.pack))), exit)
}

pub(super) fn wanted(only: &[String]) -> Result<impl Fn(&str) -> bool + use<>, String> {
    let mut globs = GlobSetBuilder::new();
    for text in only {
        globs.add(Glob::new(text).map_err(|error| error.to_string())?);
    }
    let (globs, all) = (globs.build().map_err(|error| error.to_string())?, only.is_empty());
    Ok(move |name: &str| all || globs.is_match(name))
}

/// What no trial says anything about: a line, or nothing.
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

/// What came of one trial.
struct Tried {
    name: String,
    expected: String,
    failed: Vec<String>,
    fault: Option<String>,
}

/// How mistakes are tried.
#[derive(Clone, Copy)]
pub(super) struct Trial<'s> {
    pub(super) sample: &'s Sample,
    /// Whether with the checks of the section and a few others alone.
    pub(super) quick: bool,
}

impl Trial<'_> {
    async fn tried(self, mistake: Option<&Mistake>, screen: &Screen) -> Tried {
        let name = mistake.map_or("(none)", |mistake| mistake.name.as_str()).to_owned();
        let expected = mistake.map_or_else(String::new, |mistake| mistake.caught_by.clone());
        let (failed, fault) = match self.report(mistake).await {
            Ok(report) => {
                let failed = failures(&report);
                let fault = fault(mistake, &report, &failed);
                (failed, fault)
            }
            Err(Unstaged::Problems(problems)) => (Vec::new(), Some(problems.to_string())),
            Err(Unstaged::Trouble(why)) => (Vec::new(), Some(why)),
        };
        let word = if fault.is_some() { "WRONG" } else { "ok" };
        screen.note(&format!("{word:5} {name}"));
        Tried { name, expected, failed, fault }
    }

    /// The report of the demo with a mistake.
    pub(super) async fn report(self, mistake: Option<&Mistake>) -> Result<Report, Unstaged> {
        let redactor = Redactor::new();
        let section = mistake.filter(|_| self.quick).and_then(|mistake| mistake.caught_by.split('.').next());
        let only = section
            .map(|section| [format!("{section}.*")].into_iter().chain(self.sample.world.smoke.clone()).collect());
        let options = RunOptions { only: only.unwrap_or_default(), ..RunOptions::default() };
        let mut staged = sample::stage(self.sample, mistake, &options, &redactor, None).await?;
        let plan = staged.plan.take().ok_or_else(|| "there is no plan".to_owned())?;
        let (_sender, stop) = watch::channel(Stop::No);
        let how = How { sample: true, people: staged.people.clone(), ..How::default() };
        Ok(drive(Arc::new(plan), redactor, how, stop, |_| ()).await.map_err(|error| error.to_string())?)
    }
}

/// The checks that failed, each once.
fn failures(report: &Report) -> Vec<String> {
    let mut failed: Vec<String> =
        report.checks.iter().filter(|row| row.verdict == VerdictWord::Fail).map(|row| row.id.clone()).collect();
    failed.dedup();
    failed
}

/// What is wrong with a trial, if something is.
fn fault(mistake: Option<&Mistake>, report: &Report, failed: &[String]) -> Option<String> {
    let Some(mistake) = mistake else {
        let open: Vec<String> = report
            .checks
            .iter()
            .filter(|row| matches!(row.verdict, VerdictWord::Fail | VerdictWord::Inconclusive))
            .map(|row| format!("{} ({})", row.unit(), row.reason))
            .chain(unspoken(report).map(|item| format!("{} ({})", item.id, item.reason)))
            .collect();
        return (report.readiness != Readiness::Ready)
            .then(|| format!("the correct partner is not ready: {}", open.join("; ")));
    };
    if !failed.contains(&mistake.caught_by) {
        let reasons: Vec<String> = report
            .checks
            .iter()
            .filter(|row| row.id == mistake.caught_by)
            .map(|row| format!("{}: {} {}", row.unit(), row.verdict.words(), row.reason))
            .collect();
        return Some(format!("its check does not catch it: {}", reasons.join("; ")));
    }
    let unrelated: Vec<&str> = failed
        .iter()
        .filter(|id| **id != mistake.caught_by && !mistake.also.contains(id))
        .map(String::as_str)
        .collect();
    (!unrelated.is_empty()).then(|| format!("unrelated checks fail: {}", unrelated.join(", ")))
}

/// Items that no check serves and nobody vouched for.
fn unspoken(report: &Report) -> impl Iterator<Item = &ItemRow> {
    report.items.iter().filter(|item| item.verdict == ItemWord::Unchecked)
}

fn matrix(tried: &[Tried]) -> String {
    let widest = |of: fn(&Tried) -> &str| tried.iter().map(|tried| of(tried).len()).max().unwrap_or(0);
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
