//! Runs the checks of a plan in the order and concurrency that they allow. An error in a check becomes evidence and
//! never ends the run.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, watch};
use tracing::Instrument as _;

use super::context::log::Log;
use super::context::run_context::RunContext;
use super::{check, unresponsive};
use crate::evidence::{Evidence, Responsible};
use crate::pack::check::Isolation;
use crate::pack::types::Stage;
use crate::plan::{Plan, PlannedCheck};

/// Default number of concurrent checks against real environments (`--jobs`).
const DEFAULT_JOBS: usize = 16;

/// Maximum number of concurrent rehearsal checks. Most of them wait; the profile's `concurrency` limits how many have
/// the partner act at the same time.
const MAX_CONCURRENT_REHEARSALS: usize = 64;

/// The progress of a run, for display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of finished checks.
    pub done: usize,
    /// Number of checks to run.
    pub all: usize,
    /// A message that cannot wait for the report.
    pub note: Option<String>,
}

/// Whether a run must end early, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The run continues.
    No,
    /// A person interrupted the run.
    Interrupted,
    /// The time that the profile allows is over.
    OutOfTime,
}

impl StopReason {
    fn reason(self) -> Option<&'static str> {
        match self {
            StopReason::No => None,
            StopReason::Interrupted => Some("the run was interrupted"),
            StopReason::OutOfTime => Some("the run exceeded `run_within` of the profile"),
        }
    }
}

/// The result of running one check.
#[derive(Clone, Debug)]
pub struct Done {
    /// The index of the check in the plan.
    pub at: usize,
    /// What was recorded while the check ran.
    pub evidence: Evidence,
    /// How long the check ran.
    pub took: Duration,
}

/// Runs some checks of the plan, in the order and concurrency that their isolation allows.
///
/// Shared checks run at the same time, the others one after another. Calls `progress` after each check.
pub async fn execute(
    run: &Arc<RunContext>,
    checks: &[usize],
    isolation: Isolation,
    stop: &watch::Receiver<StopReason>,
    mut progress: impl FnMut(),
) -> Vec<Done> {
    let jobs = Arc::new(Semaphore::new(run.jobs.unwrap_or(DEFAULT_JOBS)));
    let rehearsed = Arc::new(Semaphore::new(MAX_CONCURRENT_REHEARSALS));
    let lane = Arc::new(Semaphore::new(match isolation {
        Isolation::Shared => run.plan.read.profile.rehearsal.as_ref().map_or(1, |rehearsal| rehearsal.concurrency),
        Isolation::Exclusive | Isolation::Restarts => 1,
    }));
    let _doubts = AbortOnDrop(tokio::spawn(unresponsive::look_into_doubts(run.clone())));
    if isolation != Isolation::Shared {
        // An exclusive check must not be disturbed by work that others left in a queue. A run that ends early need not
        // wait.
        let mut stop = stop.clone();
        tokio::select! {
            () = run.calm() => {}
            _ = run.falls_silent() => {}
            _ = stop.wait_for(|stop| *stop != StopReason::No) => {}
        }
    }
    let mut done = Vec::new();
    let mut running = FuturesUnordered::new();
    for &at in checks {
        let planned = &run.plan.checks[at];
        let place = if planned.stage == Stage::Rehearsal { rehearsed.clone() } else { jobs.clone() };
        // A task that panicked is a defect of Preflight and must not end the run; the caller reports that the check is
        // missing.
        let one = run_one(run.clone(), at, place, lane.clone(), stop.clone());
        let task = tokio::spawn(one.instrument(tracing::info_span!("check", id = %planned.id())));
        if isolation == Isolation::Shared {
            running.push(task);
        } else {
            done.extend(task.await.ok());
            progress();
        }
    }
    while let Some(finished) = running.next().await {
        done.extend(finished.ok());
        progress();
    }
    done.sort_by_key(|done| done.at);
    done
}

/// A task that is aborted when this is dropped.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs one check until it ends, until the run stops, or until its time is over.
async fn run_one(
    run: Arc<RunContext>,
    at: usize,
    place: Arc<Semaphore>,
    lane: Arc<Semaphore>,
    mut stop: watch::Receiver<StopReason>,
) -> Done {
    let planned = run.plan.checks[at].clone();
    let log = Log::new();
    let turned = OnceLock::new();
    let stopped = async { stop.wait_for(|stop| *stop != StopReason::No).await.map_or(StopReason::No, |stop| *stop) };
    let work = async {
        let Ok(_place) = place.acquire().await else { return };
        turned.get_or_init(Instant::now);
        if planned.stage == Stage::Rehearsal {
            run.rehearsing().await;
        }
        match not_possible(&run, &planned) {
            Some((responsible, why)) => log.incomplete(responsible, why),
            // Boxed: hundreds of checks wait for their turn, and only running ones need the space.
            None => Box::pin(check::run(&run, &planned, &log, &lane)).await,
        }
    };
    let longest = MAX_CHECK_TIME + run.clock.retry() * 6 + run.for_people(&planned);
    tokio::select! {
        biased;
        why = stopped => {
            log.incomplete(Responsible::Tool, why.reason().unwrap_or_default());
            log.left_behind(planned.stage.environment());
        }
        () = work => {}
        () = tokio::time::sleep(longest) => {
            log.incomplete(Responsible::Partner, format!("given up after {} s", longest.as_secs()));
            log.left_behind(planned.stage.environment());
        }
    }
    let took = turned.get().map_or(Duration::ZERO, Instant::elapsed);
    Done { at, evidence: log.finish(), took }
}

/// Maximum duration of one check, without the time for retries and manual steps.
const MAX_CHECK_TIME: Duration = Duration::from_mins(5);

/// Returns why a rehearsal check cannot run, if the set-up did not complete.
fn not_possible(run: &RunContext, planned: &PlannedCheck) -> Option<(Responsible, String)> {
    (planned.stage == Stage::Rehearsal).then(|| run.set_up_trouble()).flatten()
}

/// Returns the indices of a plan's checks that run with a given isolation.
pub fn phase(plan: &Plan, isolation: Isolation) -> Vec<usize> {
    let wanted = |planned: &PlannedCheck| planned.runs() && planned.isolation() == isolation;
    plan.checks.iter().enumerate().filter(|(_, planned)| wanted(planned)).map(|(at, _)| at).collect()
}
