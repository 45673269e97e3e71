//! Drives one run from its plan to its report: the phases, the retries in isolation, the verdicts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::evidence::{DeliveryRole, Evidence, Responsible};
use crate::judge::{self, Case, Finding, Judgement, RunKind, Verdict};
use crate::pack::check::Isolation;
use crate::pack::types::Stage;
use crate::plan::{Plan, PlannedCheck};
use crate::redact::Redactor;
use crate::report::build::{Facts, build};
use crate::report::model::{PathRow, PhaseRow, Report};
use crate::run::{self, Done, ManualStepSender, Progress, RunContext, RunHooks, SetupError, StopReason};

/// The settings of a run.
#[derive(Clone, Debug, Default)]
pub struct RunSettings {
    /// How many checks may run at the same time in real environments.
    pub jobs: Option<usize>,
    /// Whether risks count as failures.
    pub strict: bool,
    /// Where manual steps are sent; `None` if nobody can carry them out.
    pub people: ManualStepSender,
    /// Whether this is the sample profile, the only one that can be ready with simulated environments.
    pub sample: bool,
}

/// Carries out a plan and reports on it. If it is stopped, it reports what is known so far.
///
/// # Errors
///
/// Fails if the run cannot be set up, as when a file that the profile names cannot be read.
pub async fn drive(
    plan: Arc<Plan>,
    redactor: Redactor,
    how: RunSettings,
    stop: watch::Receiver<StopReason>,
    progress: impl Fn(Progress),
) -> Result<Report, SetupError> {
    let started = OffsetDateTime::now_utc();
    let clock = Instant::now();
    let setup =
        Arc::new(RunContext::new(plan.clone(), redactor, RunHooks { jobs: how.jobs, people: how.people.clone() })?);
    let mut all = Run {
        setup: &setup,
        stop: &stop,
        results: vec![None; plan.checks.len()],
        done: 0,
        noted: false,
        progress: &progress,
        phases: Vec::new(),
    };
    all.phases().await;
    let ended = setup.tear_down().await;
    let (results, phases) = (std::mem::take(&mut all.results), std::mem::take(&mut all.phases));
    let stopped = *stop.borrow();
    let mut evidence = Vec::new();
    let mut judgement = Vec::new();
    for (at, result) in results.into_iter().enumerate() {
        let check = &plan.checks[at];
        let (verdict, done) = result.unwrap_or_else(|| {
            (not_done(check, stopped), Done { at, evidence: Evidence::default(), took: Duration::ZERO })
        });
        judgement.push(verdict);
        evidence.push((done.evidence, done.took));
    }
    let ran = RunKind {
        selection: plan.selection.describe().is_some(),
        simulated_environments: plan.read.profile.simulated_environments.is_some() && !how.sample,
    };
    let items = &plan.pack.provider.items;
    let concluded = crate::judge::conclude(&plan.checks, items, judgement, &plan.attestations, started.date(), ran);
    let known = concluded.remarks.iter().chain(&plan.remarks).cloned();
    let remarks = known.chain(ended).chain(setup.remarks()).collect();
    let interrupted = stopped == StopReason::Interrupted;
    Ok(build(&Facts {
        plan: &plan,
        concluded: &concluded,
        evidence: &evidence,
        started,
        took: clock.elapsed(),
        strict: how.strict,
        interrupted,
        remarks,
        phases,
    }))
}

/// A run in progress.
struct Run<'r, P> {
    setup: &'r Arc<RunContext>,
    stop: &'r watch::Receiver<StopReason>,
    results: Vec<Option<(Judgement, Done)>>,
    done: usize,
    /// Whether an urgent note was shown during the run.
    noted: bool,
    progress: &'r P,
    phases: Vec<PhaseRow>,
}

