//! `preflight explain`: what a check proves and how, with examples from the pack's sample partner.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::args::{Explain, RunOptions};
use super::drive::{RunSettings, drive};
use super::exit::Exit;
use super::run;
use super::sample::{DemoDefect, DemoError, Sample, prepare_demo};
use super::screen::Screen;
use crate::pack::load::Catalog;
use crate::pack::types::{Span, Stage};
use crate::pack::{Pack, PackedCheck};
use crate::redact::Redactor;
use crate::report::explain::{DemoOutcome, Exchange, Explanation, render};
use crate::report::model::{Report, VerdictLabel};
use crate::run::StopReason;
use crate::yaml::{Problem, Problems};

/// How long the runs with the sample partner may take in total.
const TRIAL_TIMEOUT: Span = Span(Duration::from_mins(2));

/// The check that the command line names.
struct ExplainTarget {
    pack: Arc<Pack>,
    packed: Arc<PackedCheck>,
    stage: Option<Stage>,
}

pub(super) fn explain(explain: &Explain, screen: &Screen) -> Exit {
    let named = run::catalog(explain.checks.as_deref()).and_then(|catalog| {
        let named = named(&catalog, &explain.id, explain.provider.as_deref());
        named.map_err(Problems::from)
    });
    let named = match named {
        Ok(named) => named,
        Err(problems) => {
            screen.show_problems(&problems);
            return Exit::WrongInput;
        }
    };
    match choose_sample(&named, explain.no_play) {
        Ok(sample) => super::runtime::within_runtime(screen, played(&named, &sample, screen)),
        Err(why) => show(&named, DemoOutcome::Nothing(why), &[], screen),
    }
}

/// Finds the check that the text names: `ID`, `ID@STAGE`, or either with `PROVIDER:` in front.
fn named(catalog: &Catalog, text: &str, provider: Option<&str>) -> Result<ExplainTarget, Problem> {
    let wrong = |message: String| Problem::of_file("command line", message);
    let (prefix, rest) = text.split_once(':').map_or((None, text), |(prefix, rest)| (Some(prefix), rest));
    let (id, stage) = rest.split_once('@').map_or((rest, None), |(id, stage)| (id, Some(stage)));
    if let (Some(prefix), Some(provider)) = (prefix, provider)
        && prefix != provider
    {
        return Err(wrong(format!("`{text}` is a check of `{prefix}`, but --provider names `{provider}`"))
            .hint("name only one of them"));
    }
    let packs = match prefix.or(provider) {
        Some(name) => vec![catalog.pack(name)?],
        None => catalog.packs.values().cloned().collect(),
    };
    let found = packs.iter().flat_map(|pack| pack.checks.iter().map(move |packed| (pack, packed)));
    let found: Vec<_> = found.filter(|(_, packed)| packed.check.id == id).collect();
    match found.as_slice() {
        [] => {
            let known = packs.iter().flat_map(|pack| pack.checks.iter().map(|packed| packed.check.id.as_str()));
            Err(wrong(format!("there is no check `{id}`")).nearest_or(
                id,
                known,
                "`preflight list PROVIDER` lists the checks of a provider",
            ))
        }
        [(pack, packed)] => {
            let stage = stage.map(|stage| stage_of(packed, stage)).transpose()?;
            Ok(ExplainTarget { pack: (*pack).clone(), packed: (*packed).clone(), stage })
        }
        several => {
            let packs: Vec<&str> = several.iter().map(|(pack, _)| pack.id.as_str()).collect();
            let hint = format!("write `{}:{rest}`, or name the pack with --provider", packs[0]);
            Err(wrong(format!("several packs have a check `{id}`: {}", packs.join(", "))).hint(hint))
        }
    }
}

fn stage_of(packed: &PackedCheck, word: &str) -> Result<Stage, Problem> {
    let stages = &packed.check.stage.0;
    Stage::from_str(word, false).ok().filter(|stage| stages.contains(stage)).ok_or_else(|| {
        let known: Vec<&str> = stages.iter().map(|stage| stage.word()).collect();
        let message = format!("`{}` does not run in the stage `{word}`", packed.check.id);
        Problem::of_file("command line", message).hint(format!("it runs in: {}", known.join(", ")))
    })
}

/// Returns the sample partner to run the check with, or why it is not run.
fn choose_sample(named: &ExplainTarget, no_play: bool) -> Result<Sample, String> {
    if no_play {
        return Err("--no-play is set".into());
    }
    if named.packed.check.only_asks() {
        return Err("only a person can answer it".into());
    }
    if named.pack.built_in {
        return Sample::built_in(&named.pack.id).map_err(|_| "this pack has no sample partner".into());
    }
    // For a pack from a folder, only this program runs, as the partner that `partner.yaml` describes.
    let sampled = named.pack.sample.as_ref().ok_or("this pack has no `partner.yaml` that describes one")?;
    Sample::scripted(&named.pack, sampled).map_err(|problems| problems.to_string())
}

