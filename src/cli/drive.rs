//! One run from its plan to its report: the phases, the repeat of what did not pass in company, the verdicts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::evidence::{Evidence, Role, Who};
use crate::judge::{self, Case, Finding, Judged, Ran, Verdict};
use crate::pack::check::Isolation;
use crate::pack::types::Stage;
use crate::plan::{Plan, Unit};
use crate::redact::Redactor;
use crate::report::build::{Facts, build};
use crate::report::model::{PhaseRow, Report, StretchRow};
use crate::run::{self, Done, Outside, People, Progress, RunContext, Stop, WorldError};

/// How a run is to be made.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// How many units of real environments may be under way at once.
    pub jobs: Option<usize>,
    /// Whether risks count as failures.
    pub strict: bool,
    /// Who does what only a person can do.
    pub people: People,
    /// Whether this is the sample profile, which alone may be ready against stand-ins.
    pub sample: bool,
}

/// Carries out a plan and reports on it. Told to stop, it reports what is known.
///
/// # Errors
///
/// Files of the profile that cannot be read.
pub async fn drive(
    plan: Arc<Plan>,
    redactor: Redactor,
    how: How,
    stop: watch::Receiver<Stop>,
    progress: impl Fn(Progress),
) -> Result<Report, WorldError> {
    let started = OffsetDateTime::now_utc();
    let clock = Instant::now();
    let world =
        Arc::new(RunContext::new(plan.clone(), redactor, Outside { jobs: how.jobs, people: how.people.clone() })?);
    let mut all = Run {
        world: &world,
        stop: &stop,
        results: vec![None; plan.units.len()],
        done: 0,
        noted: false,
        progress: &progress,
        phases: Vec::new(),
    };
    all.phases().await;
    let ended = world.tear_down().await;
    let (results, phases) = (std::mem::take(&mut all.results), std::mem::take(&mut all.phases));
    let stopped = *stop.borrow();
    let mut evidence = Vec::new();
    let mut judged = Vec::new();
    for (at, result) in results.into_iter().enumerate() {
        let unit = &plan.units[at];
        let (verdict, done) = result.unwrap_or_else(|| {
            (not_done(unit, stopped), Done { at, evidence: Evidence::default(), took: Duration::ZERO })
        });
        judged.push(verdict);
        evidence.push((done.evidence, done.took));
    }
    let ran = Ran {
        selection: plan.selection.words().is_some(),
        stand_ins: plan.read.profile.stand_ins.is_some() && !how.sample,
    };
    let items = &plan.pack.provider.items;
    let concluded = crate::judge::conclude(&plan.units, items, judged, &plan.vouched, started.date(), ran);
    let known = concluded.remarks.iter().chain(&plan.remarks).cloned();
    let remarks = known.chain(ended).chain(world.remarks()).collect();
    let interrupted = stopped == Stop::Interrupted;
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

/// A run under way.
struct Run<'r, P> {
    world: &'r Arc<RunContext>,
    stop: &'r watch::Receiver<Stop>,
    results: Vec<Option<(Judged, Done)>>,
    done: usize,
    /// Whether something was said that could not wait for the report.
    noted: bool,
    progress: &'r P,
    phases: Vec<PhaseRow>,
}