impl<P: Fn(Progress)> Run<'_, P> {
    async fn phases(&mut self) {
        let plan = self.setup.plan.clone();
        for isolation in [Isolation::Shared, Isolation::Exclusive, Isolation::Restarts] {
            let (checks, futile): (Vec<_>, Vec<_>) =
                run::phase(&plan, isolation).into_iter().partition(|at| !self.is_futile(*at));
            for at in futile {
                let finding = Finding::new(Responsible::Partner, "not run: a check that it needs has failed");
                let judgement = Judgement { verdict: Verdict::Inconclusive(finding), remarks: Vec::new() };
                self.results[at] = Some((judgement, Done { at, evidence: Evidence::default(), took: Duration::ZERO }));
            }
            let word = match isolation {
                Isolation::Shared => "concurrently",
                Isolation::Exclusive => "one by one",
                Isolation::Restarts => "one by one, with restarts",
            };
            self.timed(word, &checks, isolation).await;
            if isolation == Isolation::Shared {
                self.repeat(&checks).await;
            }
        }
    }

    /// Carries out checks and records where the time went.
    async fn timed(&mut self, phase: &str, checks: &[usize], isolation: Isolation) {
        if checks.is_empty() {
            return;
        }
        let clock = Instant::now();
        tracing::info!("phase: {phase}, number of checks: {}", checks.len());
        self.carry_out(checks, isolation).await;
        let done: Vec<&Done> =
            checks.iter().filter_map(|at| self.results[*at].as_ref()).map(|(_, done)| done).collect();
        let longest_wait_ms = done.iter().map(|done| done.evidence.quiet_ms).max().unwrap_or_default();
        let stretch = |done: &&Done| {
            let (check, duration_ms) = (self.setup.plan.checks[done.at].id(), millis(done.took));
            PathRow { check, duration_ms }
        };
        let path = match isolation {
            Isolation::Shared => done.iter().max_by_key(|done| done.took).map(stretch).into_iter().collect(),
            Isolation::Exclusive | Isolation::Restarts => done.iter().map(stretch).collect(),
        };
        let phase = PhaseRow { phase: phase.to_owned(), duration_ms: millis(clock.elapsed()), longest_wait_ms, path };
        self.phases.push(phase);
    }

    async fn carry_out(&mut self, checks: &[usize], isolation: Isolation) {
        let all = self.setup.plan.checks.iter().filter(|check| check.runs()).count();
        let (progress, setup, before, mut over) = (self.progress, self.setup.clone(), self.done, 0);
        let mut noted = self.noted;
        progress(Progress { done: before, all, note: None });
        let done = run::execute(self.setup, checks, isolation, self.stop, || {
            over += 1;
            // Shown once, as soon as it is known: the user may stop the run and correct this first.
            let note = setup.silent().or_else(|| setup.unheard()).filter(|_| !noted);
            noted |= note.is_some();
            progress(Progress { done: before + over, all, note });
        })
        .await;
        self.done += over;
        self.noted = noted;
        for one in done {
            let judgement = judge::judge(&self.case(one.at, &one.evidence));
            let at = one.at;
            log_verdict(&setup.plan.checks[at], &judgement);
            self.results[at] = Some((judgement, one));
        }
    }

    /// Whether a check that this one needs has failed already, so that this one would be blocked whatever it found. A
    /// needed check that is only inconclusive may still be attested.
    fn is_futile(&self, at: usize) -> bool {
        let control = self.setup.plan.checks[at].packed.check.has_control();
        let mut results = self.results.iter().flatten();
        results.any(|(judgement, done)| {
            let failed = self.needs(at, done.at) && matches!(judgement.verdict, Verdict::Fail(_));
            // If the failed check saw any genuine delivery acknowledged, a check with control deliveries still runs:
            // its own event may be one that the handler accepts.
            failed && !(control && takes_some(&done.evidence))
        })
    }

    fn case<'c>(&'c self, at: usize, evidence: &'c Evidence) -> Case<'c> {
        let plan = &self.setup.plan;
        Case::new(plan, &plan.checks[at], evidence)
    }

    /// Retries rehearsed checks in isolation if they did not pass beside others: what other checks did to the partner's
    /// build at the same time is not the partner's defect. In real environments nothing is retried, because that would
    /// disturb them.
    async fn repeat(&mut self, checks: &[usize]) {
        let mut left: Vec<usize> = checks.iter().copied().filter(|at| self.worth_repeating(*at)).collect();
        let (before, mut again, mut given_up) = (self.done, Vec::new(), Vec::new());
        // Checks that others need come first, because a check that will be blocked anyway is not worth the time.
        while !left.is_empty() {
            let (wave, rest): (Vec<_>, Vec<_>) =
                left.iter().partition(|at| !left.iter().any(|other| self.needs(**at, *other)));
            let (futile, wave): (Vec<_>, Vec<_>) = wave
                .into_iter()
                .partition(|at| self.is_futile(*at) || given_up.iter().any(|other| self.needs(*at, *other)));
            if wave.is_empty() && futile.is_empty() {
                // The lints reject circular needs, but such a circle must not loop here for ever.
                return;
            }
            self.timed("retried in isolation", &wave, Isolation::Exclusive).await;
            given_up.extend(futile);
            again.extend(wave);
            left = rest;
        }
        self.done = before;
        for at in again {
            if let Some((judgement, _)) = &mut self.results[at]
                && judgement.verdict == Verdict::Pass
            {
                judgement.remarks.push("did not pass beside other checks, but passed when retried in isolation".into());
            }
        }
    }

    /// Whether a check needs another one in the same stage.
    fn needs(&self, at: usize, other: usize) -> bool {
        let (check, other) = (&self.setup.plan.checks[at], &self.setup.plan.checks[other]);
        check.stage == other.stage && check.packed.check.needs.contains(&other.packed.check.id)
    }

    fn worth_repeating(&self, at: usize) -> bool {
        let check = &self.setup.plan.checks[at];
        let result = self.results[at].as_ref();
        let open = result.is_some_and(|(judgement, done)| {
            let evidence = &done.evidence;
            let beside_others = evidence.disturbed || (evidence.entries.is_empty() && self.brings_clients_there());
            let may_change = match &judgement.verdict {
                Verdict::Pass => false,
                Verdict::Fail(_) => true,
                Verdict::Inconclusive(finding) => !finding.lacks_line,
            };
            may_change && (evidence.incomplete.is_none() || beside_others)
        });
        // If the build no longer answers, a retry would add nothing to the evidence from before.
        let worth = *self.stop.borrow() == StopReason::No && self.setup.silent().is_none();
        check.stage == Stage::Rehearsal && open && worth
    }

    /// Whether the partner could set up clients for any check. If it could, a check whose set-up failed may have met a
    /// busy build, and a retry is worthwhile. If it never could, retrying all of them would only take time.
    fn brings_clients_there(&self) -> bool {
        self.results.iter().flatten().any(|(_, done)| {
            let check = &self.setup.plan.checks[done.at];
            check.stage == Stage::Rehearsal
                && !check.packed.check.given.client_setups().is_empty()
                && !done.evidence.entries.is_empty()
        })
    }
}