/// Runs the check with the correct sample partner and with one that has a defect, and prints the explanation.
async fn played(named: &ExplainTarget, sample: &Sample, screen: &Screen) -> Exit {
    let check = &named.packed.check;
    let defect = sample.setup.defects.iter().find(|defect| defect.caught_by == check.id);
    let and = defect.map(|defect| format!(", and with the defect `{}`", defect.name)).unwrap_or_default();
    // Listen before anything is started, so that an interruption leaves nothing behind.
    let stop = run::stopping(TRIAL_TIMEOUT);
    screen.note(&format!("running {} with the sample partner{and} ...", check.id));
    let keepers = [Redactor::new(), Redactor::new()];
    let [correct_keeper, wrong_keeper] = &keepers;
    let wrong = async {
        match defect {
            Some(defect) => Some((defect, report(named, sample, Some(defect), wrong_keeper, &stop).await)),
            None => None,
        }
    };
    let (correct, wrong) = tokio::join!(report(named, sample, None, correct_keeper, &stop), wrong);
    // From here on, an interruption ends the program at once: only a text is left to print.
    drop(stop);
    let reports = [Some(&correct), wrong.as_ref().map(|(_, report)| report)];
    if reports.into_iter().flatten().flatten().any(|report| report.interrupted) {
        return Exit::Interrupted;
    }
    // Unless the user names a stage, both results are shown in the one in which the defect is caught.
    let caught = |report: &Report| {
        let rows = report.checks.iter().filter(|row| row.id == check.id && row.verdict == VerdictLabel::Fail);
        let mut stages = rows.filter_map(|row| Stage::from_str(&row.stage, false).ok());
        stages.next()
    };
    let shown = named.stage.or_else(|| wrong.as_ref().and_then(|(_, report)| report.as_ref().ok().and_then(caught)));
    let correct = Box::new(exchange(named, None, correct, shown));
    let played = match wrong {
        Some((defect, report)) => DemoOutcome::Both(correct, Box::new(exchange(named, Some(defect), report, shown))),
        None => DemoOutcome::One(correct),
    };
    show(named, played, &keepers, screen)
}

fn exchange(
    named: &ExplainTarget,
    defect: Option<&DemoDefect>,
    report: Result<Report, String>,
    stage: Option<Stage>,
) -> Exchange {
    let check = report.and_then(|report| {
        let of_check = |row: &&_| -> bool { is_of(row, &named.packed.check.id, stage) };
        let row = report.checks.iter().find(of_check).cloned();
        row.ok_or_else(|| "the check did not run".to_owned())
    });
    Exchange { defect: defect.map(|defect| (defect.name.clone(), defect.describe())), check }
}

fn is_of(row: &crate::report::model::CheckResult, id: &str, stage: Option<Stage>) -> bool {
    row.id == id && stage.is_none_or(|stage| stage.word() == row.stage)
}

/// Runs the check, and all checks that it needs, with the sample partner.
async fn report(
    named: &ExplainTarget,
    sample: &Sample,
    defect: Option<&DemoDefect>,
    keeper: &Redactor,
    stop: &watch::Receiver<StopReason>,
) -> Result<Report, String> {
    let options = RunOptions { only: with_needs(named), ..RunOptions::default() };
    let prepared = prepare_demo(sample, defect, &options, keeper, None).await;
    let prepared = prepared.map_err(|why| match why {
        DemoError::Problems(problems) => problems.to_string(),
        DemoError::Trouble(why) => why,
    })?;
    let how = RunSettings { sample: true, people: prepared.people.clone(), ..RunSettings::default() };
    let driven = drive(Arc::new(prepared.plan), keeper.clone(), how, stop.clone(), |_| ()).await;
    driven.map_err(|error| error.to_string())
}

/// Returns the ids of the check and of all checks that it needs, directly or indirectly.
fn with_needs(named: &ExplainTarget) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![&named.packed.check];
    while let Some(check) = left.pop() {
        if found.insert(check.id.clone()) {
            let needed = named.pack.checks.iter().filter(|other| check.needs.contains(&other.check.id));
            left.extend(needed.map(|needed| &needed.check));
        }
    }
    found.into_iter().collect()
}

fn show(named: &ExplainTarget, played: DemoOutcome, keepers: &[Redactor], screen: &Screen) -> Exit {
    let ExplainTarget { pack, packed, stage } = named;
    let today = OffsetDateTime::now_utc().date();
    let text = render(&Explanation { pack, packed, stage: *stage, played, today }, screen.look());
    let sealed = keepers.iter().fold(text.into_bytes(), |bytes, keeper| keeper.seal(bytes).bytes);
    screen.say(&String::from_utf8_lossy(&sealed), Exit::Success)
}