impl<P: Fn(Progress)> Run<'_, P> {
    async fn phases(&mut self) {
        let plan = self.world.plan.clone();
        for isolation in [Isolation::Shared, Isolation::Exclusive, Isolation::Restarts] {
            let (units, futile): (Vec<_>, Vec<_>) =
                run::phase(&plan, isolation).into_iter().partition(|at| !self.is_futile(*at));
            for at in futile {
                let finding = Finding::new(Who::Partner, "not run: a check that it needs has failed");
                let judged = Judged { verdict: Verdict::Inconclusive(finding), remarks: Vec::new() };
                self.results[at] = Some((judged, Done { at, evidence: Evidence::default(), took: Duration::ZERO }));
            }
            let word = match isolation {
                Isolation::Shared => "concurrently",
                Isolation::Exclusive => "one by one",
                Isolation::Restarts => "one by one, with restarts",
            };
            self.timed(word, &units, isolation).await;
            if isolation == Isolation::Shared {
                self.repeat(&units).await;
            }
        }
    }

    /// Carries units out, and notes what the time went into.
    async fn timed(&mut self, phase: &str, units: &[usize], isolation: Isolation) {
        if units.is_empty() {
            return;
        }
        let clock = Instant::now();
        self.carry_out(units, isolation).await;
        let done: Vec<&Done> = units.iter().filter_map(|at| self.results[*at].as_ref()).map(|(_, done)| done).collect();
        let longest_wait_ms = done.iter().map(|done| done.evidence.quiet_ms).max().unwrap_or_default();
        let stretch = |done: &&Done| {
            let (unit, duration_ms) = (self.world.plan.units[done.at].id(), millis(done.took));
            StretchRow { unit, duration_ms }
        };
        let path = match isolation {
            Isolation::Shared => done.iter().max_by_key(|done| done.took).map(stretch).into_iter().collect(),
            Isolation::Exclusive | Isolation::Restarts => done.iter().map(stretch).collect(),
        };
        let phase = PhaseRow { phase: phase.to_owned(), duration_ms: millis(clock.elapsed()), longest_wait_ms, path };
        self.phases.push(phase);
    }

    async fn carry_out(&mut self, units: &[usize], isolation: Isolation) {
        let all = self.world.plan.units.iter().filter(|unit| unit.runs()).count();
        let (progress, world, before, mut over) = (self.progress, self.world.clone(), self.done, 0);
        let mut noted = self.noted;
        progress(Progress { done: before, all, note: None });
        let done = run::execute(self.world, units, isolation, self.stop, || {
            over += 1;
            // Once, as soon as it is known: whoever reads it may end the run and mend that first.
            let note = world.silent().or_else(|| world.unheard()).filter(|_| !noted);
            noted |= note.is_some();
            progress(Progress { done: before + over, all, note });
        })
        .await;
        self.done += over;
        self.noted = noted;
        for one in done {
            let judged = judge::judge(&self.case(one.at, &one.evidence));
            let at = one.at;
            self.results[at] = Some((judged, one));
        }
    }

    /// Whether a check that the unit needs has failed already, so that it will be blocked whatever it would find. One
    /// that is inconclusive may still be vouched for.
    fn is_futile(&self, at: usize) -> bool {
        let control = self.world.plan.units[at].packed.check.has_control();
        let mut results = self.results.iter().flatten();
        results.any(|(judged, done)| {
            let failed = self.needs(at, done.at) && matches!(judged.verdict, Verdict::Fail(_));
            // What takes a genuine delivery of one event can be asked about that event, whatever it does with another.
            failed && !(control && takes_some(&done.evidence))
        })
    }

    fn case<'c>(&'c self, at: usize, evidence: &'c Evidence) -> Case<'c> {
        let plan = &self.world.plan;
        Case::new(plan, &plan.units[at], evidence)
    }

    /// A rehearsed unit that does not pass in company is tried again alone: what others did to the partner's build at
    /// the same time is not its fault. Real environments are not ours to disturb, so there nothing is repeated.
    async fn repeat(&mut self, units: &[usize]) {
        let mut left: Vec<usize> = units.iter().copied().filter(|at| self.worth_repeating(*at)).collect();
        let (before, mut again, mut given_up) = (self.done, Vec::new(), Vec::new());
        // What others need comes first: what will be blocked in any case is not worth the time.
        while !left.is_empty() {
            let (wave, rest): (Vec<_>, Vec<_>) =
                left.iter().partition(|at| !left.iter().any(|other| self.needs(**at, *other)));
            let (futile, wave): (Vec<_>, Vec<_>) = wave
                .into_iter()
                .partition(|at| self.is_futile(*at) || given_up.iter().any(|other| self.needs(*at, *other)));
            if wave.is_empty() && futile.is_empty() {
                // Needs in a circle, which the lints refuse, must not keep us here for ever.
                return;
            }
            self.timed("retried in isolation", &wave, Isolation::Exclusive).await;
            given_up.extend(futile);
            again.extend(wave);
            left = rest;
        }
        self.done = before;
        for at in again {
            if let Some((judged, _)) = &mut self.results[at]
                && judged.verdict == Verdict::Pass
            {
                judged.remarks.push("did not pass beside other checks, but passed when retried in isolation".into());
            }
        }
    }

    /// Whether a unit needs another one.
    fn needs(&self, at: usize, other: usize) -> bool {
        let (unit, other) = (&self.world.plan.units[at], &self.world.plan.units[other]);
        unit.stage == other.stage && unit.packed.check.needs.contains(&other.packed.check.id)
    }

    fn worth_repeating(&self, at: usize) -> bool {
        let unit = &self.world.plan.units[at];
        let result = self.results[at].as_ref();
        let open = result.is_some_and(|(judged, done)| {
            let evidence = &done.evidence;
            let beside_others = evidence.disturbed || (evidence.entries.is_empty() && self.brings_clients_there());
            let may_change = match &judged.verdict {
                Verdict::Pass => false,
                Verdict::Fail(_) => true,
                Verdict::Inconclusive(finding) => !finding.lacks_line,
            };
            may_change && (evidence.incomplete.is_none() || beside_others)
        });
        // Of a build that does not answer any more, what it did before it fell silent is all that there is.
        let worth = *self.stop.borrow() == Stop::No && self.world.silent().is_none();
        unit.stage == Stage::Rehearsal && open && worth
    }

    /// Whether the partner brought the clients of any check to where it begins. Where another's did not get there, it
    /// may have been too busy; where nobody's did, it would only take time to try all of them again.
    fn brings_clients_there(&self) -> bool {
        self.results.iter().flatten().any(|(_, done)| {
            let unit = &self.world.plan.units[done.at];
            unit.stage == Stage::Rehearsal
                && !unit.packed.check.given.all().is_empty()
                && !done.evidence.entries.is_empty()
        })
    }
}

/// Whether a genuine delivery was acknowledged.
fn takes_some(evidence: &Evidence) -> bool {
    let mut deliveries = evidence.entries.iter().filter_map(|entry| entry.what.delivery());
    deliveries.any(|delivery| {
        let status = delivery.outcome.answer().map(|answer| answer.status);
        matches!(delivery.role, Role::Plain | Role::Control) && status.is_some_and(|s| (200..300).contains(&s))
    })
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// What is said of a unit that was not carried out.
fn not_done(unit: &Unit, stopped: Stop) -> Judged {
    let finding = if !unit.lacking.is_empty() {
        Finding::new(Who::Partner, unit.lacking.join("; "))
    } else if unit.packed.check.only_asks() {
        return judge::question(&unit.packed.check);
    } else {
        let why = match stopped {
            Stop::No => "Preflight failed while it ran the check",
            Stop::Interrupted => "the run was interrupted",
            Stop::OutOfTime => "the run reached the time limit, `run_within` in the profile",
        };
        Finding::new(Who::Tool, why)
    };
    Judged { verdict: Verdict::Inconclusive(finding), remarks: Vec::new() }
}