/// Whether a genuine delivery was answered with a 2xx status.
fn takes_some(evidence: &Evidence) -> bool {
    let mut deliveries = evidence.entries.iter().filter_map(|entry| entry.what.delivery());
    deliveries.any(|delivery| {
        let status = delivery.outcome.answer().map(|answer| answer.status);
        matches!(delivery.role, DeliveryRole::Plain | DeliveryRole::Control)
            && status.is_some_and(|s| (200..300).contains(&s))
    })
}

fn log_verdict(check: &PlannedCheck, judgement: &Judgement) {
    let (verdict, reason) = match &judgement.verdict {
        Verdict::Pass => ("pass", String::new()),
        Verdict::Fail(finding) => ("fail", format!(": {}", finding.reason)),
        Verdict::Inconclusive(finding) => ("inconclusive", format!(": {}", finding.reason)),
    };
    tracing::info!("{} {verdict}{reason}", check.id());
    judgement.remarks.iter().for_each(|remark| tracing::debug!("{}: {remark}", check.id()));
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the judgement of a check that was not carried out.
fn not_done(check: &PlannedCheck, stopped: StopReason) -> Judgement {
    let finding = if !check.lacking.is_empty() {
        Finding::new(Responsible::Partner, check.lacking.join("; "))
    } else if check.packed.check.only_asks() {
        return judge::question(&check.packed.check);
    } else {
        let why = match stopped {
            StopReason::No => "Preflight failed while it ran the check",
            StopReason::Interrupted => "the run was interrupted",
            StopReason::OutOfTime => "the run reached the time limit, `run_within` in the profile",
        };
        Finding::new(Responsible::Tool, why)
    };
    Judgement { verdict: Verdict::Inconclusive(finding), remarks: Vec::new() }
}
